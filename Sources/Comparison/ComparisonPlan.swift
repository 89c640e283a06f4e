public import Domain

/// Which runs a comparison is made of, and their order: the problems are cut into parts, each part is run by every cell
/// before the next part begins, and each part begins with another cell. So whatever the machine does meanwhile
/// falls on all cells alike.
public struct ComparisonPlan: Sendable, Hashable {
    public struct Step: Sendable, Hashable {
        public var repetition: Int
        public var part: Int
        public var cell: ComparisonCell
    }

    /// In the order in which they were asked for.
    public let cells: [ComparisonCell]
    /// The places of each part's problems in the batch; none is empty.
    public let parts: [Range<Int>]
    public let repetitions: Int

    /// - Parameters:
    ///   - runAheads: W of `async`, each one a cell.
    ///   - runAhead: W of `random`.
    ///   - parts: as many as there are problems, at most.
    public init(
        strategies: [Strategy], paths: [Int], rejectionRates: [Double], runAheads: [Int], runAhead: Int,
        problems: Int, parts: Int, repetitions: Int
    ) {
        var cells: [ComparisonCell] = []
        for paths in paths {
            for strategy in strategies {
                let aheads: [Int?] = strategy == .async ? runAheads : strategy.draftsAhead ? [runAhead] : [nil]
                for rate in strategy.isJudged ? rejectionRates.map(Optional.some) : [nil] {
                    cells += aheads.map {
                        ComparisonCell(strategy: strategy, paths: paths, rejectionRate: rate, runAhead: $0)
                    }
                }
            }
        }
        var seen: Set<ComparisonCell> = []
        self.cells = cells.filter { seen.insert($0).inserted }
        let count = max(1, min(parts, problems))
        self.parts = (0..<count).map { problems * $0 / count..<problems * ($0 + 1) / count }
        self.repetitions = repetitions
    }

    public var steps: [Step] {
        (0..<repetitions).flatMap { repetition in
            parts.indices.flatMap { part in
                let first = (repetition * parts.count + part) % max(1, cells.count)
                return (cells[first...] + cells[..<first]).map {
                    Step(repetition: repetition, part: part, cell: $0)
                }
            }
        }
    }
}
