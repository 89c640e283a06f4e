import Domain
public import Evaluation

/// The figures as tables: cells of text, for a terminal and for a page.
public struct ComparisonTable: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var title: String
        public var isNumber: Bool
    }

    public var columns: [Column] = []
    public var rows: [[String]] = []

    /// For a terminal.
    public var text: TextTable {
        var table = TextTable(columns: columns.map { ($0.title, $0.isNumber ? .right : .left) })
        for row in rows { table.addRow(row) }
        return table
    }

    /// A table of these columns, each with what it says of an element.
    init<Element>(_ elements: [Element], _ columns: [(title: String, isNumber: Bool, text: (Element) -> String)]) {
        self.columns = columns.map { Column(title: $0.title, isNumber: $0.isNumber) }
        rows = elements.map { element in columns.map { $0.text(element) } }
    }

    /// How right and how fast: for a terminal, where all of it stands in one place.
    public static func results(_ cells: [CellMeasures]) -> ComparisonTable {
        ComparisonTable(cells, cellColumns { $0.cell } + accuracyColumns + speedColumns)
    }

    /// How right.
    static func accuracy(_ cells: [CellMeasures]) -> ComparisonTable {
        ComparisonTable(cells, cellColumns { $0.cell } + accuracyColumns)
    }

    /// How fast.
    static func speed(_ cells: [CellMeasures]) -> ComparisonTable {
        ComparisonTable(cells, cellColumns { $0.cell } + speedColumns)
    }

    private typealias Texts<Element> = [(title: String, isNumber: Bool, text: (Element) -> String)]

    private static var accuracyColumns: Texts<CellMeasures> {
        [
            ("PASS@1", true, { share($0.passAt1?.value) }), ("95 %", false, { interval($0.passAt1) }),
            ("MAJ@M", true, { share($0.majority?.value) }), ("95 %", false, { interval($0.majority) }),
            ("PASS@M", true, { share($0.passAtM?.value) }),
        ]
    }

    private static var speedColumns: Texts<CellMeasures> {
        [
            ("SECONDS", true, { $0.seconds.fixed($0.seconds < 100 ? 2 : 0) }),
            ("BY TARGET", true, { factor($0.speedupOverTarget) }), ("BY SYNC", true, { factor($0.speedupOverSync) }),
            ("PROBLEMS/MIN", true, { number($0.problemsPerMinute, 1) }),
            ("P50 S", true, { number($0.latencyMedian, 2) }), ("P90 S", true, { number($0.latencyNineInTen, 2) }),
        ]
    }

    /// What it took.
    public static func costs(_ cells: [CellMeasures]) -> ComparisonTable {
        ComparisonTable(
            cells,
            cellColumns { $0.cell } + [
                ("TAKEN OVER", true, { share($0.rate) }),
                ("TOKENS DRAFT", true, { $0.tokensDraft.fixed(0) }), ("TARGET", true, { $0.tokensTarget.fixed(0) }),
                ("DISCARDED", true, { $0.discarded.fixed(0) }), ("DRAFT WAIT", true, { percent($0.draftWaitShare) }),
                ("R_A", true, { number($0.arithmeticIntensity, 2) }),
            ])
    }

    /// Where the workers' time went.
    public static func workers(_ cells: [CellMeasures]) -> ComparisonTable {
        ComparisonTable(
            cells.flatMap { cell in cell.workers.map { (cell: cell.cell, worker: $0) } },
            cellColumns { $0.cell } + [
                ("WORKER", false, { $0.worker.name }), ("ROLE", false, { $0.worker.role.rawValue }),
                ("COMPUTE", true, { percent($0.worker.compute) }), ("MEMORY", true, { percent($0.worker.memory) }),
                ("SYNC", true, { percent($0.worker.sync) }),
                ("PEAK MIB", true, { (Double($0.worker.peakBytes) / 1_048_576).fixed(0) }),
            ])
    }

    private static func cellColumns<Element>(
        _ cell: @escaping (Element) -> ComparisonCell
    ) -> Texts<Element> {
        [
            ("STRATEGY", false, { cell($0).strategy.rawValue }), ("M", true, { "\(cell($0).paths)" }),
            ("R", true, { cell($0).rejectionRate.map { "\($0)" } ?? "-" }),
            ("W", true, { cell($0).runAhead.map { "\($0)" } ?? "-" }),
        ]
    }

    /// The same table with the four columns of a cell as one, its name: for a page, where a name stays in sight.
    func naming() -> ComparisonTable {
        var table = self
        let names = ["", "m=", "r=", "W="]
        table.columns.replaceSubrange(..<names.count, with: [Column(title: "CELL", isNumber: false)])
        table.rows = rows.map { row in
            let parts = zip(names, row).filter { $0.1 != "-" }.map { $0 + $1 }
            return [parts.joined(separator: " ")] + row.dropFirst(names.count)
        }
        return table
    }

    // MARK: Texts

    private static func number(_ value: Double?, _ digits: Int) -> String { value.map { $0.fixed(digits) } ?? "-" }
    private static func share(_ value: Double?) -> String { number(value, 3) }
    private static func factor(_ value: Double?) -> String { value.map { "x \($0.fixed(2))" } ?? "-" }
    private static func percent(_ value: Double?) -> String { value.map { "\(($0 * 100).fixed(1)) %" } ?? "-" }

    private static func interval(_ share: CellMeasures.Share?) -> String {
        share.map { "\($0.interval.lowerBound.fixed(3)) - \($0.interval.upperBound.fixed(3))" } ?? "-"
    }
}
