import Foundation
import Testing
@testable import Tokenizers

/// Template texts: those of the families are understood, all others refused, and none is run (RELIABILITY X1).
@Suite struct ChatTemplateTextTests {
    private struct Fixture: Decodable {
        struct Message: Decodable {
            var role: String
            var content: String
        }

        struct Template: Decodable {
            var name: String
            var text: String
            /// For each conversation: with the answer opened, and without.
            var rendered: [[String]]
        }

        var conversations: [[Message]]
        var templates: [Template]
    }

    private static let file = ReferenceFiles.packageRoot.appendingPathComponent("Tests/Fixtures/chat-templates.json")

    /// The texts as Jinja2 renders them (`Tests/Fixtures/chat_templates.py`), against what they are recognised as.
    @Test func recognisedTemplatesRenderAsJinjaDoes() throws {
        let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: Self.file))
        let names = Set(fixture.templates.map(\.name))
        #expect(names.isSuperset(of: ChatTemplate.names.filter { $0 != "plain" }))
        for file in fixture.templates {
            let template = try ChatTemplate.recognise(file.text)
            if let named = ChatTemplate(name: file.name) { #expect(template == named, "\(file.name)") }
            for (conversation, rendered) in zip(fixture.conversations, file.rendered) {
                let messages = try conversation.map {
                    ChatMessage(role: try #require(ChatMessage.Role(rawValue: $0.role)), content: $0.content)
                }
                for (opens, expected) in zip([true, false], rendered) {
                    #expect(template.render(messages, addsGenerationPrompt: opens) == expected, "\(file.name)")
                }
            }
        }
    }

    private static let message = "{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' }}"

    @Test(arguments: [
        "", "[INST] {{ message }} [/INST]", "<start_of_turn>", "{% for i in range(10**9) %}{% endfor %}",
        // Text that no family writes: before the messages, in a system prompt that is always there, in other letters.
        "{{ 'Knowledge Cutoff Date: June' }}" + message, "Be kind to all. " + message, "你要乐于助人" + message,
        "{{ '<|im_start|>system\\nYou are a pirate.<|im_end|>' }}" + message,
        "{% if m.role != 'system' %}{{ '<|im_start|>system\\nYou are a pirate.' + x + '<|im_end|>' }}" + message,
        // Two system prompts; text behind a question for no tools.
        "{% set system = 'One' if m.role != 'system' %}{% set system = 'Two' %}" + message,
        "{% if not tools %}{{ 'There are no tools' }}{% endif %}" + message,
        // Thoughts that nothing is known about.
        message + "{{ '<think>' + m.thought }}", message + "{{ '<|im_start|>assistant\\n<think>so</think>' }}",
        "{{ '<start_of_turn>' }}<end_of_turn>{{ '<think>' }}",
    ])
    func othersAreRefusedWithTheNames(text: String) {
        #expect { try ChatTemplate.recognise(text) } throws: { error in
            error is ChatTemplateError && ChatTemplate.names.allSatisfy { "\(error)".contains($0) }
        }
    }

    @Test func commentsErrorsAndToolsDoNotCount() throws {
        let text = "{# You are a pirate. #}{{ raise_exception('You are not a pirate') }}"
            + "{% if tools is not none %}{% if x %}You are a pirate.{% endif %}"
            + "{% elif not tools is none %}Speak like one."
            + "{% elif documents %}Here are some documents{% endif %}" + Self.message
        #expect(try ChatTemplate.recognise(text) == .chatML)
    }

    @Test func settingsChooseByName() throws {
        #expect(try ChatTemplate.choose("qwen3", fileText: nil) == .qwen3)
        #expect(try ChatTemplate.choose("auto", fileText: Self.message) == .chatML)
        #expect(throws: ChatTemplateError.missing) { try ChatTemplate.choose("auto", fileText: nil) }
        #expect(throws: ChatTemplateError.unknownName("x\u{1B}[2J")) {
            try ChatTemplate.choose("x\u{1B}[2J", fileText: Self.message)
        }
        #expect(!"\(ChatTemplateError.unknownName("x\u{1B}[2J"))".contains("\u{1B}"))
        for name in ChatTemplate.names { #expect(ChatTemplate(name: name)?.description == name) }
    }

    @Test func templatesWithDifferentSystemPromptsHaveDifferentDescriptions() throws {
        let one = ChatTemplate(marks: .chatML, defaultSystem: "One.")
        #expect(one.description != ChatTemplate(marks: .chatML, defaultSystem: "Two.").description)
        #expect(one.description.contains("One."))
    }

    private static let hostile: [(name: String, text: String)] = {
        func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        return [
            ("endless loop", "{% for i in range(10**9) %}{% for j in range(10**9) %}" + message),
            ("attributes", "{{ ''.__class__.__mro__[1].__subclasses__()[40]('/etc/passwd').read() }}" + message),
            ("deep blocks", many("{% if x %}", 60_000) + message),
            ("deep brackets", "{{ " + many("(", 500_000) + many("[", 500_000)),
            ("open strings", many("{{ '", 250_000)), ("open tags", many("{%", 500_000)),
            ("open comments", many("{#", 500_000)), ("escapes", "{{ '" + many("\\", 1_000_000)),
            ("system heads", "{{ '" + many("<|im_start|>system\\n", 50_000) + "' }}"),
            ("system heads and one end", "{{ '" + many("<|im_start|>system\\n", 50_000) + "<|im_end|>system' }}"),
            ("answer heads", "{{ '<think>" + many("<|im_start|>assistant\\n<think>", 30_000) + "' }}"),
            ("closing", many("{% endif %}{% else %}{% elif x %}", 30_000)),
            ("ten mebibytes", many("<|im_start|>", (10 << 20) / 12)),
        ]
    }()

    @Test(.timeLimit(.minutes(1)), arguments: hostile.indices)
    func hostileTextsAreDoneAtOnce(index: Int) {
        let clock = ContinuousClock()
        var outcome: Result<ChatTemplate, ChatTemplateError>?
        let duration = clock.measure {
            outcome = Result { () throws(ChatTemplateError) in try ChatTemplate.recognise(Self.hostile[index].text) }
        }
        // Recognised as what its marks say or refused; the first two are ChatML around things that are never run.
        if index < 2 {
            #expect(outcome == .success(.chatML))
        } else if case .success(let template) = outcome {
            #expect(template.marks == .chatML, "\(Self.hostile[index].name)")
        }
        #expect(duration < .seconds(1), "\(Self.hostile[index].name)")
    }

    @Test func theLongestTemplateIsRead() throws {
        let limit = TokenizerLimits.chatTemplateBytes
        let padding = limit - Self.message.utf8.count
        let text = Self.message + String(repeating: " ", count: padding)
        #expect(try ChatTemplate.recognise(text) == .chatML)
        #expect(throws: ChatTemplateError.tooLong(byteCount: limit + 1, limit: limit)) {
            try ChatTemplate.recognise(text + " ")
        }
    }
}
