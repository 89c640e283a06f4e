/// A message of a problem's conversation before its question.
public struct BatchTurn: Equatable, Sendable {
    /// Who speaks.
    public enum Speaker: String, CaseIterable, Sendable {
        case system
        case user
        case assistant
    }

    public let speaker: Speaker
    public let text: String

    public init(speaker: Speaker, text: String) {
        self.speaker = speaker
        self.text = text
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.speaker == right.speaker && left.text.utf8.elementsEqual(right.text.utf8)
    }
}

/// The `messages` of a chat completion request (platform.openai.com/docs/api-reference/chat/create): texts of a system,
/// a user and an assistant, of which the last is the user's. Whatever else a message may be is refused by its field.
struct BatchConversation {
    /// Messages before the question.
    private(set) var turns: [BatchTurn] = []
    /// The last user message.
    private(set) var question = ""

    static let field = "body.messages"

    init(_ value: JSONValue?) throws(BadLineError) {
        guard let value else { throw BadLineError(.missing(field: Self.field)) }
        guard case .array(let messages) = value else {
            throw BadLineError(.wrongType(field: Self.field, expected: "an array"))
        }
        guard messages.contains(where: { $0["role"] == .string("user") }) else {
            throw BadLineError(.missing(field: Self.field + " with role user"))
        }
        for (index, message) in messages.enumerated() {
            let turn = try Self.turn(message, at: "\(Self.field)[\(index)]")
            if index < messages.count - 1 {
                turns.append(turn)
            } else {
                guard turn.speaker == .user else {
                    throw BadLineError(.unsupported(
                        field: "\(Self.field)[\(index)].role",
                        what: "a conversation that ends with the turn of role \(turn.speaker.rawValue)",
                        remedy: "let it end with the user's"))
                }
                question = turn.text
            }
        }
    }

    private static func turn(_ message: JSONValue, at field: String) throws(BadLineError) -> BatchTurn {
        guard case .object(let members) = message else {
            throw BadLineError(.wrongType(field: field, expected: "an object"))
        }
        let role = try ProblemRow.string(message["role"], named: field + ".role")
        let speaker: BatchTurn.Speaker
        switch role {
        case "system", "developer": speaker = .system
        case "user": speaker = .user
        case "assistant": speaker = .assistant
        case "tool", "function":
            throw BadLineError(.unsupported(
                field: field + ".role", what: "a turn of a tool", remedy: "tools are not called here"))
        default:
            throw BadLineError(.outOfRange(
                field: field + ".role", value: role, allowed: "system, developer, user or assistant"))
        }
        for (key, value) in members where key != "role" && key != "content" && !value.isVoid {
            throw BadLineError(.unsupported(
                field: "\(field).\(key)", what: "a message with `\(key)`", remedy: "messages have a role and a text"))
        }
        return BatchTurn(speaker: speaker, text: try text(of: message["content"], at: field + ".content"))
    }

    /// A text, or the texts of a list of parts, one after the other.
    private static func text(of content: JSONValue?, at field: String) throws(BadLineError) -> String {
        guard case .array(let parts)? = content else { return try ProblemRow.string(content, named: field) }
        var text = ""
        for (index, part) in parts.enumerated() {
            let place = "\(field)[\(index)]"
            let type = try ProblemRow.string(part["type"], named: place + ".type")
            guard type == "text" else {
                throw BadLineError(.unsupported(
                    field: place + ".type", what: "a part of type \(type)", remedy: "only parts of type text are read"))
            }
            text += try ProblemRow.string(part["text"], named: place + ".text")
        }
        guard !text.isEmpty else { throw BadLineError(.empty(field: field)) }
        return text
    }
}
