/// Cuts an answer into signs. Total: every text gives tokens, what is unknown becomes `.other`.
struct AnswerLexer {
    private let scalars: [Unicode.Scalar]
    private let groupsThousands: Bool
    /// Inside `\text{...}`, where letters are words.
    private let isText: Bool
    var index = 0
    private var isSpaced = false
    private(set) var tokens: [AnswerToken]
    /// Some comma could be a separator of thousands.
    private(set) var hasGrouping = false

    /// The tokens of an answer, and whether a comma in it could group thousands.
    static func read(_ text: String, groupsThousands: Bool) -> (tokens: [AnswerToken], hasGrouping: Bool) {
        var lexer = AnswerLexer(
            text.unicodeScalars.map(\.narrow), groupsThousands: groupsThousands, isText: false, after: [])
        lexer.readAll()
        return (AnswerTokenCleaner.cleaned(AnswerInfixRewriter.rewritten(lexer.tokens)), lexer.hasGrouping)
    }

    private init(_ scalars: [Unicode.Scalar], groupsThousands: Bool, isText: Bool, after tokens: [AnswerToken]) {
        self.scalars = scalars
        self.groupsThousands = groupsThousands
        self.isText = isText
        self.tokens = tokens
    }

    func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        index + offset < scalars.count ? scalars[index + offset] : nil
    }

    mutating func emit(_ kind: AnswerToken.Kind) {
        tokens.append(AnswerToken(kind: kind, isSpaced: isSpaced))
        isSpaced = false
    }

    private mutating func readAll() {
        while let scalar = peek() {
            if scalar.properties.isWhitespace || scalar == "~" {
                index += 1
                isSpaced = true
            } else if readBased() {
                continue
            } else if scalar.isASCIIDigit || (scalar == "." && startsFraction(at: 1)) {
                readNumber()
            } else if scalar.isASCIILetter {
                readLetters()
            } else if scalar == "\\" {
                readCommand()
            } else if scalar.isASCII {
                readSign(scalar)
            } else {
                readWide(scalar)
            }
        }
    }

    // MARK: Numbers

    /// - Parameter stopsAtPeriod: before a digit that is marked as repeating.
    mutating func readDigits(stopsAtPeriod: Bool = false) -> String {
        var digits = ""
        while let scalar = peek(), scalar.isASCIIDigit, !stopsAtPeriod || peek(1)?.isPeriodMark != true {
            digits.unicodeScalars.append(scalar)
            index += 1
        }
        return digits
    }

    private mutating func readNumber() {
        var digits = readDigits()
        if !digits.isEmpty, digits.count <= 3, digits != "0" {
            while let length = separatorLength() {
                index += length
                digits += readDigits()
            }
        }
        if peek() == ".", peek(1)?.isASCIIDigit == true {
            index += 1
            digits += "." + readDigits(stopsAtPeriod: true)
        }
        if let (start, period) = readPeriod(hasPoint: digits.contains(".")) {
            emit(.repeating(digits: (digits.isEmpty ? "0" : digits) + start, period: period))
            return
        }
        if digits.isEmpty {
            // A point before something that repeats, which is not the end of a number.
            index += 1
            return emit(.stop)
        }
        if let exponent = readExponent() {
            emit(.scientific(digits + "e" + exponent))
            return
        }
        if peek() == "_" {
            let start = index
            index += 1
            if let base = AnswerVocabulary.bases[readSubscript().lowercased()] {
                emit(.based(digits: digits, base: base))
                return
            }
            index = start
        }
        emit(.number(digits))
    }

    /// The length of what separates thousands here: something before exactly three digits.
    private mutating func separatorLength() -> Int? {
        let separators: [(text: String, isCertain: Bool)] = [
            (",\\!", true), ("{,}", true), ("\\,", true), ("\\;", true), (",", false), (" ", true), ("\u{202F}", true),
            ("\u{A0}", true), ("\u{2009}", true),
        ]
        for (separator, isCertain) in separators {
            let length = separator.unicodeScalars.count
            guard matches(separator), hasThreeDigits(at: length) else { continue }
            if separator == " ", peek(length + 3) == "/" { return nil }
            if !isCertain {
                hasGrouping = true
                if !groupsThousands { return nil }
            }
            return length
        }
        return nil
    }

    func matches(_ text: String) -> Bool {
        var offset = 0
        for scalar in text.unicodeScalars {
            guard peek(offset) == scalar else { return false }
            offset += 1
        }
        return true
    }

    private func hasThreeDigits(at offset: Int) -> Bool {
        (0..<3).allSatisfy { peek(offset + $0)?.isASCIIDigit == true } && peek(offset + 3)?.isASCIIDigit != true
    }

    /// Longer rows of digits behind `e` are no exponent.
    private static let maximumExponentDigits = 18

    private mutating func readExponent() -> String? {
        guard peek() == "e" || peek() == "E" else { return nil }
        let start = index
        index += 1
        var exponent = ""
        if let sign = peek(), sign == "-" || sign == "+" {
            exponent = sign == "-" ? "-" : ""
            index += 1
        }
        let digits = readDigits()
        guard !digits.isEmpty, digits.utf8.count <= Self.maximumExponentDigits, peek()?.isASCIILetter != true else {
            index = start
            return nil
        }
        return exponent + digits
    }

    /// What stands behind `_`, letters and digits only.
    mutating func readSubscript() -> String {
        var name = ""
        guard peek() == "{" else {
            if peek() == "\\" { return "" }
            if peek()?.isASCIIDigit == true { return readDigits() }
            guard let scalar = peek(), scalar.isASCIILetter else { return "" }
            index += 1
            return String(scalar)
        }
        var depth = 0
        while let scalar = peek() {
            index += 1
            if scalar == "{" {
                depth += 1
            } else if scalar == "}" {
                depth -= 1
                if depth == 0 { break }
            } else if scalar == "\\" {
                while peek()?.isASCIILetter == true { index += 1 }
            } else if scalar.isASCIIDigit || scalar.isASCIILetter {
                name.unicodeScalars.append(scalar)
            }
        }
        return name
    }

    // MARK: Letters

    private mutating func readLetters() {
        let start = index
        while peek()?.isASCIILetter == true { index += 1 }
        var run = ""
        run.unicodeScalars.append(contentsOf: scalars[start..<index])
        let small = run.lowercased()
        let followsNumber = tokens.last.map { $0.isNumber } ?? false
        let isOrdinal = AnswerVocabulary.ordinals.contains(small)
        if isOrdinal, followsNumber, start > 0, scalars[start - 1].isASCIIDigit { return }
        if isOrdinal, isInSuperscriptOfNumber { return emit(.word(small)) }
        if run.utf8.count == 1 { return readLetter(run) }
        if small == "or" { return emit(.disjunction) }
        if small == "and" { return emit(.comma) }
        if small == "percent" { return emit(.percent) }
        if let sign = AnswerVocabulary.signs[small], Self.plainSigns.contains(small) { return emit(sign) }
        if let function = AnswerVocabulary.functions[small] { return emit(.function(function)) }
        if AnswerVocabulary.greek.contains(run) { return emit(.symbol(run)) }
        if isText || Self.isWord(run, small) { return emit(.word(small)) }
        for letter in run { emitLetter(String(letter)) }
    }

    /// After `12^` or `12^{`.
    private var isInSuperscriptOfNumber: Bool {
        var kept = tokens[...]
        if kept.last?.kind == .open(.group) { kept.removeLast() }
        return kept.popLast()?.kind == .caret && kept.last?.isNumber == true
    }

    /// Signs that plain text spells with letters.
    private static let plainSigns: Set<String> = ["sqrt", "pi", "infinity", "log", "degrees", "degree"]

    private mutating func readLetter(_ letter: String) {
        if isText, let last = tokens.last, last.isNumber || last.isClose { return emit(.word(letter.lowercased())) }
        guard peek() == "_" else { return emitLetter(letter) }
        let start = index
        index += 1
        let name = readSubscript()
        if name.isEmpty {
            index = start
            emitLetter(letter)
        } else {
            emit(.symbol(letter + "_" + name))
        }
    }

    private mutating func emitLetter(_ letter: String) {
        switch letter {
        case "e": emit(.euler)
        case "i": emit(.imaginary)
        case _: emit(.symbol(letter))
        }
    }

    /// Several letters in a row are a word if they are a unit or look like English, else a product of symbols.
    private static func isWord(_ run: String, _ small: String) -> Bool {
        if AnswerVocabulary.units[small] != nil || AnswerVocabulary.shortWords.contains(small) { return true }
        let count = run.utf8.count
        guard count >= 3 else { return false }
        if small.contains(where: { "eiou".contains($0) }) { return true }
        if count >= 4, small.contains("a") || small.contains("y") { return true }
        guard let first = run.utf8.first else { return false }
        return first < 0x61 && run.utf8.dropFirst().allSatisfy { $0 >= 0x61 }
    }
}

extension AnswerLexer {
    // MARK: Commands and signs

    private mutating func readCommand() {
        index += 1
        guard let scalar = peek() else { return }
        guard scalar.isASCIILetter else {
            index += 1
            return readEscape(scalar)
        }
        var name = ""
        while let scalar = peek(), scalar.isASCIILetter {
            name.unicodeScalars.append(scalar)
            index += 1
        }
        if AnswerVocabulary.decorations.contains(name) {
            // `\left.` draws nothing.
            if name == "left" || name == "right", peek() == "." { index += 1 }
        } else if AnswerVocabulary.spaces.contains(name) {
            isSpaced = true
        } else if AnswerVocabulary.textCommands.contains(name) {
            readText()
        } else if let sign = AnswerVocabulary.signs[name] {
            emit(sign)
        } else if let function = AnswerVocabulary.functions[name] {
            emit(.function(function))
        } else if AnswerVocabulary.greek.contains(name) {
            emit(.symbol(name.hasPrefix("var") ? String(name.dropFirst(3)) : name))
        } else if name == "genfrac" {
            emit(readGroup().contains("(") ? .binomial : .fraction)
            for _ in 0..<3 { _ = readGroup() }
        } else if Self.matrixCommands.contains(name) {
            emit(.begin("matrix"))
            readNested(readGroup(), isText: false)
            emit(.end("matrix"))
        } else if name == "begin" || name == "end" {
            readEnvironment(isBegin: name == "begin")
        } else if name == "mathbb" {
            let name = readLetterOrGroup()
            emit(name == "R" ? .realNumbers : .other("\\mathbb{\(name)}"))
        } else {
            emit(.other("\\" + name))
        }
    }

    private mutating func readEscape(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\\":
            emit(.rowBreak)
            skipDimension()
        case "{": emit(.open(.set))
        case "}": emit(.close(.set))
        case "%": emit(.percent)
        case "|": emit(.bar)
        case ",", ";", ":", " ", ">", "/": isSpaced = true
        case "!", "$", "(", ")", "[", "]": break
        case _: emit(.other(String(scalar)))
        }
    }

    /// The raw content of a group in braces that stands here; empty if none does.
    mutating func readGroup() -> String {
        while peek()?.properties.isWhitespace == true { index += 1 }
        guard peek() == "{" else { return "" }
        var (content, depth) = ("", 0)
        while let scalar = peek() {
            index += 1
            if scalar == "{" { depth += 1 }
            if scalar == "}" { depth -= 1 }
            if depth == 0 { break }
            if depth > 1 || scalar != "{" { content.unicodeScalars.append(scalar) }
        }
        return content
    }

    /// The argument of `\mathbb{R}` or `\mathbb R`.
    private mutating func readLetterOrGroup() -> String {
        let group = readGroup()
        guard group.isEmpty, let scalar = peek(), scalar.isASCIILetter else { return group }
        index += 1
        return String(scalar)
    }

    private mutating func readText() {
        readNested(readGroup(), isText: true)
        isSpaced = true
    }

    /// A group inside a group is read once more at most by its own command; the depth falls with the length.
    private mutating func readNested(_ content: String, isText: Bool) {
        var inner = AnswerLexer(
            Array(content.unicodeScalars), groupsThousands: groupsThousands, isText: isText, after: tokens)
        inner.isSpaced = isText
        inner.readAll()
        tokens = inner.tokens
        hasGrouping = hasGrouping || inner.hasGrouping
    }

    /// Matrices of plain TeX, whose rows end with `\cr`.
    private static let matrixCommands: Set<String> = ["matrix", "pmatrix", "bmatrix"]

    private mutating func readEnvironment(isBegin: Bool) {
        var name = readGroup()
        if name.hasSuffix("*") { name.removeLast() }
        let kind = AnswerVocabulary.environments[name] ?? name
        if isBegin, AnswerVocabulary.environments[name] != nil {
            // The place and the columns of a matrix say nothing about its value.
            skipOption()
            if name == "array" { _ = readGroup() }
        }
        emit(isBegin ? .begin(kind) : .end(kind))
    }

    /// `[r]`, `[t]`: letters in square brackets.
    private mutating func skipOption() {
        guard peek() == "[", peek(1)?.isASCIILetter == true, peek(2) == "]" else { return }
        index += 3
    }

    /// The space behind a row, `\\[2pt]`.
    private mutating func skipDimension() {
        if peek() == "*" { index += 1 }
        guard peek() == "[" else { return }
        var length = 1
        while let scalar = peek(length), scalar.isASCIIDigit || scalar == "." || scalar == "-" { length += 1 }
        guard length > 1, peek(length)?.isASCIILetter == true, peek(length + 1)?.isASCIILetter == true,
            peek(length + 2) == "]"
        else { return }
        index += length + 3
    }

    private mutating func readSign(_ scalar: Unicode.Scalar) {
        index += 1
        switch scalar {
        case "+": emit(.plus)
        case "-": emit(.minus)
        case "*":
            if peek() == "*" {
                index += 1
                emit(.caret)
            } else {
                emit(.times)
            }
        case "/": emit(.divide)
        case "^": emit(.caret)
        case "_": emit(.underscore)
        case "%": emit(.percent)
        case "|": emit(.bar)
        case ",": emit(.comma)
        case ";": emit(.semicolon)
        case ":": emit(.colon)
        case ".": emit(.stop)
        case "&": emit(.ampersand)
        case "(": emit(.open(.parenthesis))
        case ")": emit(.close(.parenthesis))
        case "[": emit(.open(.square))
        case "]": emit(.close(.square))
        case "{": emit(.open(.group))
        case "}": emit(.close(.group))
        case "!": emitRelation(or: .factorial, withEqual: .notEqual)
        case "<": emitRelation(or: .relation(.less), withEqual: .lessOrEqual)
        case ">": emitRelation(or: .relation(.greater), withEqual: .greaterOrEqual)
        case "=": emitRelation(or: .relation(.equal), withEqual: .equal)
        case "$": break
        case _: emit(.other(String(scalar)))
        }
    }

    private mutating func emitRelation(or kind: AnswerToken.Kind, withEqual relation: AnswerRelation) {
        guard peek() == "=" else { return emit(kind) }
        index += 1
        emit(.relation(relation))
    }

    private mutating func readWide(_ scalar: Unicode.Scalar) {
        index += 1
        if let kind = AnswerVocabulary.characters[scalar] {
            emit(kind)
        } else if let digit = AnswerVocabulary.superscripts[scalar] {
            var digits = String(digit)
            while let next = peek(), let more = AnswerVocabulary.superscripts[next] {
                digits.append(more)
                index += 1
            }
            emit(.caret)
            emit(.number(digits))
        } else if let (upper, lower) = AnswerVocabulary.fractions[scalar] {
            emit(.fraction)
            emit(.number(upper))
            emit(.number(lower))
        } else if !Self.isInvisible(scalar) {
            emit(.other(String(scalar).lowercased()))
        }
    }
}

extension AnswerLexer {
    /// Currency signs are units and dropped with them.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .currencySymbol
    }
}

extension Unicode.Scalar {
    var isASCIIDigit: Bool { value >= 0x30 && value <= 0x39 }
    var isASCIILetter: Bool { (value | 0x20) >= 0x61 && (value | 0x20) <= 0x7A }
}

extension AnswerToken {
    var isNumber: Bool {
        switch kind {
        case .number, .scientific, .based, .repeating: true
        case _: false
        }
    }
}
