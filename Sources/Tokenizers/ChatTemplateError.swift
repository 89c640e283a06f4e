/// Why there is no chat template. Each message ends with the names that can be chosen.
public enum ChatTemplateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No template has this name.
    case unknownName(String)
    /// The model file has none.
    case missing
    /// The text in the model file is longer than is read.
    case tooLong(byteCount: Int, limit: Int)
    /// The text in the model file has the marks of none of the known families. `excerpt` is its beginning.
    case unrecognised(excerpt: String)
    /// It has the marks of a family, but does more than is known of it.
    case unfaithful(String)

    /// One sentence, with the names.
    public var description: String {
        let key = "tokenizer.chat_template"
        let reason = switch self {
        case .unknownName(let name): "there is no chat template \(name.debugDescription)"
        case .missing: "\(key): the model file has none"
        case .tooLong(let byteCount, let limit): "\(key): \(byteCount) bytes, at most \(limit) are read"
        case .unrecognised(let excerpt):
            "\(key): not of a known family (it begins \(excerpt.debugDescription))"
        case .unfaithful(let what): "\(key): \(what)"
        }
        return reason + "; choose one with --chat-template, or `template` in a configuration: "
            + ChatTemplate.names.joined(separator: ", ")
    }
}
