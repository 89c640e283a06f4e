/// A batch in a table, a problem a record: comma-separated values, or with another separator (`CSVDialect`).
public enum BatchTable {
    /// The batch in these bytes.
    ///
    /// - Parameters:
    ///   - form: which columns hold what. An empty cell is as if its column were not there.
    ///   - name: what records without an id are named after: `name-0`; nil: each must have an id.
    /// - Throws: `table` for a document that is no table; what bad lines make of a batch, numbered by the line on which
    ///   the record begins.
    public static func read(
        _ bytes: [UInt8], form: ProblemForm = ProblemForm(), name: String? = nil, onBadLine: OnBadLine = .reject,
        limits: BatchLimits = BatchLimits()
    ) throws(BatchError) -> Batch {
        let (text, isUTF16) = try BatchText.whole(bytes, limits: limits)
        return try read(text: text, isUTF16: isUTF16, form: form, name: name, onBadLine: onBadLine, limits: limits)
    }

    /// Whether the text begins with a header that has a column of problems.
    static func hasProblems(_ text: [UInt8], form: ProblemForm) -> Bool {
        let dialect = CSVDialect(of: text, form: form)
        var scanner = CSVScanner(text, separator: dialect.separator, from: dialect.place, line: dialect.line)
        guard form.columns.isEmpty else { return scanner.record()?.cells.count == form.columns.count }
        let names = Set((scanner.firstVisible()?.cells ?? []).map { FieldName.folded(CSVCell.name($0)) })
        return (form.problem + ProblemForm.own.problem).contains { names.contains(FieldName.folded($0)) }
    }

    static func read(
        text: [UInt8], isUTF16: Bool, form: ProblemForm, name: String?, onBadLine: OnBadLine, limits: BatchLimits
    ) throws(BatchError) -> Batch {
        let dialect = CSVDialect(of: text, form: form)
        var scanner = CSVScanner(text, separator: dialect.separator, from: dialect.place, line: dialect.line)
        let header = try header(&scanner, form, isUTF16: isUTF16)
        var collector = ProblemCollector(limits: limits, form: form, name: name)
        // A document in which no record has the cells of the header is no table.
        var misfit: CSVReader.Problem?
        var hasFit = false
        while let record = scanner.record() {
            guard record.fault != .openQuote else {
                throw .table(CSVReader.Problem(line: record.line, reason: CSVScanner.Fault.openQuote.reason))
            }
            // Spreadsheet programs write rows of empty cells. Tables that were put together repeat the header.
            if CSVCell.width(record.cells) == 0 || form.columns.isEmpty && header.isRepeated(in: record) { continue }
            if let reason = header.misfit(of: record) {
                misfit = misfit ?? CSVReader.Problem(line: record.line, reason: "\(reason)")
                try collector.add(line: record.line, .failure(BadLineError(reason)))
                continue
            }
            hasFit = true
            let read = Result { () throws(BadLineError) in
                try header.row(record, in: text, isUTF16: isUTF16, limits)
            }
            try collector.add(read, of: JSONRow(line: record.line, offset: 0, bytes: Array(text[record.place])))
        }
        if let misfit, !hasFit { throw .table(misfit) }
        return try collector.batch(onBadLine: onBadLine)
    }

    private static func header(
        _ scanner: inout CSVScanner, _ form: ProblemForm, isUTF16: Bool
    ) throws(BatchError) -> TableHeader {
        guard form.columns.isEmpty else { return TableHeader(form.columns) }
        guard let record = scanner.firstVisible() else { throw .empty }
        if let fault = record.fault {
            throw .table(CSVReader.Problem(line: record.line, reason: fault.reason))
        }
        for cell in record.cells where String(validating: cell, as: UTF8.self) == nil {
            let reason = BatchLine.notUTF8(cell, isUTF16: isUTF16).moved(to: 0)
            throw .table(CSVReader.Problem(line: record.line, reason: "the header: \(reason)"))
        }
        let header = TableHeader(record)
        if let twice = header.repeated {
            throw .table(CSVReader.Problem(line: record.line, reason: "the column '\(twice)' stands twice"))
        }
        return header
    }
}

extension CSVScanner {
    /// The next record that has something in it.
    mutating func firstVisible() -> Record? {
        while let record = record() {
            if record.fault != nil || CSVCell.width(record.cells) > 0 { return record }
        }
        return nil
    }
}

/// The columns of a table.
struct TableHeader {
    /// Without blanks around them; an empty one names no column.
    private let names: [String]
    private let cells: [[UInt8]]
    /// Columns up to the last one that has a name.
    private let width: Int

    init(_ names: [String]) {
        self.names = names
        cells = []
        width = names.count
    }

    init(_ record: CSVScanner.Record) {
        names = record.cells.map(CSVCell.name)
        cells = record.cells
        width = CSVCell.width(record.cells)
    }

    /// A name that two columns have.
    var repeated: String? {
        var seen: Set<[UInt8]> = []
        return names.first { !$0.isEmpty && !seen.insert(Array($0.utf8)).inserted }
    }

    /// Whether a record is the header again.
    func isRepeated(in record: CSVScanner.Record) -> Bool {
        width > 1 && CSVCell.width(record.cells) == width
            && record.cells.prefix(width).elementsEqual(cells.prefix(width))
    }

    /// What is wrong with the number of a record's cells: cells behind the last column must be blank.
    func misfit(of record: CSVScanner.Record) -> BadLineReason? {
        if record.fault == .textAfterQuote { return .textAfterQuote }
        let found = record.cells.count < width ? record.cells.count : CSVCell.width(record.cells)
        return found > width || record.cells.count < width ? .cellCount(found: found, expected: width) : nil
    }

    /// The cells by their columns; those that are empty are left out.
    func row(
        _ record: CSVScanner.Record, in text: [UInt8], isUTF16: Bool, _ limits: BatchLimits
    ) throws(BadLineError) -> JSONValue {
        guard record.cells.reduce(0, { $0 + $1.count }) <= limits.maximumLineBytes else {
            throw BadLineError(.tooLong(limitBytes: limits.maximumLineBytes))
        }
        var members: [(key: String, value: JSONValue)] = []
        for (name, bytes) in zip(names, record.cells) where !bytes.isEmpty && !name.isEmpty {
            if bytes.contains(0) {
                throw BadLineError(.wrongType(field: name, expected: "a text without NUL characters"))
            }
            guard let cell = String(validating: bytes, as: UTF8.self) else {
                throw BadLineError(BatchLine.notUTF8(Array(text[record.place]), isUTF16: isUTF16))
            }
            members.append((name, .string(cell)))
        }
        return .object(members)
    }
}
