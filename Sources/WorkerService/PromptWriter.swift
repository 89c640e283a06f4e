import Domain
import Settings
import Tokenizers

/// Turns a problem's text into the ids that open its context: the configured message, in the model's chat template.
struct PromptWriter: Sendable {
    let template: ChatTemplate
    let system: String
    /// The user's message, with `{problem}` where the text goes.
    let message: String

    func text(of problem: String) -> String {
        var messages: [ChatMessage] = []
        if !system.isEmpty { messages.append(ChatMessage(role: .system, content: system)) }
        messages.append(ChatMessage(role: .user, content: filled(problem)))
        return template.render(messages, addsGenerationPrompt: true)
    }

    private func filled(_ problem: String) -> String {
        message.split(separator: ModelConfiguration.problemMarker, omittingEmptySubsequences: false)
            .joined(separator: problem)
    }

    /// Equal digests mean that equal problems open with equal text: 64-bit FNV-1a (draft-eastlake-fnv).
    var digest: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(template)\u{0}\(system)\u{0}\(message)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
