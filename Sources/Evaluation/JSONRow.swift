/// The bytes of one row of a JSON file, and where they stand.
struct JSONRow {
    /// The line on which the row begins, from 1.
    let line: Int
    /// Bytes of that line before the row.
    let offset: Int
    /// Empty if it is too long.
    let bytes: [UInt8]
    var isTooLong = false
    /// What should stand there instead; nil: a row.
    var expected: String?
    /// What is wrong with it, where that is known already.
    var fault: BadLineReason?

    /// The object of the row.
    ///
    /// - Parameters:
    ///   - maximumDepth: of the row's own brackets.
    ///   - isUTF16: the bytes were UTF-16 in the file.
    func object(limits: BatchLimits, maximumDepth: Int, isUTF16: Bool) throws(BadLineError) -> JSONValue {
        if isTooLong { throw BadLineError(.tooLong(limitBytes: limits.maximumLineBytes)) }
        if let fault { throw BadLineError(fault) }
        if let expected {
            let found = JSONReader.found(in: bytes, at: 0, end: "the end of the file")
            throw BadLineError(.notJSON(offset: 0, found: found, expected: expected))
        }
        let isLine = !bytes.contains { $0.isLineEnd }
        let end = isLine ? "the end of the line" : "the end of the row"
        do throws(BadLineError) {
            return try BatchLine.row(bytes, maximumDepth: maximumDepth, end: end, isUTF16: isUTF16)
        } catch {
            guard case .tooDeep = error.reason else { throw error }
            throw BadLineError(.tooDeep(limit: limits.maximumDepth))
        }
    }

    /// The line on which a reason stands, and the reason with its offset from the start of that line.
    func located(_ reason: BadLineReason) -> BadLine {
        guard let place = reason.offset else { return BadLine(number: line, reason: reason) }
        var lines = LineCounter(line: line, offset: offset)
        for byte in bytes.prefix(place) { lines.pass(byte) }
        return BadLine(number: lines.line, reason: reason.moved(to: lines.offset))
    }
}

/// Counts lines that end with LF, CR or both (CR LF).
struct LineCounter {
    /// Of the next byte, from 1.
    private(set) var line: Int
    /// Bytes of the line before the next one.
    private(set) var offset: Int
    private var isAfterReturn = false

    init(line: Int = 1, offset: Int = 0) {
        self.line = line
        self.offset = offset
    }

    /// Whether a byte is the second half of a line end.
    func isSecondHalf(_ byte: UInt8) -> Bool { isAfterReturn && byte == .lineFeed }

    mutating func pass(_ byte: UInt8) {
        if byte == .carriageReturn || byte == .lineFeed {
            if !isSecondHalf(byte) { line += 1 }
            offset = 0
        } else {
            offset += 1
        }
        isAfterReturn = byte == .carriageReturn
    }
}

extension BadLineReason {
    /// Bytes before the place that the reason is about.
    var offset: Int? {
        switch self {
        case .nul(let offset), .notJSON(let offset, _, _), .loneSurrogate(let offset), .otherEncoding(let offset, _):
            offset
        case .tooLong, .invalidUTF8, .tooDeep, .repeatedKey, .notAnObject, .missing, .wrongType, .empty, .repeatedID,
            .missingAll, .noAnswer, .noChoice, .ambiguousChoice, .repeatedLabel, .invalidUTF16, .cellCount,
            .textAfterQuote, .severalLists, .unsupported, .outOfRange:
            nil
        }
    }

    /// The reason at another offset, where it has one.
    func moved(to offset: Int) -> BadLineReason {
        switch self {
        case .nul: .nul(offset: offset)
        case .notJSON(_, let found, let expected): .notJSON(offset: offset, found: found, expected: expected)
        case .loneSurrogate: .loneSurrogate(offset: offset)
        case .otherEncoding(_, let byte): .otherEncoding(offset: offset, byte: byte)
        case .tooLong, .invalidUTF8, .tooDeep, .repeatedKey, .notAnObject, .missing, .wrongType, .empty, .repeatedID,
            .missingAll, .noAnswer, .noChoice, .ambiguousChoice, .repeatedLabel, .invalidUTF16, .cellCount,
            .textAfterQuote, .severalLists, .unsupported, .outOfRange:
            self
        }
    }
}

/// Where a row ends that is broken off, and the next begins: an object at the start of a line, no further in than the
/// row itself.
struct RowBreak {
    /// Bytes of the row's line before its first bracket.
    let indentation: Int
    /// Whether the rows stand in a list, so that a comma may begin a line.
    let isInList: Bool

    /// Whether the first visible byte of a line, with so many before it, begins the next row.
    func isStart(_ byte: UInt8, after blanks: Int) -> Bool {
        (byte == .openBrace || isInList && byte == UInt8(ascii: ",")) && blanks <= indentation
    }

    /// Whether a closing bracket that begins a line stands too far in to be the row's own.
    func isWithin(after blanks: Int) -> Bool { blanks > indentation }

    /// The first line of a row, after its first one, that begins the next row.
    ///
    /// - Returns: the place of the line's first byte and of its first visible one.
    func next(in bytes: [UInt8]) -> (line: Int, visible: Int)? {
        var start = 0
        var isBlank = false
        for (place, byte) in bytes.enumerated() {
            if byte.isLineEnd {
                (start, isBlank) = (place + 1, true)
            } else if isBlank, !byte.isWhiteSpace {
                if isStart(byte, after: place - start) { return (start, place) }
                isBlank = false
            }
        }
        return nil
    }
}
