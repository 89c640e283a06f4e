/// Cuts a file of JSON objects, one after another, into rows: an object a line, or one over many lines.
///
/// A line that is no JSON is a row of its own, up to its end. An object over many lines ends where its brackets close.
/// If it turns out to be broken, it ends before the next line that begins an object no further in than itself, and the
/// lines from there are read anew, so that a line that was cut off takes no other with it. Each time the same line is
/// read anew it is nested less deeply, so no byte is read more often than brackets may be nested.
struct JSONObjectRows {
    private enum State: Equatable {
        /// Nothing but blanks so far.
        case blank
        /// Up to the end of the line.
        case line
        /// Within the brackets of a row.
        case open
        /// Behind the last bracket of a row, up to the end of the line; whether anything but blanks stands there.
        case ended(hasTail: Bool)
    }

    private let limits: BatchLimits
    private let form: ProblemForm
    private var rows: [JSONRow] = []
    private var state = State.blank
    /// Of the next byte.
    private(set) var lines = LineCounter()
    /// Whether only blanks stand before the next byte in its line.
    private var isStartOfLine = true
    /// Bytes of a byte order mark that were seen where one may stand.
    private var markCount = 0
    /// What is still to be read, the next piece last.
    private var backlog: [ArraySlice<UInt8>] = []

    // The row that is being read.
    private var bytes: [UInt8] = []
    private var isTooLong = false
    private var first = LineCounter()
    private var isOnFirstLine = true
    private var indentation = 0
    private var structure: JSONStructure
    /// Whether the row is broken and no other row was found within it.
    private var isLenient = false

    private var isFirstRow = true
    /// The first row, if its only list of objects may be the rows.
    private var held: (row: JSONRow, list: Range<Int>)?

    init(limits: BatchLimits, form: ProblemForm) {
        self.limits = limits
        self.form = form
        structure = JSONStructure(maximumDepth: limits.maximumDepth)
    }

    /// The rows that were found since the last call.
    mutating func takeRows() -> [JSONRow] {
        defer { rows.removeAll() }
        return rows
    }

    mutating func feed(_ chunk: ArraySlice<UInt8>) {
        backlog.append(chunk)
        work()
    }

    /// Ends the last row.
    ///
    /// - Returns: the only object of the file, if its only list of objects is the rows, and the place of that list.
    mutating func finish() -> (row: JSONRow, list: Range<Int>)? {
        flushMark()
        repeat {
            work()
            endLine(nil)
        } while !backlog.isEmpty
        defer { held = nil }
        return held
    }

    private mutating func work() {
        while let chunk = backlog.popLast() {
            let depth = backlog.count
            var place = chunk.startIndex
            while place < chunk.endIndex, backlog.count == depth {
                take(chunk[place])
                place += 1
            }
            // Lines that are read anew come before the rest of the chunk.
            if place < chunk.endIndex { backlog.insert(chunk[place...], at: depth) }
        }
    }

    // MARK: Bytes

    private mutating func take(_ byte: UInt8) {
        // Files that were put together have byte order marks in the middle.
        if state != .open, state != .line {
            if byte == TextEncoding.utf8Mark[markCount] {
                markCount += 1
                if markCount == 3 { endAtMark() }
                return
            }
            flushMark()
        }
        if byte.isLineEnd { takeLineEnd(byte) } else { takeVisible(byte) }
    }

    private mutating func endAtMark() {
        markCount = 0
        if case .ended = state { endRow() }
    }

    /// Bytes that began like a mark were none.
    private mutating func flushMark() {
        let bytes = TextEncoding.utf8Mark.prefix(markCount)
        markCount = 0
        for byte in bytes { takeVisible(byte) }
    }

    private mutating func takeLineEnd(_ byte: UInt8) {
        let isSecondHalf = lines.isSecondHalf(byte)
        lines.pass(byte)
        if !isSecondHalf {
            endLine(byte)
        } else if state == .open {
            append(byte)
        }
    }

    private mutating func takeVisible(_ byte: UInt8) {
        var isOneTooMany = false
        if isStartOfLine, !byte.isWhiteSpace {
            isStartOfLine = false
            isOneTooMany = structure.isBroken && !isOnFirstLine && rowBreak.isWithin(after: lines.offset)
                && structure.isLast(byte)
            if state == .open, isLenient, rowBreak.isStart(byte, after: lines.offset) { endBeforeLine() }
        }
        if state == .blank {
            if bytes.isEmpty, !isTooLong { first = lines }
            if !byte.isWhiteSpace { begin(with: byte) }
        }
        append(byte)
        lines.pass(byte)
        switch state {
        case .open: if !isOneTooMany, structure.take(byte) == .end { state = .ended(hasTail: false) }
        case .ended: if !byte.isWhiteSpace { state = .ended(hasTail: true) }
        case .blank, .line: return
        }
    }

    private mutating func begin(with byte: UInt8) {
        if let (row, _) = held {
            held = nil
            rows.append(bounded(row))
        }
        indentation = lines.offset
        structure = JSONStructure(maximumDepth: limits.maximumDepth)
        state = byte == .openBrace || byte == .openBracket ? .open : .line
    }

    private mutating func append(_ byte: UInt8) {
        if isTooLong { return }
        // The first row may hold all the others.
        let limit = isFirstRow && state == .open ? limits.maximumFileBytes : limits.maximumLineBytes
        if bytes.count < limit {
            bytes.append(byte)
        } else {
            isTooLong = true
            bytes = []
        }
    }

    // MARK: Ends

    private var rowBreak: RowBreak { RowBreak(indentation: indentation, isInList: false) }

    /// - Parameter byte: the first byte of the line's end; nil at the end of the file.
    private mutating func endLine(_ byte: UInt8?) {
        isStartOfLine = true
        switch state {
        case .blank:
            if isTooLong { emit() } else { bytes.removeAll(keepingCapacity: true) }
        case .line: emit()
        case .ended:
            if structure.isBroken, !isOnFirstLine, readAnew(byte) { return }
            endRow()
        case .open:
            _ = structure.take(.lineFeed)
            if isOnFirstLine {
                if byte == nil || structure.isBroken || isTooLong {
                    emit()
                    return
                }
            } else if byte == nil || structure.isBroken, !isLenient {
                if readAnew(byte) { return }
                isLenient = true
            }
            guard let byte else {
                emit()
                return
            }
            isOnFirstLine = false
            append(byte)
        }
    }

    /// Ends a broken row before the first of its lines that begins another; its lines from there are read anew.
    private mutating func readAnew(_ byte: UInt8?) -> Bool {
        guard !isTooLong, !isLenient, let next = rowBreak.next(in: bytes) else { return false }
        var rest = bytes[next.line...]
        if let byte { rest.append(byte) }
        bytes.removeLast(bytes.count - next.line)
        lines = first
        for byte in bytes { lines.pass(byte) }
        while let last = bytes.last, last.isLineEnd { bytes.removeLast() }
        emit()
        isStartOfLine = true
        backlog.append(rest)
        return true
    }

    /// Ends a broken row before the line whose first visible byte comes next.
    private mutating func endBeforeLine() {
        let blanks = lines.offset
        if !isTooLong { bytes.removeLast(min(blanks, bytes.count)) }
        emit()
        first = LineCounter(line: lines.line)
        bytes = [UInt8](repeating: UInt8(ascii: " "), count: blanks)
    }

    /// Ends a row whose brackets are closed.
    private mutating func endRow() {
        guard isFirstRow, !isTooLong, !structure.isBroken, state == .ended(hasTail: false) else {
            emit()
            return
        }
        let row = JSONRow(line: first.line, offset: first.offset, bytes: bytes)
        switch JSONOutline.rows(in: bytes, form: form, limits: limits) {
        case .none: emit()
        case .list(let range):
            held = (row, range)
            reset()
        case .fault(let reason):
            rows.append(JSONRow(line: first.line, offset: first.offset, bytes: bytes, fault: reason))
            reset()
        }
    }

    private mutating func emit() {
        rows.append(
            bounded(JSONRow(line: first.line, offset: first.offset, bytes: bytes, isTooLong: isTooLong)))
        reset()
    }

    private func bounded(_ row: JSONRow) -> JSONRow {
        guard row.bytes.count > limits.maximumLineBytes else { return row }
        return JSONRow(line: row.line, offset: row.offset, bytes: [], isTooLong: true)
    }

    private mutating func reset() {
        bytes.removeAll(keepingCapacity: bytes.count <= limits.maximumLineBytes)
        isTooLong = false
        isOnFirstLine = true
        isLenient = false
        isFirstRow = false
        state = .blank
    }
}
