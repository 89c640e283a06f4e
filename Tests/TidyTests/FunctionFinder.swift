/// Finds functions and how many lines they take, by counting braces in code that has neither comments nor texts.
struct FunctionFinder {
    struct Function: Hashable {
        /// From 1: where its name stands.
        let line: Int
        /// From there to its closing brace.
        let lines: Int
    }

    let functions: [Function]

    init(code: [String], language: CodeScanner.Language) {
        functions =
            switch language {
            case .swift: Self.swiftFunctions(code)
            case .c: Self.cFunctions(code)
            }
    }

    // MARK: Swift

    private static func swiftFunctions(_ code: [String]) -> [Function] {
        code.indices.compactMap { index in
            guard declaresFunction(code[index]), let end = bodyEnd(code, from: index) else { return nil }
            return Function(line: index + 1, lines: end - index + 1)
        }
    }

    private static let modifiers: Set<String> = [
        "public", "package", "internal", "fileprivate", "private", "open", "static", "class", "final", "override",
        "mutating", "nonmutating", "consuming", "borrowing", "nonisolated", "convenience", "required", "lazy",
        "isolated", "unsafe", "prefix", "postfix", "infix",
    ]

    private static func declaresFunction(_ line: String) -> Bool {
        guard line.utf8.contains(where: { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "{") }) else { return false }
        switch firstWord(line) {
        case "func", "deinit", "subscript", "var": return true
        case "init": return true
        case _: return false
        }
    }

    /// The first word that is neither an attribute nor a modifier; empty when something else comes first.
    private static func firstWord(_ line: String) -> String {
        var word: [UInt8] = []
        // What an attribute or modifier has in parentheses is passed over.
        var parentheses = 0
        for byte in line.utf8 {
            switch byte {
            case UInt8(ascii: ")") where parentheses > 0: parentheses -= 1
            case UInt8(ascii: "(") where parentheses > 0: parentheses += 1
            case _ where parentheses > 0: continue
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "@"):
                word.append(byte)
            case UInt8(ascii: " ") where word.isEmpty: continue
            case _:
                let text = String(decoding: word, as: UTF8.self)
                let isBefore = text.hasPrefix("@") || modifiers.contains(text)
                guard isBefore else { return text }
                if byte == UInt8(ascii: "(") { parentheses += 1 }
                word = []
            }
        }
        return ""
    }

    /// The line of the brace that closes the body; nil for a declaration without one.
    private static func bodyEnd(_ code: [String], from start: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        var isWaiting = false
        for index in start..<code.count {
            let line = code[index]
            // After its parentheses, a declaration goes on with a body, a result, effects or conditions, or it ends.
            if isWaiting && !goesOn(line) { return nil }
            for byte in line.utf8 {
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{") where parentheses == 0 || braces > 0: braces += 1
                case UInt8(ascii: "}") where braces > 0:
                    braces -= 1
                    if braces == 0 { return index }
                case UInt8(ascii: "}") where parentheses == 0: return nil
                // A property with a value, not a body.
                case UInt8(ascii: "=") where braces == 0 && parentheses == 0: return nil
                case _: break
                }
            }
            isWaiting = braces == 0 && parentheses == 0
        }
        return nil
    }

    private static func goesOn(_ line: String) -> Bool {
        let rest = line.drop { $0 == " " }
        return rest.isEmpty || ["{", "->", "throws", "async", "rethrows", "where", ")"].contains { rest.hasPrefix($0) }
    }

    // MARK: C

    /// A body is a brace at the outermost level after a closing parenthesis.
    private static func cFunctions(_ code: [String]) -> [Function] {
        var functions: [Function] = []
        var depth = 0
        var start: Int?
        var header: [UInt8] = []
        var headerLine = 0
        for (index, line) in code.enumerated() where !line.hasPrefix("#") {
            for byte in line.utf8 {
                switch byte {
                case UInt8(ascii: "{"):
                    if depth == 0 && isFunctionHeader(header) { start = headerLine }
                    depth += 1
                case UInt8(ascii: "}"):
                    depth = max(0, depth - 1)
                    if depth == 0 {
                        if let begin = start { functions.append(Function(line: begin + 1, lines: index - begin + 1)) }
                        start = nil
                        header = []
                    }
                case UInt8(ascii: ";") where depth == 0: header = []
                case UInt8(ascii: " ") where depth == 0: continue
                case _ where depth == 0:
                    if header.isEmpty { headerLine = index }
                    header.append(byte)
                case _: break
                }
            }
        }
        return functions
    }

    private static func isFunctionHeader(_ header: [UInt8]) -> Bool {
        header.last == UInt8(ascii: ")") && !header.contains(UInt8(ascii: "="))
    }
}
