import ModelFiles
import Tensors
import Tokenizers

/// A model file opened for use: mapped, checked, with its tokenizer.
public struct LoadedModel: Sendable {
    public let path: String
    /// `general.name`, or the file's name where it has none.
    public let name: String
    public let transformer: TransformerModel
    public let tokenizer: Tokenizer
    /// Its files: one, or all parts of a split model, the first one first.
    public let filePaths: [String]
    /// Bytes of its files, which are the bytes of weights mapped.
    public let fileByteCount: Int
    private let mapped: [MappedFile]

    /// Opens a GGUF file, or the first file of a split model. Throws an error that names the file, and the key,
    /// tensor or offset at fault.
    public init(path: String) throws(ModelLoadError) {
        let files: MappedModel
        do { files = try MappedModel(path: path) } catch { throw .unopened(error) }
        try self.init(files)
    }

    /// Makes a model of files that are open. A tensor of a type that is not read makes it unusable.
    public init(_ files: MappedModel) throws(ModelLoadError) {
        if let tensor = files.unsupportedTensors.first {
            throw .unopened(.malformed(path: files.path, tensor.refusal))
        }
        mapped = files.parts.map(\.mapped)
        path = files.path
        filePaths = files.parts.map(\.mapped.path)
        fileByteCount = files.byteCount
        let definition: TokenizerDefinition
        do {
            transformer = try TransformerModel(files)
            definition = try TokenizerDefinition(files.metadata)
        } catch { throw .unusable(path: files.path, error) }
        do { tokenizer = try Tokenizer(definition) } catch { throw .badTokenizer(path: files.path, error) }
        let fileName = files.path.split(separator: "/").last.map(String.init) ?? files.path
        name = (try? files.metadata.optionalString("general.name")) ?? fileName
    }

    /// Throws `changed` if a file is not any more what it was when it was opened. Quick enough for every step.
    public func checkUnchanged() throws(MappedFileError) {
        for file in mapped { try file.checkUnchanged() }
    }

    /// As in `general.architecture`.
    public var architecture: String { transformer.configuration.architecture }
    /// Tokens the model was made for.
    public var contextLength: Int { transformer.configuration.contextLength }
    /// The chat template's text in the file, for `ChatTemplate.recognise`.
    public var chatTemplateText: String? { tokenizer.chatTemplateText }
}

/// Why a model file cannot be opened.
public enum ModelLoadError: Error, Sendable, CustomStringConvertible {
    case unopened(MappedModelError)
    case unusable(path: String, TransformerError)
    case badTokenizer(path: String, TokenizerError)

    public var description: String {
        switch self {
        case .unopened(let error): error.description
        case .unusable(let path, let error): "\(path): \(error)"
        case .badTokenizer(let path, let error): "\(path): \(error)"
        }
    }
}
