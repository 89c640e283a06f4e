import Tokenizers

/// A line that tools read: ids as they are, or a text in which special tokens are parsed and before which the begin
/// token stands if the file says so.
struct ModelInput: Decodable {
    struct Message: Decodable {
        var role: String
        var content: String
    }

    var ids: [Int32]?
    var text: String?
    var messages: [Message]?

    /// - Parameter template: for `messages`.
    func tokens(_ tokenizer: Tokenizer, template: () throws -> ChatTemplate) throws -> [Int32] {
        switch (ids, text, messages) {
        case (let ids?, nil, nil):
            if let stray = ids.first(where: { !(0..<tokenizer.vocabularySize).contains(Int($0)) }) {
                throw LineError("id \(stray) is not in the vocabulary of \(tokenizer.vocabularySize)")
            }
            return ids
        case (nil, let text?, nil): return tokenizer.encodeWithBegin(text, special: true)
        case (nil, nil, let messages?):
            let prompt = try template().render(messages.map(Self.message), addsGenerationPrompt: true)
            return tokenizer.encodeWithBegin(prompt, special: true)
        default: throw LineError("it must have one of the keys ids, text, messages")
        }
    }

    /// Without `messages`.
    func tokens(_ tokenizer: Tokenizer) throws -> [Int32] {
        try tokens(tokenizer) { throw LineError("messages are for `generate`; give ids or text") }
    }

    private static func message(_ message: Message) throws -> ChatMessage {
        guard let role = ChatMessage.Role(rawValue: message.role) else {
            throw LineError("role '\(message.role)': one of \(ChatMessage.Role.allCases.map(\.rawValue))")
        }
        return ChatMessage(role: role, content: message.content)
    }
}
