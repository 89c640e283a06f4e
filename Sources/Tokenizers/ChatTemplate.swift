/// How a conversation is written for a family of models.
///
/// Nothing from a model file is executed: the file's template text is recognised (`recognise`) as one of these.
public enum ChatTemplate: String, CaseIterable, Sendable {
    /// `<|im_start|>role`, no system prompt unless one is given.
    case chatML = "chatml"
    /// ChatML with the system prompt of Qwen 2.5 where none is given.
    case qwen
    /// ChatML with the system prompt of SmolLM2 where none is given.
    case smolLM = "smollm"
    /// Llama 3.
    case llama3
    /// Llama 3.1 to 3.3: Llama 3 with a system message that always names two dates.
    case llama31 = "llama3.1"
    /// Gemma 2 and 3: the system prompt goes into the first message.
    case gemma
    /// DeepSeek V2.5 and V3, and R1 as first published: the answer is not opened.
    case deepSeek = "deepseek"
    /// DeepSeek-R1 and its distilled models: the answer is opened with `<think>`.
    case deepSeekR1 = "deepseek-r1"
    /// The contents alone, a blank line between two: for base models.
    case plain

    /// The prompt of a conversation.
    ///
    /// Where the family's template writes the begin token, so does this; `Tokenizer.encodeWithBegin` adds no second.
    /// - Parameter addsGenerationPrompt: whether the beginning of the assistant's next message is written.
    public func render(_ messages: [ChatMessage], addsGenerationPrompt: Bool) -> String {
        switch self {
        case .chatML:
            Self.chatML(messages, defaultSystem: nil, addsGenerationPrompt)
        case .qwen:
            Self.chatML(messages, defaultSystem: Self.qwenSystem, addsGenerationPrompt)
        case .smolLM:
            Self.chatML(messages, defaultSystem: Self.smolLMSystem, addsGenerationPrompt)
        case .llama3:
            Self.llama3(messages, addsGenerationPrompt)
        case .llama31:
            Self.llama3(Self.withDates(messages), addsGenerationPrompt)
        case .gemma:
            Self.gemma(messages, addsGenerationPrompt)
        case .deepSeek:
            Self.deepSeek(messages, addsGenerationPrompt ? "<｜Assistant｜>" : "")
        case .deepSeekR1:
            Self.deepSeek(messages, addsGenerationPrompt ? "<｜Assistant｜><think>\n" : "")
        case .plain:
            messages.map(\.content).joined(separator: "\n\n")
        }
    }

    static let qwenSystem = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
    static let smolLMSystem = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"

    private static func chatML(
        _ messages: [ChatMessage], defaultSystem: String?, _ addsGenerationPrompt: Bool
    ) -> String {
        var all = messages
        if let defaultSystem, let first = messages.first, first.role != .system {
            all.insert(ChatMessage(role: .system, content: defaultSystem), at: 0)
        }
        let written = all.map { "<|im_start|>\($0.role.rawValue)\n\($0.content)<|im_end|>\n" }.joined()
        return written + (addsGenerationPrompt ? "<|im_start|>assistant\n" : "")
    }

    private static func llama3(_ messages: [ChatMessage], _ addsGenerationPrompt: Bool) -> String {
        func head(_ role: ChatMessage.Role) -> String { "<|start_header_id|>\(role.rawValue)<|end_header_id|>\n\n" }
        let written = messages.map { head($0.role) + trimmed($0.content) + "<|eot_id|>" }.joined()
        return "<|begin_of_text|>" + written + (addsGenerationPrompt ? head(.assistant) : "")
    }

    /// The dates are those the template itself falls back to when it is told none.
    private static func withDates(_ messages: [ChatMessage]) -> [ChatMessage] {
        let system = messages.first?.role == .system ? messages[0].content : ""
        let dates = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
        let rest = messages.first?.role == .system ? messages.dropFirst() : messages[...]
        return [ChatMessage(role: .system, content: dates + trimmed(system))] + rest
    }

    private static func gemma(_ messages: [ChatMessage], _ addsGenerationPrompt: Bool) -> String {
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
        return written + (addsGenerationPrompt ? "<start_of_turn>model\n" : "")
    }

    private static func deepSeek(_ messages: [ChatMessage], _ generationPrompt: String) -> String {
        var written = "<｜begin▁of▁sentence｜>"
        written += messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
        for message in messages {
            switch message.role {
            case .system: break
            case .user: written += "<｜User｜>" + message.content
            case .assistant: written += "<｜Assistant｜>" + withoutThought(message.content) + "<｜end▁of▁sentence｜>"
            }
        }
        return written + generationPrompt
    }

    /// Earlier answers are shown without the thinking that led to them.
    private static func withoutThought(_ content: String) -> String {
        let end = Array("</think>".utf8)
        let bytes = Array(content.utf8)
        guard bytes.count >= end.count else { return content }
        for start in (0...(bytes.count - end.count)).reversed() where bytes[start...].starts(with: end) {
            return String(decoding: bytes[(start + end.count)...], as: UTF8.self)
        }
        return content
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
