/// Reads comma-separated values (RFC 4180) with a header: lines end with LF or CRLF, cells may stand in quotes, a
/// quote within them is doubled. Total on any bytes.
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
        var scanner = Scanner(bytes: bytes)
        let first = if let known { known } else { try scanner.record()?.cells }
        guard let header = first else { throw Problem(line: 1, reason: "there is no header") }
        self.header = header
        var records: [Record] = []
        while let record = try scanner.record() {
            // A blank line at the end is none.
            if record.cells == [""] { continue }
            guard record.cells.count == header.count else {
                throw Problem(
                    line: record.line,
                    reason: "\(record.cells.count) cells, but the header has \(header.count)")
            }
            records.append(record)
        }
        self.records = records
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

    private struct Scanner {
        let bytes: [UInt8]
        var place = 0
        var line = 1

        init(bytes: [UInt8]) {
            // A byte order mark is not part of the first name.
            self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        }

        /// The next record; nil at the end.
        mutating func record() throws(Problem) -> Record? {
            guard place < bytes.count else { return nil }
            let first = line
            var cells: [String] = []
            while true {
                cells.append(try cell(of: first))
                guard place < bytes.count else { break }
                let end = bytes[place]
                place += 1
                if end == 0x0A {
                    line += 1
                    break
                }
            }
            return Record(line: first, cells: cells)
        }

        /// Up to the comma or line end, which stays.
        private mutating func cell(of first: Int) throws(Problem) -> String {
            var content: [UInt8] = []
            if place < bytes.count, bytes[place] == .quote {
                try quoted(into: &content, first)
            } else {
                while place < bytes.count, bytes[place] != 0x2C, bytes[place] != 0x0A {
                    content.append(bytes[place])
                    place += 1
                }
                let endsLine = place == bytes.count || bytes[place] == 0x0A
                if endsLine, content.last == 0x0D { content.removeLast() }
            }
            guard let text = String(validating: content, as: UTF8.self) else {
                throw Problem(line: first, reason: "it is not UTF-8")
            }
            return text
        }

        private mutating func quoted(into content: inout [UInt8], _ first: Int) throws(Problem) {
            place += 1
            while true {
                guard place < bytes.count else { throw Problem(line: first, reason: "a quote is not closed") }
                let byte = bytes[place]
                place += 1
                if byte == 0x0A { line += 1 }
                guard byte == .quote else {
                    content.append(byte)
                    continue
                }
                guard place < bytes.count, bytes[place] == .quote else { break }
                content.append(.quote)
                place += 1
            }
            if place < bytes.count, bytes[place] == 0x0D { place += 1 }
            guard place == bytes.count || bytes[place] == 0x2C || bytes[place] == 0x0A else {
                throw Problem(line: first, reason: "text follows a closed quote")
            }
        }
    }
}
