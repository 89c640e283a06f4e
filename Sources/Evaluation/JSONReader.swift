/// Why bytes are not a JSON document; offsets count bytes from the start of the document.
public enum JSONError: Error, Equatable, Sendable {
    case invalidUTF8
    case unexpected(offset: Int, found: String, expected: String)
    case tooDeep(limit: Int)
    case loneSurrogate(offset: Int)
    case nul(offset: Int)
    case repeatedKey(String)
}

extension JSONError: CustomStringConvertible {
    public var description: String { "\(BadLineReason(self))" }
}

/// Reads JSON (RFC 8259) from valid UTF-8. Total, strict and bounded in depth.
///
/// Stricter than the RFC where a silent choice would lose data: keys must not repeat in an object, surrogate
/// escapes must come in pairs, and U+0000 is refused because databases and C interfaces cut texts at it, unless the
/// caller can deal with it.
struct JSONReader {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private let allowsNUL: Bool
    /// What errors call the end of the document.
    private let end: String
    private var index = 0
    private var depth = 0

    /// The document in these bytes, with nothing but white space around it.
    static func read(
        _ bytes: [UInt8], maximumDepth: Int, allowsNUL: Bool = false, end: String = "the end of the line"
    ) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes: bytes, maximumDepth: maximumDepth, allowsNUL: allowsNUL, end: end)
        let value = try reader.value()
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.unexpected(end) }
        return value
    }

    private init(bytes: [UInt8], maximumDepth: Int, allowsNUL: Bool, end: String) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        self.allowsNUL = allowsNUL
        self.end = end
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func unexpected(_ expected: String, at offset: Int? = nil) -> JSONError {
        let place = offset ?? index
        return .unexpected(offset: place, found: Self.found(in: bytes, at: place, end: end), expected: expected)
    }

    private static let longestWord = 24

    /// What stands at an offset: a word, or one character.
    static func found(in bytes: [UInt8], at offset: Int, end: String) -> String {
        guard offset < bytes.count else { return end }
        let rest = bytes[offset...]
        let word = rest.prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
        let shown = word.isEmpty ? Array(String(decoding: rest.prefix(4), as: UTF8.self).prefix(1).utf8) : Array(word)
        let text = String(decoding: shown.prefix(longestWord), as: UTF8.self)
        return "`\(text.unicodeScalars.map { $0.escaped(asASCII: false) }.joined())"
            + (shown.count > longestWord ? "...`" : "`")
    }

    private mutating func skipSpace() {
        while let byte = current, byte.isWhiteSpace { index += 1 }
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard let byte = current else { throw unexpected("a value") }
        switch byte {
        case .openBrace: return try object()
        case .openBracket: return try array()
        case .quote: return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case _: return .number(try number())
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let start = index
        for byte in word.utf8 {
            guard current == byte else { throw unexpected("a value", at: start) }
            index += 1
        }
        return value
    }

    private mutating func descend() throws(JSONError) {
        depth += 1
        guard depth <= maximumDepth else { throw .tooDeep(limit: maximumDepth) }
        index += 1
        skipSpace()
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        try descend()
        var elements: [JSONValue] = []
        while current != .closeBracket {
            if !elements.isEmpty { try separator(orEnd: "]") }
            elements.append(try value())
            skipSpace()
        }
        index += 1
        depth -= 1
        return .array(elements)
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        try descend()
        var members: [(key: String, value: JSONValue)] = []
        var keys: Set<[UInt8]> = []
        while current != .closeBrace {
            if !members.isEmpty { try separator(orEnd: "}") }
            skipSpace()
            guard current == .quote else { throw unexpected("a key in quotes") }
            let key = try string()
            guard keys.insert(Array(key.utf8)).inserted else { throw .repeatedKey(key) }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw unexpected("`:`") }
            index += 1
            members.append((key, try value()))
            skipSpace()
        }
        index += 1
        depth -= 1
        return .object(members)
    }

    private mutating func separator(orEnd end: String) throws(JSONError) {
        guard current == UInt8(ascii: ",") else { throw unexpected("`,` or `\(end)`") }
        index += 1
    }

    private mutating func number() throws(JSONError) -> String {
        let start = index
        if current == UInt8(ascii: "-") { index += 1 }
        let hasLeadingZero = current == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !hasLeadingZero || whole == 1 else { throw unexpected("a value", at: start) }
        if current == UInt8(ascii: ".") {
            index += 1
            guard digits() > 0 else { throw unexpected("a digit") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            index += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
            guard digits() > 0 else { throw unexpected("a digit") }
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = current, byte.isDigit { index += 1 }
        return index - start
    }
}

extension JSONReader {
    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case .quote:
                index += 1
                return String(decoding: text, as: UTF8.self)
            case .backslash:
                try escape(into: &text)
            case 0x00..<0x20:
                throw unexpected("an escape instead of a control character")
            case _:
                text.append(byte)
                index += 1
            }
        }
        throw unexpected("the end of a text in quotes")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let start = index
        index += 1
        guard let byte = current else { throw unexpected("an escape") }
        index += 1
        switch byte {
        case .quote, .backslash, UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: Array(String(try scalar(from: start)).utf8))
        case _: throw unexpected("a known escape", at: start)
        }
    }

    /// The scalar of `\uXXXX`, or of a surrogate pair; `start` is where the escape begins.
    private mutating func scalar(from start: Int) throws(JSONError) -> Character {
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code) {
            guard current == .backslash, index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "u") else {
                throw .loneSurrogate(offset: start)
            }
            index += 2
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw .loneSurrogate(offset: start) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard code != 0 || allowsNUL else { throw .nul(offset: start) }
        guard let scalar = Unicode.Scalar(code) else { throw .loneSurrogate(offset: start) }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, byte.isDigit || (0x61...0x66).contains(byte.lowercased) else {
                throw unexpected("four hexadecimal digits")
            }
            code = code << 4 | UInt32(byte.isDigit ? byte - 0x30 : byte.lowercased - 0x61 + 10)
            index += 1
        }
        return code
    }
}
