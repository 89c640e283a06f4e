import Domain
import Tokenizers

/// Turns a problem's prompt into the text that opens its context: the conversation and the configured message, in the
/// model's chat template.
public struct PromptWriter: Sendable {
    private let template: ChatTemplate
    private let system: String
    private let message: String
    private let marker: String

    /// - Parameters:
    ///   - system: the system message of problems that bring none; empty for none.
    ///   - message: the user's message, with the marker where the problem's text goes.
    public init(template: ChatTemplate, system: String, message: String, marker: String) {
        self.template = template
        self.system = system
        self.message = message
        self.marker = marker
    }

    /// - Throws: where the template refuses the conversation.
    public func text(of problem: ProblemPrompt) throws(ChatTemplateError) -> String {
        var messages = problem.turns.map { ChatMessage(role: $0.speaker.role, content: $0.text) }
        if !system.isEmpty, !problem.turns.contains(where: { $0.speaker == .system }) {
            messages.insert(ChatMessage(role: .system, content: system), at: 0)
        }
        messages.append(ChatMessage(role: .user, content: filled(problem.text)))
        return template.render(messages, addsGenerationPrompt: true)
    }

    private func filled(_ problem: String) -> String {
        message.split(separator: marker, omittingEmptySubsequences: false).joined(separator: problem)
    }

    /// Equal digests mean that equal problems open with equal text: 64-bit FNV-1a (draft-eastlake-fnv).
    public var digest: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(template)\u{0}\(system)\u{0}\(message)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}

extension ConversationTurn.Speaker {
    fileprivate var role: ChatMessage.Role {
        switch self {
        case .system: .system
        case .user: .user
        case .assistant: .assistant
        }
    }
}
