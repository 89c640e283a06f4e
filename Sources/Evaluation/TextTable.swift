/// A table for a terminal: aligned columns, one line a row; `rendered(width:)` folds what is too wide.
public struct TextTable: Sendable {
    /// On which side of a column its cells stand.
    public enum Alignment: Sendable {
        case left, right
    }

    let titles: [String]
    private let alignments: [Alignment]
    private(set) var rows: [[String]] = []

    /// A table with a title and an alignment for each column.
    public init(columns: [(title: String, alignment: Alignment)]) {
        titles = columns.map { Self.printable($0.title) }
        alignments = columns.map(\.alignment)
    }

    /// Adds a row; missing cells are empty, cells beyond the last column are dropped.
    public mutating func addRow(_ cells: [String]) {
        let shown = cells.prefix(titles.count).map(Self.printable)
        rows.append(shown + Array(repeating: "", count: titles.count - shown.count))
    }

    /// The lines of the table, titles first, each ended by a line feed, without blanks at their ends.
    public func rendered() -> String {
        let widths = columnWidths
        return ([titles] + rows).map { cells in
            let parts = cells.enumerated().map { column, cell in padded(cell, column, widths[column]) }
            return Self.trimmed(parts.joined(separator: "  ")) + "\n"
        }.joined()
    }

    /// Of the titles and all cells.
    var columnWidths: [Int] {
        titles.indices.map { column in
            ([titles] + rows).map { DisplayWidth.columns(of: $0[column]) }.max() ?? 0
        }
    }

    /// A cell on its side of a column of this width.
    func padded(_ cell: String, _ column: Int, _ width: Int) -> String {
        let padding = String(repeating: " ", count: max(0, width - DisplayWidth.columns(of: cell)))
        return alignments[column] == .left ? cell + padding : padding + cell
    }

    /// Without the blanks at its end.
    static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    /// A cell is one line and sends nothing to the terminal: control and direction characters are written as escapes.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
        return text.unicodeScalars.map { isUnprintable($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Overrides and isolates reorder what follows; joiners inside emoji stay.
        case .format: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        case _: false
        }
    }
}
