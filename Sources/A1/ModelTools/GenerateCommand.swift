import ArgumentParser
import Engine
import Foundation
import Runtime
import Tokenizers
import Transformer

struct ModelGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Continue texts.",
        discussion: """
            a1 model generate MODEL "text" prints how the text goes on; with --chat the text is what a user says, and \
            the answer is printed.

            Without a text it reads {"ids":[...]} (taken as they are), {"text":"..."} (special tokens parsed, begin \
            token by the file's rule) or {"messages":[{"role":"user","content":"..."}]} (written by the chat template) \
            on standard input, a line each. It writes a line each: the new `ids`, their `text`, and why it ended \
            (`finish`).

            After a text or messages an end token ends the answer and is not part of it. After ids exactly as many \
            tokens are written as were asked for, end tokens included; --stop-at-end and --ignore-end say otherwise.
            """)

    @OptionGroup var choice: ModelChoice
    @Flag(help: "The text is what a user says: write it by the model's chat template.")
    var chat = false
    @OptionGroup var options: ThreadOptions
    @OptionGroup var flags: EngineFlags
    @Option(help: "At most this many new tokens.")
    var maxTokens = 128
    @Option(help: "0 takes the likeliest token.")
    var temperature: Float = 0
    @Option(help: "Only the so many likeliest tokens; 0 is all.")
    var topK = 0
    @Option(help: "Only the likeliest tokens that reach this probability together.")
    var topP: Float = 1
    @Option(help: "Only tokens at least this fraction as likely as the likeliest.")
    var minP: Float = 0
    @Option(help: "Above 1: tokens that have occurred become less likely.")
    var repetitionPenalty: Float = 1
    @Option(help: "Decides every draw, together with the line's number.")
    var seed: UInt64 = 0
    @Option(help: "Ends the answer after the token that completes this text; may be repeated.")
    var stop: [String] = []
    @Option(help: "auto or a family's name: how messages are written.")
    var chatTemplate = "auto"
    @Flag(help: "Whether an end token ends the answer.")
    var endTokens: EndTokens?
    @Flag(help: "Print JSON, of a text as well; lines are answered in JSON in any case.")
    var json = false

    enum EndTokens: String, EnumerableFlag {
        case stopAtEnd, ignoreEnd
    }

    private var sampling: SamplingOptions {
        SamplingOptions(
            temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: repetitionPenalty)
    }

    func validate() throws {
        try require("--max-tokens", maxTokens, "at least 1", maxTokens > 0)
        do { try sampling.check() } catch { throw ValidationError("\(error)") }
        try require("--stop", "empty", "a text", !stop.contains(""))
        if chat, try choice.text() == nil { throw ValidationError("--chat needs a text") }
    }

    private struct Continuation: ToolAnswer {
        var ids: [Int32]
        var text: String
        var finish: String

        var plain: String { text }
    }

    private func input() throws -> ModelInput? {
        try choice.text().map { text in
            chat ? ModelInput(messages: [.init(role: "user", content: text)]) : ModelInput(text: text)
        }
    }

    func run() throws {
        let single = try input()
        let model = try choice.load()
        let events = Inbox<EngineEvent>()
        let engine = try flags.engine(model, threads: options.threadCount) { events.post($0) }
        let tool = LineTool(single == nil ? .lines : .once(asJSON: json))
        let lines = EngineLines<Void>(engine: engine, events: events, atOnce: flags.sequences)
        try lines.run(tool, ToolInputs(single)) { input, id in
            let context = try input.tokens(model.tokenizer) {
                try ChatTemplate.choose(chatTemplate, fileText: model.chatTemplateText)
            }
            guard !context.isEmpty else { throw LineError("there is nothing to continue") }
            let stopsAtEnd = endTokens.map { $0 == .stopAtEnd } ?? (input.ids == nil)
            let rules = StopRules(
                endTokens: stopsAtEnd ? model.tokenizer.endTokens : [], strings: stop.map { Array($0.utf8) })
            return .generate(
                GenerateRequest(
                    id: id, key: SequenceKey(rawValue: id), context: context, maximumTokens: maxTokens,
                    sampling: sampling, seed: seed &+ id, stop: rules), ())
        } answer: { _, event in
            guard case .generated(_, let block, _) = event else { throw LineError("no block came") }
            return Continuation(
                ids: block.tokens, text: String(decoding: block.bytes, as: UTF8.self), finish: block.finish.rawValue)
        }
        try tool.finish()
    }
}
