/// Reads comma-separated values (RFC 4180) with a header, as `CSVScanner` cuts them. Total on any bytes.
public struct CSVReader: Sendable {
    /// What is wrong with a document, and where.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// From 1; the line on which the record begins.
        public let line: Int
        public let reason: String

        public init(line: Int, reason: String) {
            self.line = line
            self.reason = reason
        }

        public var description: String { "line \(line): \(reason)" }
    }

    /// A record under the header.
    public struct Record: Sendable, Hashable {
        public let line: Int
        /// As many as the header has.
        public let cells: [String]
    }

    public let header: [String]
    public let records: [Record]

    /// - Parameter header: the names of the columns; nil: the first record has them.
    /// - Throws: the first problem: no header, an open quote, a record with other cells than the header, bytes that
    ///   are not UTF-8.
    public init(_ bytes: [UInt8], header known: [String]? = nil) throws(Problem) {
        var scanner = CSVScanner(bytes)
        let first = if let known { known } else { try Self.cells(scanner.record()) }
        guard let header = first else { throw Problem(line: 1, reason: "there is no header") }
        self.header = header
        var records: [Record] = []
        while let record = scanner.record() {
            guard let cells = try Self.cells(record) else { continue }
            // A blank line at the end is none.
            if cells == [""] { continue }
            guard cells.count == header.count else {
                throw Problem(
                    line: record.line, reason: "\(cells.count) cells, but the header has \(header.count)")
            }
            records.append(Record(line: record.line, cells: cells))
        }
        self.records = records
    }

    private static func cells(_ record: CSVScanner.Record?) throws(Problem) -> [String]? {
        guard let record else { return nil }
        if let fault = record.fault { throw Problem(line: record.line, reason: fault.reason) }
        var cells: [String] = []
        for cell in record.cells {
            guard let text = String(validating: cell, as: UTF8.self) else {
                throw Problem(line: record.line, reason: "it is not UTF-8")
            }
            cells.append(text)
        }
        return cells
    }

    /// The place of a column.
    ///
    /// - Throws: when there is none, naming those that are there.
    public func column(_ name: String) throws(Problem) -> Int {
        guard let place = header.firstIndex(of: name) else {
            throw Problem(line: 1, reason: "there is no column '\(name)'; there are \(header.joined(separator: ", "))")
        }
        return place
    }
}

extension CSVScanner.Fault {
    /// In words.
    var reason: String {
        switch self {
        case .openQuote: "a quote is not closed"
        case .textAfterQuote: "text follows a closed quote"
        }
    }
}
