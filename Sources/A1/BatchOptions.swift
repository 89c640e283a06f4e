import ArgumentParser
import Domain
import Evaluation
import Runtime

extension OnBadLine: ExpressibleByArgument {}

/// A batch, and which of its problems count.
struct BatchOptions: ParsableArguments {
    @Argument(
        help: "The batch: a file of JSON or a table (docs/datasets.md), or the name of a data set (a1 dataset list).",
        completion: .file())
    var batch: String
    @Option(help: "What to do about lines that are no problems: reject the batch, or skip them.")
    var onBadLine: OnBadLine = .reject
    @Option(help: "Only so many problems.")
    var limit: Int?
    @Option(help: "Leave out the first so many problems.")
    var offset = 0

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit: at least one problem is needed") }
        if offset < 0 { throw ValidationError("--offset: a number from 0") }
    }

    /// The problems in a run's words; complains of skipped lines.
    func read() throws -> [ProblemSpec] {
        try problems(of: try BatchSource.find(batch)).map(ProblemSpec.init)
    }

    /// The first problems of a batch, every one of them if there is no limit.
    static func problems(_ batch: String, limit: Int?) throws -> [ProblemSpec] {
        var options = BatchOptions()
        (options.batch, options.limit, options.offset, options.onBadLine) = (batch, limit, 0, .reject)
        return try options.read()
    }

    /// Those problems of a source that are asked for, at least one; complains of skipped lines.
    func problems(of source: BatchSource) throws -> [BatchProblem] {
        let read: Batch
        do {
            read = try source.read(onBadLine: onBadLine)
        } catch {
            if case .unreadable = error { throw fail(.noInput, "\(error)") }
            throw fail(.dataError, "\(source.path): \(error)", cause: error, file: source.path)
        }
        for line in read.badLines { say("a1: \(source.path): skipped \(line)") }
        if !read.badLines.isEmpty { say("a1: \(read.badLines.count) of \(read.lineCount) lines skipped") }
        guard offset < read.problems.count else {
            throw fail(.usage, "--offset \(offset) leaves nothing: \(source.path) has \(read.problems.count) problems")
        }
        return Array(read.problems.dropFirst(offset).prefix(limit ?? .max))
    }
}

extension ProblemSpec {
    /// A line of a batch in a run's words.
    fileprivate init(_ problem: BatchProblem) {
        self.init(
            id: problem.id, text: problem.text, answer: problem.answer,
            turns: problem.turns.map { ConversationTurn(speaker: .init($0.speaker), text: $0.text) },
            settings: problem.settings.map(ProblemSettings.init))
    }
}

extension ConversationTurn.Speaker {
    fileprivate init(_ speaker: BatchTurn.Speaker) {
        self =
            switch speaker {
            case .system: .system
            case .user: .user
            case .assistant: .assistant
            }
    }
}

extension ProblemSettings {
    fileprivate init(_ request: RequestSettings) {
        self.init(
            paths: request.answers, pathTokens: request.maximumTokens, stop: request.stop, seed: request.seed,
            temperature: request.temperature, topP: request.topP, topK: request.topK, minP: request.minP,
            repetitionPenalty: request.repetitionPenalty)
    }
}
