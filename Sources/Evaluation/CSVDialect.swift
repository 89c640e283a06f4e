/// What separates the cells of a table: told by its first line (`sep=;`), else by the separator that gives the names of
/// columns that are known, else by the one that gives each record as many cells as the header.
struct CSVDialect: Equatable {
    let separator: UInt8
    /// Where the first record begins.
    let place: Int
    let line: Int

    /// In the order in which they are preferred.
    private static let candidates = [",", ";", "\t", "|"].map { UInt8(ascii: Unicode.Scalar($0) ?? ",") }
    /// Records that are looked at.
    private static let sampleRecords = 20
    /// Bytes that are looked at, so that a quote which is not closed costs little.
    private static let sampleBytes = 1 << 20

    init(of bytes: [UInt8], form: ProblemForm) {
        if let (separator, place) = Self.declared(in: bytes) {
            self.init(separator: separator, place: place, line: 2)
            return
        }
        let scores = Self.candidates.map { Score($0, bytes, form) }
        var best = 0
        for place in scores.indices where scores[best] < scores[place] { best = place }
        self.init(separator: Self.candidates[best], place: 0, line: 1)
    }

    private init(separator: UInt8, place: Int, line: Int) {
        self.separator = separator
        self.place = place
        self.line = line
    }

    /// Spreadsheet programs take the separator from a line `sep=;` before the header.
    private static func declared(in bytes: [UInt8]) -> (separator: UInt8, place: Int)? {
        var place = bytes.starts(with: TextEncoding.utf8Mark) ? 3 : 0
        let isQuoted = bytes[place...].first == .quote
        if isQuoted { place += 1 }
        guard bytes[place...].prefix(4).map(\.lowercased).elementsEqual("sep=".utf8), place + 4 < bytes.count else {
            return nil
        }
        let separator = bytes[place + 4]
        place += 5
        if isQuoted {
            guard place < bytes.count, bytes[place] == .quote else { return nil }
            place += 1
        }
        let isMark = separator < 0x80 && !separator.isLetter && !separator.isDigit && separator != .quote
        guard isMark, !separator.isLineEnd else { return nil }
        if place == bytes.count { return (separator, place) }
        guard bytes[place].isLineEnd else { return nil }
        let isBoth = bytes[place] == .carriageReturn && place + 1 < bytes.count && bytes[place + 1] == .lineFeed
        return (separator, place + (isBoth ? 2 : 1))
    }

    /// How well a separator fits.
    private struct Score {
        /// Columns of the header that are known; of a table without a header: whether it has as many as declared.
        private let known: Int
        private let hasProblem: Bool
        /// Whether all records that were looked at have the cells of the first.
        private let isEven: Bool
        private let columns: Int

        init(_ separator: UInt8, _ bytes: [UInt8], _ form: ProblemForm) {
            var scanner = CSVScanner(Array(bytes.prefix(sampleBytes)), separator: separator)
            var records: [CSVScanner.Record] = []
            while records.count < sampleRecords, let record = scanner.record() {
                if record.cells.contains(where: { !CSVCell.isBlank($0) }) { records.append(record) }
            }
            // The last one may be cut off by the sample.
            if bytes.count > sampleBytes, records.count > 1 { records.removeLast() }
            let header = (records.first?.cells ?? []).map { FieldName.folded(CSVCell.name($0)) }
            let columns = header.count
            self.columns = columns
            let width = records.first.map { CSVCell.width($0.cells) } ?? 0
            isEven = records.allSatisfy { CSVCell.width($0.cells) <= columns && $0.cells.count >= width }
            if form.columns.isEmpty {
                let names = FieldNames(form).folded
                known = Set(header).intersection(names.keys).count
                hasProblem = (form.problem + ProblemForm.own.problem).contains { header.contains(FieldName.folded($0)) }
            } else {
                let fitting = records.count { $0.cells.count == form.columns.count }
                known = fitting
                hasProblem = fitting > 0
            }
        }

        static func < (left: Score, right: Score) -> Bool {
            if left.hasProblem != right.hasProblem { return right.hasProblem }
            if left.known != right.known { return left.known < right.known }
            if left.isEven != right.isEven { return right.isEven }
            return left.columns < right.columns
        }
    }
}

/// What a cell of a table holds.
enum CSVCell {
    /// Whether nothing visible stands in it.
    static func isBlank(_ cell: [UInt8]) -> Bool {
        cell.allSatisfy(\.isWhiteSpace) || String(validating: cell, as: UTF8.self).map(FieldName.isBlank) ?? false
    }

    /// Cells up to the last one that is not blank.
    static func width(_ cells: [[UInt8]]) -> Int { (cells.lastIndex { !isBlank($0) } ?? -1) + 1 }

    /// The name of a column, without blanks around it.
    static func name(_ cell: [UInt8]) -> String { FieldName.trimmed(String(decoding: cell, as: UTF8.self)) }
}
