/// Cuts JSON arrays, one after another, into rows: an element each.
///
/// What is wrong between elements is a bad row of its own. An element that is broken ends where its brackets close, or
/// before the next object on its line that cannot stand within it, or before a line that begins an object no further in
/// than the element; what was read of such a line is read anew.
struct JSONArrayRows {
    private enum State: Equatable {
        case outside
        case elementOrEnd
        /// Behind a comma.
        case element
        case separatorOrEnd
        case inElement
        /// Something that does not belong to the file, up to the end of its line.
        case junk
    }

    private let limits: BatchLimits
    /// Brackets that an element may have within each other.
    let maximumDepth: Int
    private var rows: [JSONRow] = []
    private var state = State.outside
    private var lines: LineCounter
    private var isStartOfLine = true
    /// Whether the byte that is being read will be read and counted anew.
    private var isCountedAnew = false
    private var markCount = 0
    private var backlog: [ArraySlice<UInt8>] = []

    // The element that is being read.
    private var bytes: [UInt8] = []
    private var isTooLong = false
    private var first = LineCounter()
    private var structure: JSONStructure
    private var isOnFirstLine = true
    private var isLenient = false
    /// What should stand in its place.
    private var expected: String?

    /// - Parameters:
    ///   - lines: where the first byte stands in the file.
    ///   - depth: of the brackets around an element.
    init(limits: BatchLimits, lines: LineCounter, depth: Int) {
        self.limits = limits
        self.lines = lines
        maximumDepth = max(0, limits.maximumDepth - depth)
        structure = JSONStructure(maximumDepth: maximumDepth)
    }

    mutating func takeRows() -> [JSONRow] {
        defer { rows.removeAll() }
        return rows
    }

    mutating func feed(_ chunk: ArraySlice<UInt8>) {
        backlog.append(chunk)
        work()
    }

    mutating func finish() {
        flushMark()
        repeat {
            work()
            switch state {
            case .outside: return
            case .elementOrEnd: fault([], expected: "a value or `]`")
            case .element: fault([], expected: "a value")
            case .separatorOrEnd: fault([], expected: "`,` or `]`")
            case .junk: emit()
            case .inElement: if !readAnew(nil) { emit() }
            }
            isCountedAnew = false
        } while !backlog.isEmpty
    }

    private mutating func work() {
        while let chunk = backlog.popLast() {
            let depth = backlog.count
            var place = chunk.startIndex
            while place < chunk.endIndex, backlog.count == depth {
                take(chunk[place])
                place += 1
            }
            if place < chunk.endIndex { backlog.insert(chunk[place...], at: depth) }
        }
    }

    // MARK: Bytes

    private mutating func take(_ byte: UInt8) {
        if case .outside = state {
            if byte == TextEncoding.utf8Mark[markCount] {
                markCount = (markCount + 1) % TextEncoding.utf8Mark.count
                return
            }
            flushMark()
        }
        read(byte)
        if isCountedAnew {
            isCountedAnew = false
            return
        }
        if byte.isLineEnd {
            isStartOfLine = true
        } else if !byte.isWhiteSpace {
            isStartOfLine = false
        }
        lines.pass(byte)
    }

    private mutating func flushMark() {
        let bytes = TextEncoding.utf8Mark.prefix(markCount)
        markCount = 0
        for byte in bytes {
            read(byte)
            lines.pass(byte)
        }
    }

    private mutating func read(_ byte: UInt8) {
        switch state {
        case .inElement: readElement(byte)
        case .junk: if byte.isLineEnd { emit() } else { append(byte) }
        case .outside, .elementOrEnd, .element, .separatorOrEnd: if !byte.isWhiteSpace { readBetween(byte) }
        }
    }

    private mutating func readBetween(_ byte: UInt8) {
        switch (state, byte) {
        case (.outside, .openBracket): state = .elementOrEnd
        case (.outside, _):
            begin(byte, expected: "the end of the file")
            state = .junk
        case (.elementOrEnd, .closeBracket), (.separatorOrEnd, .closeBracket): state = .outside
        case (.element, .closeBracket):
            fault([byte], expected: "a value")
            state = .outside
        case (.separatorOrEnd, UInt8(ascii: ",")): state = .element
        case (.elementOrEnd, UInt8(ascii: ",")), (.element, UInt8(ascii: ",")):
            fault([byte], expected: "a value")
            state = .element
        case (.separatorOrEnd, .openBrace):
            fault([byte], expected: "`,` or `]`")
            begin(byte)
        case (.separatorOrEnd, _): begin(byte, expected: "`,` or `]`")
        case (.elementOrEnd, _), (.element, _), (.inElement, _), (.junk, _): begin(byte)
        }
    }

    private mutating func readElement(_ byte: UInt8) {
        if byte.isLineEnd { endLine(byte) }
        guard state == .inElement else { return }
        if endsBefore(byte) {
            emit()
            readBetweenIfVisible(byte, isRowBreak: byte == .openBrace)
            return
        }
        let isOneTooMany = structure.isBroken && !isOnFirstLine && isStartOfLine
            && rowBreak.isWithin(after: lines.offset) && structure.isLast(byte)
        switch isOneTooMany ? .inside : structure.take(byte) {
        case .inside: append(byte)
        case .end:
            append(byte)
            if !(structure.isBroken && readAnew(nil)) { emit() }
        case .endBefore:
            emit()
            readBetweenIfVisible(byte, isRowBreak: false)
        }
    }

    private mutating func readBetweenIfVisible(_ byte: UInt8, isRowBreak: Bool) {
        guard !byte.isWhiteSpace else { return }
        // The comma is missing because the row before is broken off, which is reported already.
        if isRowBreak { state = .element }
        readBetween(byte)
    }

    /// Whether a byte cannot belong to the element.
    private func endsBefore(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ",") where structure.isOutside: return true
        case .closeBracket where !structure.isInText && !structure.hasOpenArray:
            // Further in it is one too many within the element.
            return isOnFirstLine || isStartOfLine && !rowBreak.isWithin(after: lines.offset)
        case .openBrace where isOnFirstLine && structure.isAtMember && !structure.mayBeginValue: return true
        case _ where isLenient && isStartOfLine && !byte.isWhiteSpace:
            return rowBreak.isStart(byte, after: lines.offset)
        case _: return false
        }
    }

    private var rowBreak: RowBreak { RowBreak(indentation: first.offset, isInList: true) }

    private mutating func begin(_ byte: UInt8, expected: String? = nil) {
        first = lines
        self.expected = expected
        structure = JSONStructure(maximumDepth: maximumDepth)
        state = .inElement
        append(byte)
        if structure.take(byte) == .end { emit() }
    }

    private mutating func append(_ byte: UInt8) {
        if isTooLong { return }
        if bytes.count < limits.maximumLineBytes {
            bytes.append(byte)
        } else {
            isTooLong = true
            bytes = []
        }
    }

    // MARK: Ends

    private mutating func endLine(_ byte: UInt8) {
        let isSecondHalf = lines.isSecondHalf(byte)
        if !isSecondHalf, !isOnFirstLine, structure.isBroken, !isLenient {
            if readAnew(byte) { return }
            isLenient = true
        }
        if !isSecondHalf { isOnFirstLine = false }
    }

    /// Ends a broken element before the first of its lines that begins another; the bytes from there are read anew.
    ///
    /// - Parameter byte: one that is not among the element's bytes yet.
    private mutating func readAnew(_ byte: UInt8?) -> Bool {
        guard !isTooLong, !isLenient, expected == nil, let next = rowBreak.next(in: bytes) else { return false }
        var rest = bytes[next.line...]
        let isSeparated = bytes[next.visible] == UInt8(ascii: ",")
        if let byte { rest.append(byte) }
        bytes.removeLast(bytes.count - next.line)
        lines = first
        for byte in bytes { lines.pass(byte) }
        while let last = bytes.last, last.isWhiteSpace { bytes.removeLast() }
        emit()
        state = isSeparated ? .separatorOrEnd : .element
        isStartOfLine = true
        isCountedAnew = true
        backlog.append(rest)
        return true
    }

    private mutating func emit() {
        rows.append(
            JSONRow(
                line: first.line, offset: first.offset, bytes: bytes, isTooLong: isTooLong, expected: expected))
        let wasJunk = state == .junk
        bytes.removeAll(keepingCapacity: true)
        isTooLong = false
        isOnFirstLine = true
        isLenient = false
        expected = nil
        state = wasJunk ? .outside : .separatorOrEnd
    }

    private mutating func fault(_ bytes: [UInt8], expected: String) {
        rows.append(JSONRow(line: lines.line, offset: lines.offset, bytes: bytes, expected: expected))
        if bytes.isEmpty { state = .outside }
    }
}
