/// Blanks out comments and the contents of texts, so that rules look at code alone. Knows Swift (nested comments, raw
/// and long texts, code within texts) and C.
struct CodeScanner {
    enum Language {
        case swift
        case c

        init?(path: String) {
            if path.hasSuffix(".swift") { self = .swift } else if path.hasSuffix(".c") || path.hasSuffix(".h") {
                self = .c
            } else {
                return nil
            }
        }
    }

    private enum Mode {
        /// Code; within a text it ends with the parenthesis that brings the depth back to zero.
        case code(parentheses: Int)
        case lineComment
        case blockComment(depth: Int)
        case text(hashes: Int, isLong: Bool)
    }

    /// The text's lines, each as long as before, with blanks for everything that is not code.
    static func code(_ text: String, _ language: Language) -> [String] {
        var scanner = CodeScanner(bytes: Array(text.utf8), language: language)
        scanner.scan()
        return String(decoding: scanner.result, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private let bytes: [UInt8]
    private let language: Language
    private var result: [UInt8] = []
    private var modes: [Mode] = [.code(parentheses: 0)]
    private var place = 0

    private init(bytes: [UInt8], language: Language) {
        self.bytes = bytes
        self.language = language
        result.reserveCapacity(bytes.count)
    }

    private mutating func scan() {
        while place < bytes.count {
            switch modes[modes.count - 1] {
            case .code(let parentheses): scanCode(parentheses)
            case .lineComment:
                let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                blank(end - place)
                modes.removeLast()
            case .blockComment(let depth): scanBlockComment(depth)
            case .text(let hashes, let isLong): scanText(hashes, isLong)
            }
        }
    }

    /// Bytes at which code may turn into something else.
    private static let turns = Set("/\"#'()".utf8)

    private mutating func scanCode(_ parentheses: Int) {
        if !Self.turns.contains(bytes[place]) {
            keep(1)
        } else if follows("//") {
            modes.append(.lineComment)
            blank(2)
        } else if follows("/*") {
            modes.append(.blockComment(depth: 1))
            blank(2)
        } else if language == .c && follows("'") {
            skipCharacter()
        } else if !openText() {
            scanParenthesis(parentheses)
        }
    }

    /// - Returns: whether a text begins here.
    private mutating func openText() -> Bool {
        var hashes = 0
        while language == .swift && place + hashes < bytes.count && bytes[place + hashes] == UInt8(ascii: "#") {
            hashes += 1
        }
        let isLong = language == .swift && follows("\"\"\"", after: hashes)
        guard isLong || follows("\"", after: hashes) else { return false }
        modes.append(.text(hashes: hashes, isLong: isLong))
        keep(hashes + (isLong ? 3 : 1))
        return true
    }

    private mutating func scanParenthesis(_ parentheses: Int) {
        let isInText = modes.count > 1
        if isInText && follows("(") { modes[modes.count - 1] = .code(parentheses: parentheses + 1) }
        if isInText && follows(")") {
            if parentheses == 1 {
                modes.removeLast()
            } else {
                modes[modes.count - 1] = .code(parentheses: parentheses - 1)
            }
        }
        keep(1)
    }

    private mutating func scanBlockComment(_ depth: Int) {
        if follows("*/") {
            if depth == 1 { modes.removeLast() } else { modes[modes.count - 1] = .blockComment(depth: depth - 1) }
            blank(2)
        } else if language == .swift && follows("/*") {
            modes[modes.count - 1] = .blockComment(depth: depth + 1)
            blank(2)
        } else {
            blank(1)
        }
    }

    private mutating func scanText(_ hashes: Int, _ isLong: Bool) {
        let mark = String(repeating: "#", count: hashes)
        if follows("\\" + mark) {
            if language == .swift && follows("(", after: 1 + hashes) {
                blank(1 + hashes)
                keep(1)
                modes.append(.code(parentheses: 1))
            } else {
                blank(2 + hashes)
            }
        } else if follows((isLong ? "\"\"\"" : "\"") + mark) {
            keep((isLong ? 3 : 1) + hashes)
            modes.removeLast()
        } else {
            // A text of one line that does not end there is no Swift; reading on as code loses the least.
            if !isLong && bytes[place] == UInt8(ascii: "\n") { modes.removeLast() }
            blank(1)
        }
    }

    /// A character of C between apostrophes.
    private mutating func skipCharacter() {
        keep(1)
        while place < bytes.count && !follows("'") && !follows("\n") { blank(follows("\\") ? 2 : 1) }
        if follows("'") { keep(1) }
    }

    private func follows(_ text: String, after offset: Int = 0) -> Bool {
        var place = place + offset
        for byte in text.utf8 {
            guard place < bytes.count && bytes[place] == byte else { return false }
            place += 1
        }
        return true
    }

    private mutating func keep(_ count: Int) {
        let end = min(place + count, bytes.count)
        if count == 1 { result.append(bytes[place]) } else { result += bytes[place..<end] }
        place = end
    }

    private mutating func blank(_ count: Int) {
        for byte in bytes[place..<min(place + count, bytes.count)] {
            result.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
        }
        place = min(place + count, bytes.count)
    }
}
