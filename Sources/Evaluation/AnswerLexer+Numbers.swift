/// Repeating decimals, and numbers in a base whose digits are letters too.
extension AnswerLexer {
    // MARK: Repeating decimals

    /// Whether decimals stand at this distance: a digit, or what marks a period.
    func startsFraction(at offset: Int) -> Bool {
        peek(offset)?.isASCIIDigit == true || length(ofMarkedAt: offset) != nil
    }

    private static let periodCommands = ["\\dot", "\\overline", "\\bar"]

    private func matches(_ text: String, at offset: Int) -> Bool {
        text.unicodeScalars.enumerated().allSatisfy { peek(offset + $0.offset) == $0.element }
    }

    /// The length of digits that are marked as repeating: `\dot{3}`, `\dot3`, `\overline{12}`, a digit with a dot or a
    /// line over it.
    private func length(ofMarkedAt offset: Int) -> Int? {
        if peek(offset)?.isASCIIDigit == true {
            return peek(offset + 1)?.isPeriodMark == true ? 2 : nil
        }
        guard let command = Self.periodCommands.first(where: { matches($0, at: offset) }) else { return nil }
        var end = offset + command.utf8.count
        while peek(end)?.properties.isWhitespace == true { end += 1 }
        if peek(end)?.isASCIIDigit == true { return end + 1 - offset }
        guard peek(end) == "{" else { return nil }
        repeat { end += 1 } while peek(end)?.isASCIIDigit == true
        return peek(end) == "}" && peek(end - 1) != "{" ? end + 1 - offset : nil
    }

    /// The rest of a repeating decimal from here: the digits before its period, with the point if it has not been
    /// read, and the period, which reaches from the first marked digit to the last.
    mutating func readPeriod(hasPoint: Bool) -> (start: String, period: String)? {
        if !hasPoint, let period = readBracketedPeriod() { return (".", period) }
        var place = index
        defer { index = place }
        if !hasPoint {
            guard peek() == "." else { return nil }
            index += 1
        }
        var digits = ""
        var (first, last): (Int?, Int) = (nil, 0)
        while true {
            if let length = length(ofMarkedAt: 0) {
                first = first ?? digits.utf8.count
                for offset in 0..<length {
                    if let scalar = peek(offset), scalar.isASCIIDigit { digits.unicodeScalars.append(scalar) }
                }
                last = digits.utf8.count
                index += length
            } else if let scalar = peek(), scalar.isASCIIDigit {
                digits.unicodeScalars.append(scalar)
                index += 1
            } else {
                break
            }
        }
        guard let first, last == digits.utf8.count else { return nil }
        place = index
        return ((hasPoint ? "" : ".") + digits.prefix(first), String(digits.dropFirst(first)))
    }

    /// `0.(3)`, which is no product since the point stands before the bracket.
    private mutating func readBracketedPeriod() -> String? {
        guard peek() == ".", peek(1) == "(", peek(2)?.isASCIIDigit == true else { return nil }
        var (offset, period) = (2, "")
        while let scalar = peek(offset), scalar.isASCIIDigit {
            period.unicodeScalars.append(scalar)
            offset += 1
        }
        guard peek(offset) == ")" else { return nil }
        index += offset + 1
        return period
    }

    // MARK: Bases

    private static let wrappings: [(open: String, close: Unicode.Scalar)] = [
        ("", " "), ("(", ")"), ("{", "}"), ("\\text{", "}"), ("\\mathrm{", "}"), ("\\texttt{", "}"), ("\\mathtt{", "}"),
    ]

    /// Reads `FF_{16}`, `(2A)_{16}`, `\text{FF}_{16}`: digits that need a base above ten, or brackets around digits of
    /// any base. Plain digits with a base are read as numbers are.
    ///
    /// - Returns: false, with nothing read, if no such number stands here.
    mutating func readBased() -> Bool {
        if index > 0, let last = peek(-1), last.isASCIIDigit || last.isASCIILetter || last == "\\" { return false }
        for (open, close) in Self.wrappings where matches(open, at: 0) {
            var end = open.unicodeScalars.count
            var digits = ""
            while let scalar = peek(end), scalar.isASCIIDigit || scalar.isASCIILetter || scalar == "." {
                digits.unicodeScalars.append(scalar)
                end += 1
            }
            if !open.isEmpty {
                guard peek(end) == close else { continue }
                end += 1
            }
            guard !digits.isEmpty, peek(end) == "_" else { continue }
            let start = index
            index += end + 1
            if let base = AnswerVocabulary.bases[readSubscript().lowercased()],
                Self.isNumber(digits, base: base, isWrapped: !open.isEmpty)
            {
                emit(.based(digits: digits.uppercased(), base: base))
                return true
            }
            index = start
        }
        return false
    }

    /// Letters are digits if there are several signs, of which one is a digit or all are capitals, or the base is 16:
    /// `x_{36}` and `ab_{12}` are symbols.
    private static func isNumber(_ digits: String, base: Int, isWrapped: Bool) -> Bool {
        guard (try? Rational(digits: digits, base: base)) != nil else { return false }
        let letters = digits.unicodeScalars.filter(\.isASCIILetter)
        if letters.isEmpty { return isWrapped }
        guard digits.utf8.count > 1 else { return false }
        return letters.count < digits.utf8.count || base == 16 || letters.allSatisfy { $0.value < 0x60 }
    }
}

extension Unicode.Scalar {
    /// The dot or the line over a digit that repeats.
    var isPeriodMark: Bool { value == 0x307 || value == 0x305 }

    /// The ordinary form of full-width and small signs, and of digits in mathematical typefaces (NFKC).
    var narrow: Unicode.Scalar {
        switch value {
        case 0xFF01...0xFF5E: Unicode.Scalar(value - 0xFEE0) ?? self
        case 0x3000: " "
        case 0x3001, 0xFE51, 0xFE50, 0xFF64: ","
        case 0x3002, 0xFE52, 0xFF61: "."
        case 0xFE54: ";"
        case 0xFE55: ":"
        case 0xFE57: "!"
        case 0xFE59: "("
        case 0xFE5A: ")"
        case 0xFE5B: "{"
        case 0xFE5C: "}"
        case 0xFE61: "*"
        case 0xFE62: "+"
        case 0xFE63: "-"
        case 0xFE64: "<"
        case 0xFE65: ">"
        case 0xFE66: "="
        case 0xFE6A: "%"
        case 0x1D7CE...0x1D7FF: Unicode.Scalar(0x30 + (value - 0x1D7CE) % 10) ?? self
        case _: self
        }
    }
}
