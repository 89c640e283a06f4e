/// Reads the structure of an answer around its expressions. Total.
struct AnswerReader {
    let choice: ReadingChoice

    /// Deeper brackets than this are text.
    static let maximumDepth = 24

    func read(_ tokens: [AnswerToken]) -> AnswerValue {
        read(tokens[...], depth: 0)
    }

    private func read(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue {
        guard depth <= Self.maximumDepth else { return .text(Self.text(of: tokens)) }
        var isDisjunction = false
        let parts = Self.split(tokens) { kind in
            isDisjunction = isDisjunction || kind == .disjunction
            return kind == .comma || kind == .semicolon || kind == .disjunction
        }.filter { !$0.isEmpty }
        guard parts.count > 1 else { return element(parts.first ?? tokens, depth: depth) }
        let values = flattened(parts.map { element($0, depth: depth) })
        if isDisjunction, values.contains(where: \.isInequality) { return .combination(.union, values) }
        return .list(values)
    }

    /// The values of `1 ± 2, 5` are three.
    private func flattened(_ values: [AnswerValue]) -> [AnswerValue] {
        values.flatMap { value -> [AnswerValue] in
            if case .list(let inner) = value { return inner }
            return [value]
        }
    }

    func element(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue {
        guard let first = tokens.first else { return .text("") }
        if tokens.count == 1 {
            if first.kind == .emptySet { return .set([]) }
            if first.kind == .realNumbers {
                return .tuple(
                    [.expression(.negated(.infinity), unit: nil), .expression(.infinity, unit: nil)],
                    open: .parenthesis, close: .parenthesis)
            }
        }
        // `x ∈ A ∪ B` is about the union, `x < 1 ∪ x > 2` is one.
        let isMembership = tokens.dropFirst().contains {
            $0.kind == .relation(.member) || $0.kind == .relation(.notMember)
        }
        if isMembership, let chain = chain(tokens, depth: depth) { return chain }
        if let combination = combination(tokens, depth: depth) { return combination }
        if let chain = chain(tokens, depth: depth) { return chain }
        if let enclosed = enclosed(Self.withOutwardBrackets(tokens), depth: depth) { return enclosed }
        if let both = bothSigns(tokens, depth: depth) { return both }
        if let matrix = matrix(tokens, depth: depth) ?? matrixCall(tokens, depth: depth) { return matrix }
        if let determinant = determinant(tokens, depth: depth) { return determinant }
        return expression(tokens) ?? .text(Self.text(of: tokens))
    }

    func chain(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue? {
        var relations: [AnswerRelation] = []
        let parts = Self.split(tokens) { kind in
            guard case .relation(let relation) = kind else { return false }
            relations.append(relation)
            return true
        }
        guard !relations.isEmpty, depth < Self.maximumDepth else { return nil }
        return .chain(parts.map { element($0, depth: depth + 1) }, relations)
    }

    /// `A ∪ B`, `A ∩ B`, `A ∖ B`; a minus before a brace, as in `ℝ - \{0\}`, is the same. A union binds least.
    private func combination(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue? {
        guard depth < Self.maximumDepth else { return nil }
        let operations: [(AnswerToken.Kind, AnswerSetOperation)] = [
            (.union, .union), (.intersection, .intersection), (.setMinus, .difference),
        ]
        for (sign, operation) in operations {
            let parts = Self.split(tokens) { $0 == sign }
            if parts.count > 1 { return .combination(operation, parts.map { element($0, depth: depth + 1) }) }
        }
        guard tokens.first?.kind == .realNumbers, tokens.count > 3, tokens.dropFirst().first?.kind == .minus,
            tokens.dropFirst(2).first?.kind == .open(.set)
        else { return nil }
        let parts = [tokens.prefix(1), tokens.dropFirst(2)]
        return .combination(.difference, parts.map { element($0, depth: depth + 1) })
    }

    /// `{x : ...}`, `{x | ...}`, `{x ∈ A | ...}`; nil if the set is not written so.
    private func builder(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue? {
        guard let mark = tokens.firstIndex(where: { $0.kind == .bar || $0.kind == .colon }) else { return nil }
        let head = element(tokens[..<mark], depth: depth + 1)
        let conditions = read(tokens[(mark + 1)...], depth: depth + 1)
        if head.isName { return .builder(head, conditions) }
        guard case .chain(let parts, [.member]) = head, parts[0].isName else { return nil }
        return .builder(parts[0], .combination(.intersection, [parts[1], conditions]))
    }

    /// `]1, 2[` as (1, 2): square brackets that open outwards exclude the ends.
    private static func withOutwardBrackets(_ tokens: ArraySlice<AnswerToken>) -> ArraySlice<AnswerToken> {
        guard tokens.count > 2, let first = tokens.first, let last = tokens.last else { return tokens }
        var turned = tokens
        if first.kind == .close(.square) {
            turned[turned.startIndex] = AnswerToken(kind: .open(.parenthesis), isSpaced: first.isSpaced)
        }
        if last.kind == .open(.square) {
            turned[turned.endIndex - 1] = AnswerToken(kind: .close(.parenthesis), isSpaced: last.isSpaced)
        }
        return turned
    }

    /// A set, tuple or interval, where one pair of brackets encloses everything.
    func enclosed(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue? {
        guard tokens.count >= 2,
            case .open(let open)? = tokens.first?.kind, case .close(let close)? = tokens.last?.kind,
            Self.matchingClose(of: tokens.startIndex, in: tokens) == tokens.endIndex - 1
        else { return nil }
        let inner = tokens.dropFirst().dropLast()
        switch open {
        case .group: return close == .group ? read(inner, depth: depth + 1) : nil
        case .set:
            guard close == .set else { return nil }
            if let matrix = matrix(inner, depth: depth) { return matrix }
            if let builder = builder(inner, depth: depth) { return builder }
            if inner.contains(where: { $0.kind == .bar || $0.kind == .colon }) { return nil }
            if inner.isEmpty { return .set([]) }
            let content = read(inner, depth: depth + 1)
            if case .list(let values) = content { return .set(values) }
            return .set([content])
        case .parenthesis, .square, .angle:
            if let matrix = matrix(inner, depth: depth) { return matrix }
            let parts = Self.split(inner) { $0 == .comma || $0 == .semicolon }
            if open == .square, close == .square, let rows = rows(parts, depth: depth) { return .matrix(rows) }
            if parts.count == 1, open == .parenthesis, inner.contains(where: { $0.kind == .open(.parenthesis) }) {
                // ((1,2)) is (1,2); the brackets of an expression do no harm inside either.
                return read(inner, depth: depth + 1)
            }
            guard parts.count > 1, close == .parenthesis || close == .square || close == .angle else { return nil }
            return .tuple(parts.map { element($0, depth: depth + 1) }, open: open, close: close)
        case .floor, .ceiling, .bar: return nil
        }
    }

    /// `a ± b` is a + b and a - b; every `∓` takes the other sign.
    private func bothSigns(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue? {
        guard depth < Self.maximumDepth, tokens.contains(where: { $0.kind == .plusMinus || $0.kind == .minusPlus })
        else { return nil }
        func taking(_ upper: AnswerToken.Kind, _ lower: AnswerToken.Kind) -> AnswerValue {
            let signed = tokens.map { token in
                switch token.kind {
                case .plusMinus: AnswerToken(kind: upper, isSpaced: token.isSpaced)
                case .minusPlus: AnswerToken(kind: lower, isSpaced: token.isSpaced)
                case _: token
                }
            }
            return element(signed[...], depth: depth + 1)
        }
        return .list(flattened([taking(.plus, .minus), taking(.minus, .plus)]))
    }

    func expression(_ tokens: ArraySlice<AnswerToken>) -> AnswerValue? {
        let readable = choice.lettersAreUnits ? AnswerUnits.lettersAsWords(tokens) ?? Array(tokens) : Array(tokens)
        var parser = ExpressionParser(readable[...])
        guard let expression = try? parser.parse() else { return nil }
        let tail = readable[parser.index...]
        if tail.isEmpty { return .expression(expression, unit: nil) }
        guard AnswerUnits.isUnit(tail) else { return nil }
        return .expression(expression, unit: AnswerUnits.name(of: tail))
    }

    // MARK: Tokens

    /// The pieces between the tokens that `isSeparator` picks, outside all brackets and environments.
    static func split(
        _ tokens: ArraySlice<AnswerToken>, at isSeparator: (AnswerToken.Kind) -> Bool
    ) -> [ArraySlice<AnswerToken>] {
        var pieces: [ArraySlice<AnswerToken>] = []
        var (start, depth) = (tokens.startIndex, 0)
        for index in tokens.indices {
            switch tokens[index].kind {
            case .open, .begin: depth += 1
            case .close, .end: depth -= 1
            case let kind where depth == 0 && isSeparator(kind):
                pieces.append(tokens[start..<index])
                start = index + 1
            case _: break
            }
        }
        pieces.append(tokens[start...])
        return pieces
    }

    static func matchingClose(of start: Int, in tokens: ArraySlice<AnswerToken>) -> Int? {
        var depth = 0
        for index in start..<tokens.endIndex {
            if tokens[index].isOpen { depth += 1 }
            if tokens[index].isClose { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// The tokens as one text, blanks only between words; in small letters as soon as there is a word.
    static func text(of tokens: ArraySlice<AnswerToken>) -> String {
        var text = ""
        var followsWord = false
        for token in tokens {
            if followsWord, token.isWord { text += " " }
            text += token.text
            followsWord = token.isWord
        }
        return tokens.contains(where: \.isWord) ? text.lowercased() : text
    }
}
