/// Why a chat template was refused.
public enum ChatTemplateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text of the template is of none of the known families. `excerpt` is its beginning.
    case unrecognised(excerpt: String)

    /// One sentence, with the names that can be chosen instead.
    public var description: String {
        let names = ChatTemplate.allCases.map(\.rawValue).joined(separator: ", ")
        switch self {
        case .unrecognised(let excerpt):
            return "tokenizer.chat_template: not of a known family (it begins \(excerpt.debugDescription)); "
                + "choose one with --chat-template: \(names)"
        }
    }
}

extension ChatTemplate {
    /// The family that a model file's template text belongs to, by the marks it writes. A template that writes more
    /// than its family does (a system prompt of its own, an opened thought) is refused rather than rendered wrongly.
    public static func recognise(_ templateText: String) throws(ChatTemplateError) -> ChatTemplate {
        let text = TemplateText(templateText)
        if text.contains("<|im_start|>") {
            if let template = recogniseChatML(text) { return template }
        } else if text.contains("<|start_header_id|>"), text.contains("<|eot_id|>") {
            return text.contains("Cutting Knowledge Date") ? .llama31 : .llama3
        } else if text.contains("<start_of_turn>"), text.contains("<end_of_turn>") {
            return .gemma
        } else if text.contains("<｜Assistant｜>"), text.contains("<｜User｜>") {
            return text.contains("<｜Assistant｜><think>") ? .deepSeekR1 : .deepSeek
        }
        throw .unrecognised(excerpt: String(templateText.prefix(60)))
    }

    private static func recogniseChatML(_ text: TemplateText) -> ChatTemplate? {
        // QwQ and others open the answer with a thought; written with a line break or with its escape.
        if text.contains("<|im_start|>assistant\\n<think>") || text.contains("<|im_start|>assistant\n<think>") {
            return nil
        }
        if text.contains(qwenSystem) { return .qwen }
        if text.contains(smolLMSystem) { return .smolLM }
        // "You are provided with function signatures" introduces tools; any other "You are" is a system prompt.
        let prompts = text.count(of: "You are ") - text.count(of: "You are provided with function signatures")
        return prompts == 0 && !text.contains("## Metadata") ? .chatML : nil
    }
}

/// Searches a template byte by byte: the comparison of strings would fold characters together.
private struct TemplateText {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    func contains(_ part: String) -> Bool { count(of: part) > 0 }

    /// How often `part` occurs, occurrences not overlapping.
    func count(of part: String) -> Int {
        let part = Array(part.utf8)
        var count = 0
        var position = 0
        while position + part.count <= bytes.count {
            if bytes[position] == part[0], bytes[position...].starts(with: part) {
                count += 1
                position += part.count
            } else {
                position += 1
            }
        }
        return count
    }
}
