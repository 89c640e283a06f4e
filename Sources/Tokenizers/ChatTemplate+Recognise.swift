extension ChatTemplate {
    /// What a model file's template text would write, found without running it: the family by its marks, the system
    /// prompt that it falls back to and what it does with thoughts by its literals. One that writes text of which
    /// nothing is known is refused rather than rendered wrongly.
    public static func recognise(_ templateText: String) throws(ChatTemplateError) -> ChatTemplate {
        let limit = TokenizerLimits.chatTemplateBytes
        guard templateText.utf8.count <= limit else {
            throw .tooLong(byteCount: templateText.utf8.count, limit: limit)
        }
        let text = TemplateText(templateText)
        guard let marks = Marks.found(in: text) else {
            throw .unrecognised(excerpt: String(templateText.prefix(60)))
        }
        let system = try defaultSystem(text, marks)
        if let foreign = foreignText(text, marks, system) {
            throw .unfaithful("it writes a text of its own, \(foreign.debugDescription)")
        }
        var template = ChatTemplate(marks: marks, defaultSystem: system)
        try template.readThoughts(text)
        return template
    }

    /// The literal that stands as a system message, or is given to a name of system prompts.
    private static func defaultSystem(_ text: TemplateText, _ marks: Marks) throws(ChatTemplateError) -> String? {
        var prompts = text.named.filter { $0.name.contains("system") }.map(\.value)
        for literal in text.literals { prompts += marks.systemMessages(in: literal) }
        let found = Set(prompts.filter { !$0.isEmpty })
        guard found.count < 2 else { throw .unfaithful("it has more than one system prompt") }
        guard let prompt = found.first else { return nil }
        // Without a question about the role it would be written beside a system message, too.
        guard text.literals.contains(Array("system".utf8)) else {
            throw .unfaithful("it writes its system prompt whether there is one or not")
        }
        return String(decoding: prompt, as: UTF8.self)
    }

    /// A run of words in what the template writes that is neither its system prompt nor known of the family.
    private static func foreignText(_ text: TemplateText, _ marks: Marks, _ system: String?) -> String? {
        let dates = marks == .llama31 ? "Cutting Knowledge Date" : nil
        let known = [system, dates].compactMap { $0.map { Array($0.utf8) } }
        for literal in text.literals {
            let places = known.flatMap { part in
                TemplateText.places(of: part, in: literal).map { $0..<$0 + part.count }
            }
            var rest = literal
            for range in places { rest.replaceSubrange(range, with: repeatElement(0, count: range.count)) }
            if let words = Self.runOfWords(rest) { return words }
        }
        return nil
    }

    /// Three words of ASCII letters with one space between two, or four ideographs.
    private static func runOfWords(_ bytes: [UInt8]) -> String? {
        var start = 0
        var words = 0
        var ideographs = 0
        var isInWord = false
        for (position, byte) in bytes.enumerated() {
            let letter = byte | 0x20
            if letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") {
                if words == 0 { start = position }
                if !isInWord { words += 1 }
                isInWord = true
            } else {
                if byte != 0x20 || !isInWord { words = 0 }
                isInWord = false
            }
            // The first byte of U+4000 to U+9FFF; two more follow.
            if byte >= 0xE4, byte <= 0xE9 { ideographs += 1 } else if byte & 0xC0 != 0x80 { ideographs = 0 }
            if words == 3 || ideographs == 4 {
                let first = ideographs == 4 ? position - 9 : start
                return String(decoding: bytes[max(0, first)...].prefix(40), as: UTF8.self)
            }
        }
        return nil
    }

    private mutating func readThoughts(_ text: TemplateText) throws(ChatTemplateError) {
        guard text.contains("think>") else { return }
        let head = marks.answerHead
        let openings = Set(text.literals.flatMap { literal in
            TemplateText.places(of: head, in: literal).map { Array(literal[($0 + head.count)...].prefix(64)) }
        }.filter { $0.starts(with: Array("<think>".utf8)) })
        guard openings.count < 2 else { throw .unfaithful("it opens answers in more than one way") }
        if let first = openings.first { opening = String(decoding: first, as: UTF8.self) }
        let cutsThoughts = text.literals.contains(Array("</think>".utf8))
        switch marks {
        case .chatML where cutsThoughts: thoughts = text.contains("last_query_index") ? .ofLastAnswer : .dropped
        case .deepSeek where cutsThoughts: thoughts = .dropped
        case .chatML where !opening.isEmpty, .deepSeek where !opening.isEmpty: break
        default: throw .unfaithful("what it does with thoughts is not known")
        }
        guard ["", "<think>", "<think>\n"].contains(opening) else {
            throw .unfaithful("it opens answers with \(opening.debugDescription)")
        }
    }
}

extension ChatTemplate.Marks {
    fileprivate static func found(in text: TemplateText) -> Self? {
        if text.contains("<|im_start|>") { return .chatML }
        if text.contains("<|start_header_id|>"), text.contains("<|eot_id|>") {
            return text.contains("Cutting Knowledge Date") ? .llama31 : .llama3
        }
        if text.contains("<start_of_turn>"), text.contains("<end_of_turn>") { return .gemma }
        return text.contains("<｜Assistant｜>") && text.contains("<｜User｜>") ? .deepSeek : nil
    }

    /// The contents of the system messages that stand whole in a literal.
    fileprivate func systemMessages(in literal: [UInt8]) -> [[UInt8]] {
        let marks: (head: String, end: String)? = switch self {
        case .chatML: ("<|im_start|>system\n", "<|im_end|>")
        case .llama3, .llama31: ("<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>")
        case .gemma, .deepSeek, .plain: nil
        }
        guard let marks else { return [] }
        let starts = TemplateText.places(of: Array(marks.head.utf8), in: literal).map { $0 + marks.head.utf8.count }
        var messages: [[UInt8]] = []
        var next = starts[...]
        for end in TemplateText.places(of: Array(marks.end.utf8), in: literal) {
            let before = next.prefix { $0 <= end }
            next = next.dropFirst(before.count)
            if let start = before.last { messages.append(Array(literal[start..<end])) }
        }
        return messages
    }

    /// What an answer begins with.
    fileprivate var answerHead: [UInt8] {
        switch self {
        case .chatML: Array("<|im_start|>assistant\n".utf8)
        case .llama3, .llama31: Array("<|start_header_id|>assistant<|end_header_id|>\n\n".utf8)
        case .gemma: Array("<start_of_turn>model\n".utf8)
        case .deepSeek: Array("<｜Assistant｜>".utf8)
        case .plain: []
        }
    }
}
