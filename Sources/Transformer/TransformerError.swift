import ModelFiles
import Tensors

/// Why a model file cannot be run. Each case names the key or tensor.
public enum TransformerError: Error, Sendable, CustomStringConvertible {
    case unsupportedArchitecture(String, supported: [String])
    /// A metadata key is missing or of another type, or a tensor is missing.
    case modelFile(ModelFileError)
    /// A metadata value no model can have.
    case invalidValue(key: String, value: String, rule: String)
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
