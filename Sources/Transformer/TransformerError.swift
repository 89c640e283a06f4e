import ModelFiles
import Tensors

/// Why a model file cannot be run. Each case names the key or tensor.
public enum TransformerError: Error, Sendable, CustomStringConvertible {
    case unsupportedArchitecture(String, supported: [String])
    /// A metadata key is missing or of another type, or a tensor is missing.
    case modelFile(ModelFileError)
    /// A metadata value no model can have.
    case invalidValue(key: String, value: String, rule: String)
    /// A metadata value that other engines follow and this one does not.
    case unsupportedValue(key: String, value: String, reason: String)
    /// A tensor that the architecture has no use for here, so that the numbers would come out without it.
    case unusedTensor(String, architecture: String)
    /// Norms and biases, which are held as float32, are larger than those of any model.
    case vectorsTooLarge(tensor: String, limit: Int)
    case wrongShape(tensor: String, shape: [Int], expected: [Int])
    case unusableTensor(String, TensorError)
    case vocabularyMismatch(tokens: Int, embeddingRows: Int)

    public var description: String {
        switch self {
        case .unsupportedArchitecture(let name, let supported):
            "architecture '\(name)' (general.architecture) is not supported; supported are "
                + supported.joined(separator: ", ")
        case .modelFile(let error):
            error.description
        case .invalidValue(let key, let value, let rule):
            "metadata key '\(key)' is \(value), but \(rule); the file is damaged or was converted wrongly"
        case .unsupportedValue(let key, let value, let reason):
            "metadata key '\(key)' is \(value), which changes the model's numbers in a way that is not supported: "
                + "\(reason); use another model"
        case .unusedTensor(let tensor, let architecture):
            "tensor '\(tensor)' is no part of architecture '\(architecture)' (general.architecture) as it is "
                + "supported, and the numbers would be wrong without it; use another model, or convert it as what it is"
        case .vectorsTooLarge(let tensor, let limit):
            "with tensor '\(tensor)' the norms and biases take more than \(limit) bytes as float32; "
                + "the file is damaged or was converted wrongly"
        case .wrongShape(let tensor, let shape, let expected):
            "tensor '\(tensor)' has shape \(shape), but the metadata ask for \(expected); "
                + "the file is damaged or was converted wrongly"
        case .unusableTensor(let tensor, let error):
            "tensor '\(tensor)' cannot be used: \(error)"
        case .vocabularyMismatch(let tokens, let rows):
            "'tokenizer.ggml.tokens' lists \(tokens) tokens, but tensor 'token_embd.weight' has \(rows) rows; "
                + "the file is damaged or was converted wrongly"
        }
    }
}
