import Foundation
import Testing
import Tokenizers

@Suite struct ChatTemplateTests {
    private struct Conversation: Decodable {
        struct Message: Decodable {
            var role: String
            var content: String
        }

        var messages: [Message]
        var rendered: String
    }

    private static let file = ReferenceFiles.reference.appendingPathComponent("chat-templates.json")

    /// Which template each model of the reference has.
    private static let templates: [String: ChatTemplate] = [
        "smollm2-135m": .smolLM, "qwen2.5-coder-0.5b": .qwen, "qwen2.5-coder-1.5b": .qwen,
    ]

    @Test(.enabled(if: ReferenceFiles.exists(file), "../shared/reference/chat-templates.json is not there"))
    func rendersAsTheModelsOwnTemplate() throws {
        let models = try JSONDecoder().decode([String: [Conversation]].self, from: Data(contentsOf: Self.file))
        #expect(!models.isEmpty)
        for (model, conversations) in models {
            let template = try #require(Self.templates[model], "\(model)")
            for conversation in conversations {
                let messages = try conversation.messages.map {
                    ChatMessage(role: try #require(ChatMessage.Role(rawValue: $0.role)), content: $0.content)
                }
                #expect(template.render(messages, addsGenerationPrompt: true) == conversation.rendered, "\(model)")
            }
        }
    }

    @Test(.enabled(if: ReferenceModel.qwen.hasModel && ReferenceModel.smolLM.hasModel, ReferenceModel.missingModel))
    func recognisesTheTemplatesInTheFiles() throws {
        #expect(try ChatTemplate.recognise(#require(ReferenceModel.qwen.tokenizer().chatTemplateText)) == .qwen)
        #expect(try ChatTemplate.recognise(#require(ReferenceModel.smolLM.tokenizer().chatTemplateText)) == .smolLM)
    }

    private static let qwenSystem = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."

    @Test(arguments: [
        ("{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>'}}", ChatTemplate.chatML),
        ("{% if role != 'system' %}{{ '<|im_start|>system\\n\(qwenSystem)<|im_end|>' }}", .qwen),
        ("<|start_header_id|>' + message['role'] + '<|end_header_id|> <|eot_id|>", .llama3),
        ("Cutting Knowledge Date: <|start_header_id|> <|eot_id|>", .llama31),
        ("{{ '<start_of_turn>' + role }} <end_of_turn>", .gemma),
        ("{{'<｜User｜>'}} {{'<｜Assistant｜>' + content.split('</think>')[-1] }}", .deepSeek),
        ("{{'<｜User｜>'}} {% if '</think>' in x %} {{'<｜Assistant｜><think>\\n'}}", .deepSeekR1),
    ])
    func recognisesFamilies(text: String, template: ChatTemplate) throws {
        #expect(try ChatTemplate.recognise(text) == template)
    }

    private let conversation = [
        ChatMessage(role: .system, content: "Be brief. "), ChatMessage(role: .user, content: " Hi\n"),
        ChatMessage(role: .assistant, content: "<think>\nso</think>Hello"), ChatMessage(role: .user, content: "Bye"),
    ]

    @Test func llama3() {
        let head = "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
        let rest = "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>\n\n<think>\nso</think>Hello<|eot_id|>"
            + "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
        let opening = "<|start_header_id|>assistant<|end_header_id|>\n\n"
        let prompt = ChatTemplate.llama3.render(conversation, addsGenerationPrompt: true)
        #expect(prompt == head + "Be brief." + rest + opening)
        #expect(
            ChatTemplate.llama31.render(conversation, addsGenerationPrompt: false)
                == head + "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\nBe brief." + rest)
    }

    @Test func gemma() {
        let text = "<bos><start_of_turn>user\nBe brief. \n\nHi<end_of_turn>\n<start_of_turn>model\n"
            + "<think>\nso</think>Hello<end_of_turn>\n<start_of_turn>user\nBye<end_of_turn>\n<start_of_turn>model\n"
        #expect(ChatTemplate.gemma.render(conversation, addsGenerationPrompt: true) == text)
    }

    @Test func deepSeek() {
        let text = "<｜begin▁of▁sentence｜>Be brief. <｜User｜> Hi\n<｜Assistant｜>Hello<｜end▁of▁sentence｜><｜User｜>Bye"
        #expect(ChatTemplate.deepSeek.render(conversation, addsGenerationPrompt: false) == text)
        #expect(ChatTemplate.deepSeek.render(conversation, addsGenerationPrompt: true) == text + "<｜Assistant｜>")
        #expect(
            ChatTemplate.deepSeekR1.render(conversation, addsGenerationPrompt: true) == text + "<｜Assistant｜><think>\n")
    }

    @Test func chatMLAndPlain() {
        let messages = [ChatMessage(role: .user, content: "1+1?")]
        let user = "<|im_start|>user\n1+1?<|im_end|>\n"
        #expect(ChatTemplate.chatML.render(messages, addsGenerationPrompt: true) == user + "<|im_start|>assistant\n")
        #expect(ChatTemplate.chatML.render(messages, addsGenerationPrompt: false) == user)
        #expect(ChatTemplate.plain.render(messages, addsGenerationPrompt: true) == "1+1?")
    }
}
