extension ChatTemplate {
    /// The prompt of a conversation.
    ///
    /// Where the family's template writes the begin token, so does this; `Tokenizer.encodeWithBegin` adds no second.
    /// - Parameter addsGenerationPrompt: whether the beginning of the assistant's next message is written.
    public func render(_ messages: [ChatMessage], addsGenerationPrompt: Bool) -> String {
        var messages = messages
        if let defaultSystem, let first = messages.first, first.role != .system {
            messages.insert(ChatMessage(role: .system, content: defaultSystem), at: 0)
        }
        let end = addsGenerationPrompt ? opening : nil
        return switch marks {
        case .chatML: chatML(messages, opening: end)
        case .llama3: Self.llama3(messages, opening: end)
        case .llama31: Self.llama31(messages, opening: end)
        case .gemma: Self.gemma(messages, opening: end)
        case .deepSeek: deepSeek(messages, opening: end)
        case .plain: messages.map(\.content).joined(separator: "\n\n")
        }
    }

    private func chatML(_ messages: [ChatMessage], opening: String?) -> String {
        let lastQuestion = messages.lastIndex { $0.role == .user } ?? messages.count
        let written = messages.enumerated().map { index, message in
            let isLast = index == messages.count - 1
            let content = message.role == .assistant
                ? answer(message.content, isAfterQuestions: index > lastQuestion, isLast: isLast) : message.content
            return "<|im_start|>\(message.role.rawValue)\n\(content)<|im_end|>\n"
        }
        return written.joined() + (opening.map { "<|im_start|>assistant\n" + $0 } ?? "")
    }

    /// An answer as ChatML models with thoughts are shown it.
    private func answer(_ content: String, isAfterQuestions: Bool, isLast: Bool) -> String {
        if thoughts == .kept { return content }
        let parts = Self.parts(of: content)
        let isStripped = thoughts == .dropped || parts.thought != nil
        let answer = isStripped ? Self.withoutLineBreaks(parts.answer, atEnd: false) : content
        guard thoughts == .ofLastAnswer, isAfterQuestions else { return answer }
        let words = Self.withoutLineBreaks(Self.parts(of: parts.thought ?? "", by: "<think>").answer)
        guard isLast || !words.isEmpty else { return answer }
        return "<think>\n\(words)\n</think>\n\n" + Self.withoutLineBreaks(answer, atEnd: false)
    }

    private static func llama3(_ messages: [ChatMessage], opening: String?) -> String {
        let written = messages.map { head($0.role) + trimmed($0.content) + "<|eot_id|>" }.joined()
        return "<|begin_of_text|>" + written + (opening.map { head(.assistant) + $0 } ?? "")
    }

    private static func head(_ role: ChatMessage.Role) -> String {
        "<|start_header_id|>\(role.rawValue)<|end_header_id|>\n\n"
    }

    /// Llama 3 with dates in the system message: those that the template itself falls back to when it is told none.
    private static func llama31(_ messages: [ChatMessage], opening: String?) -> String {
        let system = messages.first?.role == .system ? trimmed(messages[0].content) : ""
        let rest = messages.first?.role == .system ? Array(messages.dropFirst()) : messages
        let begin = "<|begin_of_text|>"
        let dates = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
        return begin + head(.system) + dates + system + "<|eot_id|>"
            + llama3(rest, opening: opening).dropFirst(begin.count)
    }

    private static func gemma(_ messages: [ChatMessage], opening: String?) -> String {
        var prefix = ""
        var rest = messages[...]
        if let first = messages.first, first.role == .system {
            prefix = first.content + "\n\n"
            rest = rest.dropFirst()
        }
        var written = "<bos>"
        for message in rest {
            let role = message.role == .assistant ? "model" : message.role.rawValue
            written += "<start_of_turn>\(role)\n" + prefix + trimmed(message.content) + "<end_of_turn>\n"
            prefix = ""
        }
        return written + (opening.map { "<start_of_turn>model\n" + $0 } ?? "")
    }

    private func deepSeek(_ messages: [ChatMessage], opening: String?) -> String {
        var written = "<｜begin▁of▁sentence｜>"
        written += messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
        for message in messages {
            switch message.role {
            case .system: break
            case .user: written += "<｜User｜>" + message.content
            case .assistant:
                let content = thoughts == .kept ? message.content : Self.parts(of: message.content).answer
                written += "<｜Assistant｜>" + content + "<｜end▁of▁sentence｜>"
            }
        }
        return written + (opening.map { "<｜Assistant｜>" + $0 } ?? "")
    }

    /// What stands before the first mark, if there is one, and what behind the last.
    private static func parts(of content: String, by mark: String = "</think>") -> (thought: String?, answer: String) {
        let bytes = Array(content.utf8)
        let places = TemplateText.places(of: Array(mark.utf8), in: bytes)
        guard let first = places.first, let last = places.last else { return (nil, content) }
        return (
            String(decoding: bytes[..<first], as: UTF8.self),
            String(decoding: bytes[(last + mark.utf8.count)...], as: UTF8.self)
        )
    }

    private static func withoutLineBreaks(_ text: String, atEnd: Bool = true) -> String {
        var scalars = text.unicodeScalars[...]
        while scalars.first == "\n" { scalars.removeFirst() }
        while atEnd, scalars.last == "\n" { scalars.removeLast() }
        return String(scalars)
    }

    /// `content` without white space at both ends, as the templates' `trim` has it.
    private static func trimmed(_ content: String) -> String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
        }
        let scalars = content.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
