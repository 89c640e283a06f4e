/// The text of a chat template (in the language Jinja), read for what it would write and never run.
///
/// What is written is the text between tags and the string literals inside them. Comments, error messages and the
/// branches that only conversations with tools or documents take are left out.
struct TemplateText {
    /// What may be written, in order.
    private(set) var literals: [[UInt8]] = []
    /// Literals that are given a name: `set name = '...'` or `name='...'`.
    private(set) var named: [(name: String, value: [UInt8])] = []

    private let bytes: [UInt8]
    private var position = 0
    /// For each open `if` and `for`: whether what stands there now is left out.
    private var isLeftOut: [Bool] = []

    init(_ text: String) {
        bytes = Array(text.utf8)
        while position < bytes.count { readNext() }
    }

    func contains(_ part: String) -> Bool { Self.contains(bytes, part) }

    /// Where `part` occurs, occurrences not overlapping.
    static func places(of part: [UInt8], in bytes: [UInt8]) -> [Int] {
        var places: [Int] = []
        var position = 0
        while position + part.count <= bytes.count {
            if bytes[position] == part[0], bytes[position...].starts(with: part) {
                places.append(position)
                position += part.count
            } else {
                position += 1
            }
        }
        return places
    }

    static func contains(_ bytes: [UInt8], _ part: String) -> Bool {
        !places(of: Array(part.utf8), in: bytes).isEmpty
    }

    // MARK: Reading

    private mutating func readNext() {
        guard bytes[position] == UInt8(ascii: "{"), position + 1 < bytes.count else { return readData() }
        switch bytes[position + 1] {
        case UInt8(ascii: "#"): skipComment()
        case UInt8(ascii: "{"): readTag(closing: UInt8(ascii: "}"), isStatement: false)
        case UInt8(ascii: "%"): readTag(closing: UInt8(ascii: "%"), isStatement: true)
        default: readData()
        }
    }

    private mutating func readData() {
        let start = position
        position += 1
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "{"), position + 1 < bytes.count,
                [UInt8(ascii: "#"), UInt8(ascii: "{"), UInt8(ascii: "%")].contains(bytes[position + 1]) { break }
            position += 1
        }
        if isLeftOut.last != true { literals.append(Array(bytes[start..<position])) }
    }

    private mutating func skipComment() {
        position += 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "#"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "}") { break }
            position += 1
        }
        position = min(position + 2, bytes.count)
    }

    /// Reads a tag to its end, or to that of the text.
    private mutating func readTag(closing: UInt8, isStatement: Bool) {
        position += 2
        var code: [UInt8] = []
        var strings: [(before: Int, value: [UInt8])] = []
        while position < bytes.count {
            let byte = bytes[position]
            if byte == closing, position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "}") { break }
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                strings.append((code.count, readString(quote: byte)))
                code.append(UInt8(ascii: "'"))
            } else {
                code.append(byte)
                position += 1
            }
        }
        position = min(position + 2, bytes.count)
        let words = Self.words(code)
        if isStatement { follow(words) }
        guard isLeftOut.last != true, words.first != "raise_exception" else { return }
        for (before, value) in strings {
            literals.append(value)
            if let name = Self.nameBefore(code[..<before]) { named.append((name, value)) }
        }
    }

    /// Reads a literal with its escapes, from one quote behind the other.
    private mutating func readString(quote: UInt8) -> [UInt8] {
        let escapes: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "\\"): 0x5C,
            UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22,
        ]
        var value: [UInt8] = []
        position += 1
        while position < bytes.count, bytes[position] != quote {
            if bytes[position] == 0x5C, position + 1 < bytes.count, let byte = escapes[bytes[position + 1]] {
                value.append(byte)
                position += 2
            } else {
                value.append(bytes[position])
                position += 1
            }
        }
        position = min(position + 1, bytes.count)
        return value
    }

    // MARK: Branches

    private mutating func follow(_ words: [String]) {
        let outer = isLeftOut.dropLast().last ?? false
        switch words.first {
        case "if": isLeftOut.append((isLeftOut.last ?? false) || Self.asksForTools(words))
        case "for": isLeftOut.append((isLeftOut.last ?? false) || Self.asksForTools(words))
        case "elif" where !isLeftOut.isEmpty: isLeftOut[isLeftOut.count - 1] = outer || Self.asksForTools(words)
        case "else" where !isLeftOut.isEmpty: isLeftOut[isLeftOut.count - 1] = outer
        case "endif", "endfor": _ = isLeftOut.popLast()
        default: break
        }
    }

    /// Whether only a conversation with tools or documents comes here; `not tools is none` asks for them as well.
    private static func asksForTools(_ words: [String]) -> Bool {
        words.indices.contains { index in
            guard ["tools", "builtin_tools", "custom_tools", "documents"].contains(words[index]) else { return false }
            let isNegated = index > 0 && words[index - 1] == "not"
            return !isNegated || index + 1 < words.count && words[index + 1] == "is"
        }
    }

    // MARK: Words

    private static func isWordByte(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func words(_ code: [UInt8]) -> [String] {
        code.split { !isWordByte($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// `name` where the code ends with `name =`.
    private static func nameBefore(_ code: ArraySlice<UInt8>) -> String? {
        func withoutSpace(_ code: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            code.prefix(code.count - code.reversed().prefix { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }.count)
        }
        let assigned = withoutSpace(code)
        guard assigned.last == UInt8(ascii: "=") else { return nil }
        let name = withoutSpace(assigned.dropLast())
        let length = name.reversed().prefix(while: isWordByte).count
        return length == 0 ? nil : String(decoding: name.suffix(length), as: UTF8.self)
    }
}
