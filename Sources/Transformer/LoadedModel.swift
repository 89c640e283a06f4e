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
    /// Bytes of the file, which are the bytes of weights mapped.
    public let fileByteCount: Int

    /// Opens a GGUF file. Throws an error that names the file, and the key, tensor or offset at fault.
    public init(path: String) throws(ModelLoadError) {
        let mapped: MappedFile
        do { mapped = try MappedFile(path: path) } catch { throw .unreadable(error) }
        try self.init(mapped)
    }

    private init(_ mapped: MappedFile) throws(ModelLoadError) {
        path = mapped.path
        fileByteCount = mapped.bytes.count
        let file: ModelFile
        do { file = try ModelFile.parse(mapped.bytes) } catch { throw .malformed(path: mapped.path, error) }
        let definition: TokenizerDefinition
        do {
            transformer = try TransformerModel(file, in: mapped)
            definition = try TokenizerDefinition(file.metadata)
        } catch { throw .unusable(path: mapped.path, error) }
        do { tokenizer = try Tokenizer(definition) } catch { throw .badTokenizer(path: mapped.path, error) }
        let fileName = mapped.path.split(separator: "/").last.map(String.init) ?? mapped.path
        name = (try? file.metadata.optionalString("general.name")) ?? fileName
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
    case unreadable(MappedFileError)
    case malformed(path: String, ModelFileError)
    case unusable(path: String, TransformerError)
    case badTokenizer(path: String, TokenizerError)

    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .malformed(let path, let error): "\(path): \(error)"
        case .unusable(let path, let error): "\(path): \(error)"
        case .badTokenizer(let path, let error): "\(path): \(error)"
        }
    }
}
