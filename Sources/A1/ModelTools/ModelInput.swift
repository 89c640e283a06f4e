import Evaluation
import Foundation
import Tokenizers

/// A line that tools read: ids as they are, or a text in which special tokens are parsed and before which the begin
/// token stands if the file says so.
struct ModelInput {
    struct Message {
        var role: String
        var content: String
    }

    var ids: [Int32]?
    var text: String?
    var messages: [Message]?

    private static let keys = ["ids", "text", "messages"]

    init(ids: [Int32]) { self.ids = ids }
    init(text: String) { self.text = text }
    init(messages: [Message]) { self.messages = messages }

    /// - Throws: what is wrong with the line; exactly one of the keys must be there.
    init(line: Data) throws(LineError) {
        let object = try InputObject(line: line, keys: Self.keys)
        ids = try object.value("ids", Self.ids)
        text = try object.text("text")
        messages = try object.value("messages", Self.messages)
        let found = [ids != nil, text != nil, messages != nil].count { $0 }
        guard found > 0 else { throw object.missing("it has none of the keys \(Self.keys.joined(separator: ", "))") }
        guard found == 1 else { throw LineError("it must have one of the keys \(Self.keys.joined(separator: ", "))") }
    }

    static func ids(_ value: JSONValue, at place: String) throws(LineError) -> [Int32] {
        var ids: [Int32] = []
        for (index, element) in try value.elements(at: place, of: "whole numbers").enumerated() {
            ids.append(try element.integer(at: "\(place)[\(index)]"))
        }
        return ids
    }

    private static func messages(_ value: JSONValue, at place: String) throws(LineError) -> [Message] {
        var messages: [Message] = []
        for (index, element) in try value.elements(at: place, of: "messages").enumerated() {
            let object = try InputObject(element, at: "\(place)[\(index)]", keys: ["role", "content"])
            messages.append(
                Message(role: try object.requiredText("role"), content: try object.requiredText("content")))
        }
        return messages
    }

    /// - Parameter template: for `messages`.
    func tokens(_ tokenizer: Tokenizer, template: () throws -> ChatTemplate) throws -> [Int32] {
        if let ids {
            if let stray = ids.first(where: { !(0..<tokenizer.vocabularySize).contains(Int($0)) }) {
                throw LineError("id \(stray) is not in the vocabulary of \(tokenizer.vocabularySize)")
            }
            return ids
        }
        if let messages {
            let prompt = try template().render(messages.map(Self.message), addsGenerationPrompt: true)
            return tokenizer.encodeWithBegin(prompt, special: true)
        }
        return tokenizer.encodeWithBegin(text ?? "", special: true)
    }

    /// Without `messages`.
    func tokens(_ tokenizer: Tokenizer) throws -> [Int32] {
        try tokens(tokenizer) { throw LineError("messages are for `generate`; give ids or text") }
    }

    private static func message(_ message: Message) throws -> ChatMessage {
        guard let role = ChatMessage.Role(rawValue: message.role) else {
            let names = ChatMessage.Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw LineError("role: found '\(message.role)', expected one of \(names)")
        }
        return ChatMessage(role: role, content: message.content)
    }
}
