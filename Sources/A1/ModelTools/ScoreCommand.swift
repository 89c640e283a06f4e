import ArgumentParser
import Engine
import Evaluation
import Foundation
import Runtime
import Tokenizers
import Transformer

struct ModelScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Give the log-probability of every token of texts.",
        discussion: """
            a1 model score MODEL "text" prints a line for each token of the text: its id, the token, and its \
            log-probability given those before it (natural logarithm); then the mean negative log-likelihood.

            Without a text it reads {"ids":[...]} (taken as they are) or {"text":"..."} (special tokens parsed, begin \
            token by the file's rule) on standard input, a line each. It writes a line each: the ids, `logprobs` of \
            the tokens after the first, and `mean_nll`, their negated mean (null where there are none).
            """)

    @OptionGroup var choice: ModelChoice
    @OptionGroup var options: ThreadOptions
    @OptionGroup var flags: EngineFlags
    @Flag(help: "Print JSON, of a text as well; lines are answered in JSON in any case.")
    var json = false

    private struct Score: ToolAnswer {
        var ids: [Int32]
        var logprobs: [Float]
        var meanNLL: Double?
        /// Of the ids, for people.
        var tokens: [String] = []

        enum CodingKeys: String, CodingKey {
            case ids, logprobs
            case meanNLL = "mean_nll"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(ids, forKey: .ids)
            try container.encode(logprobs, forKey: .logprobs)
            // Written even where it is null.
            try container.encode(meanNLL, forKey: .meanNLL)
        }

        var plain: String {
            var table = TextTable(columns: [("ID", .right), ("LOGPROB", .right), ("TOKEN", .left)])
            for (index, (id, token)) in zip(ids, tokens).enumerated() {
                table.addRow(["\(id)", index == 0 ? "-" : String(format: "%.4f", logprobs[index - 1]), token])
            }
            let mean = meanNLL.map { String(format: "%.4f", $0) } ?? "-"
            return table.shown + "mean negative log-likelihood of \(logprobs.count) tokens: \(mean)"
        }
    }

    func run() throws {
        let text = try choice.text()
        let model = try choice.load()
        let events = Inbox<EngineEvent>()
        let engine = try flags.engine(model, threads: options.threadCount) { events.post($0) }
        let tool = LineTool(text == nil ? .lines : .once(asJSON: json))
        let lines = EngineLines<[Int32]>(engine: engine, events: events, atOnce: flags.sequences)
        try lines.run(tool, ToolInputs(text.map(ModelInput.init(text:)))) { input, id in
            let ids = try input.tokens(model.tokenizer)
            guard let first = ids.first else { throw LineError("there is no token to score") }
            guard ids.count > 1 else { return .ready(ids) }
            return .score(
                ScoreRequest(id: id, key: SequenceKey(rawValue: id), context: [first], block: Array(ids.dropFirst())),
                ids)
        } answer: { ids, event in
            let tokens = text == nil ? [] : ids.map(model.tokenizer.shown)
            guard case .scored(_, let scores, _) = event else {
                return Score(ids: ids, logprobs: [], tokens: tokens)
            }
            let logprobs = scores.logProbabilities
            let sum = logprobs.reduce(0) { $0 + Double($1) }
            return Score(ids: ids, logprobs: logprobs, meanNLL: -sum / Double(logprobs.count), tokens: tokens)
        }
        try tool.finish()
    }
}

extension Tokenizer {
    /// A token for people, in quotes; special ones by their text.
    func shown(_ token: Int32) -> String {
        "\"" + String(decoding: bytes(of: token, special: true), as: UTF8.self) + "\""
    }
}
