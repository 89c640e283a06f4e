public import Evaluation

/// A whole comparison: its conditions, the figures of its cells, and what its plots show beside them.
public struct ComparisonReport: Sendable {
    /// A name and a value, as people read them.
    public struct Condition: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var conditions: [Condition] = []
    /// What all cells have in common, as sentences.
    public var words: [String] = []
    /// In the order of the plan.
    public let cells: [CellMeasures]
    /// The p-values of all cells of `async`.
    public let pValues: [Double]
    /// What the workers did in one part, and the name of its cell; nil if none was kept.
    public let timeLine: (cell: String, bars: [TimeLinePlot.Bar])?

    /// - Parameter outcomes: by cell; a cell of the plan without any is left out.
    public init(_ plan: ComparisonPlan, _ outcomes: [ComparisonCell: [PartOutcome]]) {
        cells = plan.cells.compactMap { cell in
            guard let own = outcomes[cell], !own.isEmpty else { return nil }
            return CellMeasures(
                cell, own, target: outcomes[cell.baseline(.target)] ?? [],
                sync: outcomes[cell.baseline(.sync)] ?? [])
        }
        let async = plan.cells.filter { $0.strategy == .async }
        pValues = async.flatMap { outcomes[$0] ?? [] }.flatMap(\.pValues)
        timeLine = plan.cells.lazy.compactMap { cell in
            outcomes[cell]?.first { !$0.bars.isEmpty }.map { (cell.name, $0.bars) }
        }.first
    }
}
