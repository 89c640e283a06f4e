/// Cuts a table into records and cells (RFC 4180): lines end with LF, CR or both, cells may stand in quotes, a quote
/// within them is doubled. Total on any bytes.
struct CSVScanner {
    /// What a record breaks, as it was read.
    enum Fault: Equatable {
        case openQuote, textAfterQuote
    }

    struct Record {
        /// From 1; the line on which it begins.
        let line: Int
        /// Its bytes, without the end of its last line.
        let place: Range<Int>
        let cells: [[UInt8]]
        let fault: Fault?
    }

    let bytes: [UInt8]
    private let separator: UInt8
    private var place: Int
    private var line: Int
    private var fault: Fault?

    /// - Parameters:
    ///   - place: where the first record begins.
    ///   - line: the number of that line.
    init(_ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ","), from place: Int = 0, line: Int = 1) {
        self.bytes = bytes
        self.separator = separator
        self.place = place
        self.line = line
    }

    /// Where the next record begins, and its line.
    var next: (place: Int, line: Int) { (place, line) }

    /// The next record; nil at the end.
    mutating func record() -> Record? {
        // A byte order mark is not part of the first cell, be it that of the file or of one that was put behind it.
        while bytes[place...].starts(with: TextEncoding.utf8Mark) { place += 3 }
        guard place < bytes.count else { return nil }
        let (start, first) = (place, line)
        fault = nil
        var cells = [cell()]
        while place < bytes.count, bytes[place] == separator {
            place += 1
            cells.append(cell())
        }
        let end = place
        passLineEnd()
        return Record(line: first, place: start..<end, cells: cells, fault: fault)
    }

    private mutating func passLineEnd() {
        guard place < bytes.count else { return }
        let isReturn = bytes[place] == .carriageReturn
        place += 1
        if isReturn, place < bytes.count, bytes[place] == .lineFeed { place += 1 }
        line += 1
    }

    /// Up to the separator or line end, which stays.
    private mutating func cell() -> [UInt8] {
        guard place < bytes.count, bytes[place] == .quote else { return plain() }
        var content = quoted()
        guard place < bytes.count, bytes[place] != separator, !bytes[place].isLineEnd else { return content }
        fault = fault ?? .textAfterQuote
        content += plain()
        return content
    }

    private mutating func plain() -> [UInt8] {
        let start = place
        while place < bytes.count, bytes[place] != separator, !bytes[place].isLineEnd { place += 1 }
        return Array(bytes[start..<place])
    }

    private mutating func quoted() -> [UInt8] {
        var content: [UInt8] = []
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == .quote {
                guard place < bytes.count, bytes[place] == .quote else { return content }
                place += 1
            } else if byte == .carriageReturn || byte == .lineFeed && bytes[place - 2] != .carriageReturn {
                line += 1
            }
            content.append(byte)
        }
        fault = .openQuote
        return content
    }
}
