public import Domain
public import Evaluation

/// What is kept of one run of a comparison: everything that its figures and plots need, no texts.
public struct PartOutcome: Sendable {
    public struct Problem: Sendable, Hashable {
        public var id: String
        /// From its first block's beginning to its last block's end.
        public var seconds: Double
    }

    public var repetition: Int
    public var part: Int
    public var problems: [Problem]
    public var figures: RunFigures
    /// Wall time.
    public var seconds: Double
    public var workers: [WorkerShare]
    public var discardedTokens: Int
    public var pValues: [Double]
    public var models: [RunModel]
    /// The workers' orders, in seconds from the beginning of the first; empty unless asked for.
    public var bars: [TimeLinePlot.Bar]

    /// Kinds of bars, in the order of their colours.
    public static let barKinds = ["draft", "score", "target"]

    /// - Parameter withBars: whether to keep what each worker did when.
    public init(_ results: RunResults, repetition: Int, part: Int, withBars: Bool = false) {
        let summary = results.summary
        let blocks = results.problems.flatMap(\.paths).flatMap(\.blocks)
        self.repetition = repetition
        self.part = part
        problems = results.problems.map { Problem(id: $0.id, seconds: $0.seconds) }
        figures = RunFigures(results)
        seconds = summary.wallSeconds
        workers = summary.busy
        discardedTokens = summary.discardedTokens
        pValues = blocks.compactMap(\.pValue)
        models = summary.models
        bars = withBars ? Self.bars(blocks) : []
    }

    private static func bars(_ blocks: [BlockResult]) -> [TimeLinePlot.Bar] {
        var work: [(row: String, kind: String, timing: WorkTiming)] = []
        for block in blocks {
            work.append((block.worker, block.author.rawValue, block.timing))
            if let scorer = block.scoredBy, let timing = block.scoredTiming { work.append((scorer, "score", timing)) }
        }
        let beginMs = work.map(\.timing.startedWallMs).min() ?? 0
        return work.map { row, kind, timing in
            let begin = Double(timing.startedWallMs - beginMs) / 1_000
            let end = Double(timing.finishedWallMs - beginMs) / 1_000
            return TimeLinePlot.Bar(row: row, kind: kind, time: begin...max(begin, end))
        }
    }
}
