/// A batch in a table of comma-separated values, a problem a record.
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
        guard bytes.count <= limits.maximumFileBytes else { throw .tooManyBytes(limit: limits.maximumFileBytes) }
        if let error = BatchError.ofForeignFile(head: bytes.prefix(4)) { throw error }
        let table = try table(bytes, form)
        var names: Set<[UInt8]> = []
        for column in table.header where !column.isEmpty && !names.insert(Array(column.utf8)).inserted {
            throw .table(CSVReader.Problem(line: 1, reason: "the column '\(column)' stands twice"))
        }
        var collector = ProblemCollector(limits: limits, form: form, name: name)
        for record in table.records {
            let read = Result { () throws(BadLineError) in try row(record.cells, of: table.header, limits) }
            try collector.add(line: record.line, read)
        }
        return try collector.batch(onBadLine: onBadLine)
    }

    private static func table(_ bytes: [UInt8], _ form: ProblemForm) throws(BatchError) -> CSVReader {
        guard bytes.contains(where: { !$0.isWhiteSpace }) else { throw .empty }
        do throws(CSVReader.Problem) {
            return try CSVReader(bytes, header: form.columns.isEmpty ? nil : form.columns)
        } catch {
            throw .table(error)
        }
    }

    private static func row(
        _ cells: [String], of header: [String], _ limits: BatchLimits
    ) throws(BadLineError) -> JSONValue {
        guard cells.reduce(0, { $0 + $1.utf8.count }) <= limits.maximumLineBytes else {
            throw BadLineError(.tooLong(limitBytes: limits.maximumLineBytes))
        }
        var members: [(key: String, value: JSONValue)] = []
        for (name, cell) in zip(header, cells) where !cell.isEmpty && !name.isEmpty {
            if cell.utf8.contains(0) {
                throw BadLineError(.wrongType(field: name, expected: "a text without NUL characters"))
            }
            members.append((name, .string(cell)))
        }
        return .object(members)
    }
}
