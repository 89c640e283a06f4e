/// Follows the brackets, texts and separators of one JSON value byte by byte, so that its end is found without keeping
/// it. What words and numbers are is not looked at.
///
/// From the first byte that cannot stand where it stands the value is broken, and its end is where its brackets close:
/// a closing bracket closes what was left open within its own, and one that has none counts for nothing. A text ends
/// with its line at the latest.
struct JSONStructure {
    /// What a byte was.
    enum Step: Equatable {
        case inside
        /// The last byte of the value.
        case end
        /// The value, a word, ended before this byte.
        case endBefore
    }

    private enum Expected {
        case value, valueOrEnd, key, keyOrEnd, colon, separatorOrEnd
    }

    private enum Token: Equatable {
        case none
        case text(isEscaped: Bool)
        case word
    }

    private let maximumDepth: Int
    /// Whether each open bracket is that of an object, the innermost last.
    private var open: [Bool] = []
    /// Open brackets beyond the greatest depth.
    private var excess = 0
    private var expected = Expected.value
    private var token = Token.none
    private(set) var isBroken = false

    init(maximumDepth: Int) {
        self.maximumDepth = maximumDepth
    }

    var depth: Int { open.count + excess }

    var isInText: Bool {
        switch token {
        case .text: true
        case .none, .word: false
        }
    }

    /// Whether no bracket is open and no value has begun.
    var isOutside: Bool { depth == 0 && token == .none }

    /// Whether a bracket of an array is open.
    var hasOpenArray: Bool { excess > 0 || open.contains(false) }

    /// Whether only the value's own bracket is open.
    var isAtMember: Bool { depth == 1 && !isInText }

    /// Whether the innermost bracket has a place for a value.
    var mayBeginValue: Bool { !isInText && (expected == .value || expected == .valueOrEnd) }

    /// Whether a byte closes the value's own bracket.
    func isLast(_ byte: UInt8) -> Bool {
        guard !isInText, excess == 0, byte == .closeBrace || byte == .closeBracket else { return false }
        return open.lastIndex(of: byte == .closeBrace) == 0
    }

    mutating func take(_ byte: UInt8) -> Step {
        switch token {
        case .text(let isEscaped):
            inText(byte, isEscaped)
            return isValueOver ? .end : .inside
        case .word:
            guard Self.endsWord(byte) else { return .inside }
            token = .none
            if depth == 0 { return .endBefore }
            return outside(byte)
        case .none: return outside(byte)
        }
    }

    /// After a text of its own that is no member of anything.
    private var isValueOver: Bool { token == .none && depth == 0 }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case .openBrace, .closeBrace, .openBracket, .closeBracket, .quote, UInt8(ascii: ","), UInt8(ascii: ":"): true
        case _: byte.isWhiteSpace
        }
    }

    private mutating func inText(_ byte: UInt8, _ isEscaped: Bool) {
        switch byte {
        case .lineFeed, .carriageReturn:
            isBroken = true
            token = .none
        case _ where isEscaped: token = .text(isEscaped: false)
        case .backslash: token = .text(isEscaped: true)
        case .quote: token = .none
        case _: break
        }
    }

    private mutating func outside(_ byte: UInt8) -> Step {
        switch byte {
        case _ where byte.isWhiteSpace: return .inside
        case .openBrace, .openBracket: push(isObject: byte == .openBrace)
        case .closeBrace, .closeBracket: return close(isObject: byte == .closeBrace)
        case UInt8(ascii: ","): separate()
        case UInt8(ascii: ":"):
            if expected != .colon { isBroken = true }
            expected = .value
        case .quote:
            takePlace(isText: true)
            token = .text(isEscaped: false)
        case _:
            takePlace(isText: false)
            token = .word
        }
        return .inside
    }

    private mutating func takePlace(isText: Bool) {
        switch expected {
        case .value, .valueOrEnd: expected = .separatorOrEnd
        case .key, .keyOrEnd:
            if !isText { isBroken = true }
            expected = .colon
        case .colon, .separatorOrEnd: isBroken = true
        }
    }

    private mutating func push(isObject: Bool) {
        if expected != .value, expected != .valueOrEnd { isBroken = true }
        if open.count >= maximumDepth {
            isBroken = true
            excess += 1
        } else {
            open.append(isObject)
        }
        expected = isObject ? .keyOrEnd : .valueOrEnd
    }

    private mutating func close(isObject: Bool) -> Step {
        let isAllowed =
            switch expected {
            case .separatorOrEnd, .keyOrEnd, .valueOrEnd: true
            case .value, .key, .colon: false
            }
        if !isAllowed { isBroken = true }
        if excess > 0 {
            excess -= 1
        } else if open.last == isObject {
            open.removeLast()
        } else {
            isBroken = true
            if let place = open.lastIndex(of: isObject) { open.removeLast(open.count - place) }
        }
        expected = .separatorOrEnd
        return depth == 0 ? .end : .inside
    }

    private mutating func separate() {
        if expected != .separatorOrEnd { isBroken = true }
        expected = open.last == true ? .key : .value
    }
}
