import ArgumentParser
import Engine
import Foundation
import Runtime
import Tokenizers
import Transformer

struct ModelScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Give the log-probability of every token of texts.",
        discussion: """
            Reads {"ids":[...]} (taken as they are) or {"text":"..."} (special tokens parsed, begin token by the \
            file's rule) on standard input, a line each. Writes a line each: the ids, `logprobs` of the tokens after \
            the first (natural logarithm), and `mean_nll`, their negated mean (null where there are none).
            """)

    @OptionGroup var options: ModelOptions
    @OptionGroup var flags: EngineFlags

    private struct Score: Encodable {
        var ids: [Int32]
        var logprobs: [Float]
        var meanNLL: Double?

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
    }

    func run() throws {
        let model = try options.load()
        let events = Inbox<EngineEvent>()
        let engine = try flags.engine(model, threads: options.threadCount) { events.post($0) }
        let tool = LineTool()
        let decoder = JSONDecoder()
        let lines = EngineLines<[Int32]>(engine: engine, events: events, atOnce: flags.sequences)
        try lines.run(tool) { line, id in
            let ids = try decoder.decode(ModelInput.self, from: line).tokens(model.tokenizer)
            guard let first = ids.first else { throw LineError("there is no token to score") }
            guard ids.count > 1 else { return .ready(ids) }
            return .score(
                ScoreRequest(id: id, key: SequenceKey(rawValue: id), context: [first], block: Array(ids.dropFirst())),
                ids)
        } answer: { ids, event in
            guard case .scored(_, let logprobs, _) = event else { return Score(ids: ids, logprobs: []) }
            let sum = logprobs.reduce(0) { $0 + Double($1) }
            return Score(ids: ids, logprobs: logprobs, meanNLL: -sum / Double(logprobs.count))
        }
        try tool.finish()
    }
}
