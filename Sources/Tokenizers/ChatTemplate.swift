/// How a conversation is written for a family of models.
///
/// Nothing from a model file is executed: the file's template text is recognised (`recognise`) as one of these.
public struct ChatTemplate: Sendable, Hashable, CustomStringConvertible {
    /// The marks around messages.
    enum Marks: String, Sendable {
        /// `<|im_start|>role`
        case chatML = "chatml"
        case llama3
        /// Llama 3 with a system message that always names two dates.
        case llama31 = "llama3.1"
        /// The system prompt goes into the first message.
        case gemma
        case deepSeek = "deepseek"
        /// None: the contents alone, a blank line between two.
        case plain
    }

    /// What is shown of the thinking in earlier answers, up to `</think>`.
    enum Thoughts: Sendable {
        case kept
        case dropped
        /// Dropped before the last question; an answer after it is always written with a thought, if an empty one.
        case ofLastAnswer
    }

    var marks: Marks
    /// The system prompt that is written where a conversation has none.
    public internal(set) var defaultSystem: String?
    var thoughts = Thoughts.kept
    /// What the model's answer begins with.
    var opening = ""

    /// ChatML, no system prompt unless one is given.
    public static let chatML = ChatTemplate(marks: .chatML)
    /// Qwen 2: ChatML with its system prompt.
    public static let qwen2 = ChatTemplate(marks: .chatML, defaultSystem: "You are a helpful assistant.")
    /// Qwen 2.5: ChatML with its system prompt.
    public static let qwen = ChatTemplate(
        marks: .chatML, defaultSystem: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.")
    /// Qwen 2.5 Math: ChatML with its system prompt.
    public static let qwenMath = ChatTemplate(
        marks: .chatML, defaultSystem: "Please reason step by step, and put your final answer within \\boxed{}.")
    /// Qwen 3: ChatML without the thoughts of earlier answers.
    public static let qwen3 = ChatTemplate(marks: .chatML, thoughts: .ofLastAnswer)
    /// QwQ: ChatML without the thoughts of earlier answers; the answer is opened with `<think>`.
    public static let qwq = ChatTemplate(marks: .chatML, thoughts: .dropped, opening: "<think>\n")
    /// SmolLM2: ChatML with its system prompt.
    public static let smolLM = ChatTemplate(
        marks: .chatML, defaultSystem: "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
    /// Llama 3.
    public static let llama3 = ChatTemplate(marks: .llama3)
    /// Llama 3.1 to 3.3.
    public static let llama31 = ChatTemplate(marks: .llama31)
    /// Gemma 2 and 3.
    public static let gemma = ChatTemplate(marks: .gemma)
    /// DeepSeek V2.5 and V3, and R1 as first published: the answer is not opened.
    public static let deepSeek = ChatTemplate(marks: .deepSeek, thoughts: .dropped)
    /// DeepSeek-R1 and its distilled models: the answer is opened with `<think>`.
    public static let deepSeekR1 = ChatTemplate(marks: .deepSeek, thoughts: .dropped, opening: "<think>\n")
    /// The contents alone: for base models.
    public static let plain = ChatTemplate(marks: .plain)

    private static let named: [(name: String, template: ChatTemplate)] = [
        ("chatml", chatML), ("qwen", qwen), ("qwen2", qwen2), ("qwen-math", qwenMath), ("qwen3", qwen3), ("qwq", qwq),
        ("smollm", smolLM), ("llama3", llama3), ("llama3.1", llama31), ("gemma", gemma), ("deepseek", deepSeek),
        ("deepseek-r1", deepSeekR1), ("plain", plain),
    ]

    /// The names that can be chosen.
    public static var names: [String] { named.map(\.name) }

    /// The template of a name, if there is one.
    public init?(name: String) {
        guard let template = Self.named.first(where: { $0.name == name })?.template else { return nil }
        self = template
    }

    init(marks: Marks, defaultSystem: String? = nil, thoughts: Thoughts = .kept, opening: String = "") {
        self.marks = marks
        self.defaultSystem = defaultSystem
        self.thoughts = thoughts
        self.opening = opening
    }

    /// Its name, or all that sets it apart: equal texts, equal templates.
    public var description: String {
        if let name = Self.named.first(where: { $0.template == self })?.name { return name }
        let system = defaultSystem.map { "system prompt \($0.debugDescription)" } ?? "no system prompt"
        return "\(marks.rawValue) with \(system), thoughts \(thoughts), opening \(opening.debugDescription)"
    }

    /// What a setting asks for: a name, or `auto` for what the model file's own template text is recognised as.
    public static func choose(_ setting: String, fileText: String?) throws(ChatTemplateError) -> ChatTemplate {
        if setting != "auto" {
            guard let template = ChatTemplate(name: setting) else { throw .unknownName(setting) }
            return template
        }
        guard let fileText else { throw .missing }
        return try recognise(fileText)
    }
}
