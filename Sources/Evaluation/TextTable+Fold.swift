/// A table in a terminal that is narrower than the table.
///
/// The first columns that fit stay columns. The others follow each row on indented lines, as `TITLE cell`, in the same
/// places for every row. So columns that matter stand first in a table, and no cell is cut by the edge of the terminal:
/// one that is longer than a line is broken between its words.
extension TextTable {
    private static let gap = 2
    private static let indent = 2
    /// A value beside its name has at least so many columns; else it goes under it.
    private static let leastValue = 16
    /// Nothing is narrower, whatever a terminal says.
    private static let leastWidth = 20

    /// The table within so many columns.
    ///
    /// - Parameter width: columns of the terminal; nil for as many as the table takes.
    public func rendered(width: Int?) -> String {
        guard let width else { return rendered() }
        let widths = columnWidths
        guard Self.sum(widths[...]) > width else { return rendered() }
        let folded = titles.count == 2 ? pairs(widths, max(width, Self.leastWidth))
            : folded(widths, max(width, Self.leastWidth))
        return folded.map { $0 + "\n" }.joined()
    }

    /// What columns of these widths take side by side.
    private static func sum(_ widths: ArraySlice<Int>) -> Int {
        widths.reduce(0, +) + gap * max(0, widths.count - 1)
    }

    // MARK: Names and values

    /// A table of two columns: the value is broken beside its name where there is room, else under it.
    private func pairs(_ widths: [Int], _ width: Int) -> [String] {
        let room = width - widths[0] - Self.gap
        return ([titles] + rows).flatMap { cells -> [String] in
            if room >= Self.leastValue {
                let lines = TextLines.broken(cells[1], to: room)
                return lines.enumerated().map { number, line in
                    Self.trimmed(padded(number == 0 ? cells[0] : "", 0, widths[0]) + "  " + line)
                }
            }
            let whole = cells.filter { !$0.isEmpty }.joined(separator: "  ")
            if DisplayWidth.columns(of: whole) <= width { return [whole] }
            let value = TextLines.broken(cells[1], to: width - Self.indent).map { "  " + $0 }
            return TextLines.broken(cells[0], to: width) + value
        }
    }

    // MARK: Columns

    private func folded(_ widths: [Int], _ width: Int) -> [String] {
        let kept = max(1, widths.indices.last { Self.sum(widths[...$0]) <= width }.map { $0 + 1 } ?? 1)
        let groups = self.groups(after: kept, width)
        var lines = firstLines(titles, kept, widths, width)
        for row in rows {
            lines += firstLines(row, kept, widths, width)
            for group in groups { lines += group.lines(row, self, width) }
        }
        return lines
    }

    /// What stays columns of a row. The first column alone may be wider than the terminal.
    private func firstLines(_ cells: [String], _ kept: Int, _ widths: [Int], _ width: Int) -> [String] {
        guard kept > 1 else { return TextLines.broken(cells[0], to: width) }
        let line = (0..<kept).map { padded(cells[$0], $0, widths[$0]) }.joined(separator: "  ")
        return [Self.trimmed(line)]
    }

    /// The columns that follow each row, as many to a line as fit; those without a cell are left out.
    private func groups(after kept: Int, _ width: Int) -> [Group] {
        var groups: [Group] = []
        for column in kept..<titles.count {
            let cells = rows.map { DisplayWidth.columns(of: $0[column]) }.max() ?? 0
            guard cells > 0 else { continue }
            let title = titles[column].isEmpty ? 0 : DisplayWidth.columns(of: titles[column]) + 1
            let item = Group.Item(column: column, titleWidth: title, cellWidth: cells)
            if let last = groups.last, last.width + Self.gap + item.width <= width - Self.indent {
                groups[groups.count - 1].items.append(item)
            } else {
                groups.append(Group(items: [item]))
            }
        }
        return groups
    }

    /// One indented line of each row.
    private struct Group {
        struct Item {
            let column: Int
            /// With the blank behind it.
            let titleWidth: Int
            let cellWidth: Int
            var width: Int { titleWidth + cellWidth }
        }

        var items: [Item]
        var width: Int { TextTable.sum(items.map(\.width)[...]) }

        /// - Returns: nothing where all cells are empty; more than one line for a cell longer than one.
        func lines(_ row: [String], _ table: TextTable, _ width: Int) -> [String] {
            guard items.contains(where: { !row[$0.column].isEmpty }) else { return [] }
            if items.count == 1, self.width > width - TextTable.indent {
                let column = items[0].column
                let text = table.titles[column].isEmpty ? row[column] : "\(table.titles[column]) \(row[column])"
                let further = 2 * TextTable.indent
                return TextLines.broken(text, to: width - TextTable.indent, then: width - further).enumerated().map {
                    String(repeating: " ", count: $0 == 0 ? TextTable.indent : further) + $1
                }
            }
            // A line never begins with a gap.
            let parts = items.drop { row[$0.column].isEmpty }.map { item -> String in
                let cell = row[item.column]
                guard !cell.isEmpty else { return String(repeating: " ", count: item.width) }
                let title = item.titleWidth == 0 ? "" : table.titles[item.column] + " "
                return title + table.padded(cell, item.column, item.cellWidth)
            }
            return [TextTable.trimmed("  " + parts.joined(separator: "  "))]
        }
    }
}

/// Breaks a text into lines.
public enum TextLines {
    /// The words of a text in lines of so many columns of a terminal; a word that is longer than a line is cut.
    ///
    /// - Parameter then: columns of the lines after the first, where they differ.
    public static func broken(_ text: String, to width: Int, then further: Int? = nil) -> [String] {
        var lines: [String] = []
        var line = ""
        func room() -> Int { max(1, lines.isEmpty ? width : further ?? width) }
        for word in text.split(separator: " ") {
            let joined = line.isEmpty ? String(word) : "\(line) \(word)"
            if DisplayWidth.columns(of: joined) <= room() {
                line = joined
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = ""
            for character in word {
                let longer = line + String(character)
                if DisplayWidth.columns(of: longer) > room(), !line.isEmpty {
                    lines.append(line)
                    line = String(character)
                } else {
                    line = longer
                }
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
}
