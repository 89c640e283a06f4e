import BigInt

/// Why a part of an answer could not be read as an expression; it is then compared as text.
struct NotAnExpression: Error {}

/// Reads an expression from the front of a row of tokens, by recursive descent with a bounded depth.
struct ExpressionParser {
    private var tokens: [AnswerToken]
    private(set) var index = 0
    private var depth = 0
    private var openBars = 0
    private var operations = 0

    /// Deeper nesting than any answer has; keeps the stack small.
    static let maximumDepth = 48

    /// More signs and juxtapositions than any answer has; a long row of them is a deep tree on the left.
    static let maximumOperations = 512

    init(_ tokens: ArraySlice<AnswerToken>) {
        self.tokens = Array(tokens)
    }

    /// The expression at the front; `index` is then where it ends.
    mutating func parse() throws(NotAnExpression) -> AnswerExpression {
        try sum()
    }

    private var current: AnswerToken.Kind? { index < tokens.count ? tokens[index].kind : nil }

    private mutating func accept(_ kind: AnswerToken.Kind) -> Bool {
        guard current == kind else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ kind: AnswerToken.Kind) throws(NotAnExpression) {
        guard accept(kind) else { throw NotAnExpression() }
    }

    private mutating func countOperation() throws(NotAnExpression) {
        operations += 1
        guard operations <= Self.maximumOperations else { throw NotAnExpression() }
    }

    // MARK: Sums and products

    private mutating func sum() throws(NotAnExpression) -> AnswerExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw NotAnExpression() }
        var result = try signedTerm()
        while true {
            try countOperation()
            if accept(.plus) {
                result = .sum(result, try term())
            } else if accept(.minus) {
                result = .sum(result, .negated(try term()))
            } else {
                return result
            }
        }
    }

    /// A term behind any number of signs.
    private mutating func signedTerm() throws(NotAnExpression) -> AnswerExpression {
        var isNegative = false
        while true {
            if accept(.minus) {
                isNegative.toggle()
            } else if !accept(.plus) {
                break
            }
        }
        let result = try term()
        return isNegative ? .negated(result) : result
    }

    private mutating func term() throws(NotAnExpression) -> AnswerExpression {
        var result = try power()
        while true {
            try countOperation()
            if accept(.times) {
                result = .product(result, try signedFactor())
            } else if accept(.divide) {
                result = .quotient(result, try signedFactor())
            } else if startsFactor() {
                result = .product(result, try power())
            } else {
                return result
            }
        }
    }

    private mutating func signedFactor() throws(NotAnExpression) -> AnswerExpression {
        if accept(.minus) { return .negated(try power()) }
        return try power()
    }

    /// Whether the next token can stand beside a factor without a sign between.
    private func startsFactor() -> Bool {
        guard let current else { return false }
        switch current {
        case .symbol, .pi, .euler, .imaginary, .infinity, .function, .logarithm, .fraction, .squareRoot, .binomial:
            return true
        case .open(let bracket):
            return bracket != .set && bracket != .angle
        case .bar:
            return openBars == 0
        case .number, .based, .scientific, .repeating:
            // Two numbers side by side are not a product, `(2)3` and `\sqrt{2}3` are.
            return tokens[index - 1].isClose || tokens[index - 1].kind == .factorial
        case .word, .emptySet, .realNumbers, .plus, .minus, .plusMinus, .minusPlus, .times, .divide, .caret,
            .underscore, .factorial, .percent, .degree, .comma, .semicolon, .colon, .stop, .relation, .close, .union,
            .intersection, .setMinus, .disjunction, .infix, .ampersand, .rowBreak, .begin, .end, .other:
            return false
        }
    }

    private mutating func power() throws(NotAnExpression) -> AnswerExpression {
        let base = try marked(try primary())
        guard accept(.caret) else { return base }
        return try marked(.power(base, try exponent()))
    }

    /// The expression with the signs behind it: `5!`, `50%`, `90°`.
    private mutating func marked(_ expression: AnswerExpression) throws(NotAnExpression) -> AnswerExpression {
        var result = expression
        while true {
            try countOperation()
            if accept(.factorial) {
                result = .factorial(result)
            } else if accept(.percent) {
                result = .percent(result)
            } else if accept(.degree) {
                result = .degrees(result)
            } else {
                return result
            }
        }
    }

    private mutating func exponent() throws(NotAnExpression) -> AnswerExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw NotAnExpression() }
        if accept(.minus) { return .negated(try exponent()) }
        let base = try primary()
        return accept(.caret) ? .power(base, try exponent()) : base
    }

    // MARK: Factors

    private mutating func primary() throws(NotAnExpression) -> AnswerExpression {
        guard let kind = current else { throw NotAnExpression() }
        index += 1
        switch kind {
        case .number(let digits): return try mixedNumber(ofWhole: digits)
        case .scientific(let text): return try Self.scientific(text)
        case .based(let digits, let base): return .based(digits: digits, base: base)
        case .repeating(let digits, let period): return try Self.repeating(digits, period)
        case .symbol(let name): return .symbol(name)
        case .pi: return .constant(.pi)
        case .euler: return .constant(.euler)
        case .imaginary: return .constant(.imaginary)
        case .infinity: return .infinity
        case .fraction: return .quotient(try argument(), try argument())
        case .binomial: return .binomial(try argument(), try argument())
        case .squareRoot: return try root()
        case .function(let function): return try application(of: function)
        case .logarithm: return try logarithm()
        case .bar: return try absoluteValue()
        case .open(let bracket): return try bracketed(bracket)
        case .word, .emptySet, .realNumbers, .plus, .minus, .plusMinus, .minusPlus, .times, .divide, .caret,
            .underscore, .factorial, .percent, .degree, .comma, .semicolon, .colon, .stop, .relation, .close, .union,
            .intersection, .setMinus, .disjunction, .infix, .ampersand, .rowBreak, .begin, .end, .other:
            throw NotAnExpression()
        }
    }

    private mutating func bracketed(_ bracket: AnswerBracket) throws(NotAnExpression) -> AnswerExpression {
        let inner = try withBarsClosed { (parser) throws(NotAnExpression) in try parser.sum() }
        try expect(.close(bracket))
        switch bracket {
        case .parenthesis, .square, .group: return inner
        case .floor: return .function(.floor, inner)
        case .ceiling: return .function(.ceiling, inner)
        case .set, .angle, .bar: throw NotAnExpression()
        }
    }

    private mutating func withBarsClosed(
        _ body: (inout Self) throws(NotAnExpression) -> AnswerExpression
    ) throws(NotAnExpression) -> AnswerExpression {
        let outer = openBars
        openBars = 0
        defer { openBars = outer }
        return try body(&self)
    }

    private mutating func absoluteValue() throws(NotAnExpression) -> AnswerExpression {
        openBars += 1
        defer { openBars -= 1 }
        let inner = try sum()
        try expect(.bar)
        return .function(.abs, inner)
    }

    /// The argument of `\frac`: a group, or one sign; of several digits only the first, as in TeX.
    private mutating func argument() throws(NotAnExpression) -> AnswerExpression {
        guard case .number(let digits) = current, digits.utf8.count > 1, !digits.contains(".") else {
            return try primaryWithoutMixing()
        }
        tokens[index] = AnswerToken(kind: .number(String(digits.dropFirst())), isSpaced: false)
        return .number(Rational(digits.utf8.first.map { Int($0) - 0x30 } ?? 0))
    }

    private mutating func primaryWithoutMixing() throws(NotAnExpression) -> AnswerExpression {
        guard case .number(let digits) = current else { return try primary() }
        index += 1
        return try Self.number(digits)
    }

    private mutating func root() throws(NotAnExpression) -> AnswerExpression {
        var degree = AnswerExpression.number(Rational(2))
        if accept(.open(.square)) {
            degree = try sum()
            try expect(.close(.square))
        }
        return .root(degree: degree, try primaryWithoutMixing())
    }

    // MARK: Functions

    private mutating func application(of function: AnswerFunction) throws(NotAnExpression) -> AnswerExpression {
        var function = function
        var outer: AnswerExpression?
        if accept(.caret) {
            let exponent = try exponent()
            if case .negated(.number(.one)) = exponent, let inverse = function.inverse {
                function = inverse
            } else {
                outer = exponent
            }
        }
        let result = AnswerExpression.function(function, try functionArgument())
        return outer.map { .power(result, $0) } ?? result
    }

    private mutating func logarithm() throws(NotAnExpression) -> AnswerExpression {
        guard accept(.underscore) else { return try application(of: .log) }
        let base = try argument()
        return .logarithm(base: base, try functionArgument())
    }

    /// What a function without brackets applies to: the factors up to the next sign or function.
    private mutating func functionArgument() throws(NotAnExpression) -> AnswerExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw NotAnExpression() }
        let isBracketed = current == .open(.parenthesis)
        var result = try power()
        if isBracketed { return result }
        while startsFactor(), !startsFunction() {
            try countOperation()
            result = .product(result, try power())
        }
        return result
    }

    private func startsFunction() -> Bool {
        switch current {
        case .function, .logarithm: true
        case _: false
        }
    }
}

extension ExpressionParser {
    // MARK: Numbers

    private mutating func mixedNumber(ofWhole digits: String) throws(NotAnExpression) -> AnswerExpression {
        let whole = try Self.number(digits)
        guard case .number(let value) = whole, value.isWhole, let part = try properFraction(),
            let mixed = try? value.adding(part)
        else { return whole }
        return .number(mixed)
    }

    /// The fraction of a mixed number that stands next: `\frac{1}{2}`, or ` 1/2` behind white space.
    private mutating func properFraction() throws(NotAnExpression) -> Rational? {
        let start = index
        let kept = tokens
        if accept(.fraction) {
            if case .number(let upper) = try argument(), case .number(let lower) = try argument(),
                let part = Self.proper(upper, lower)
            {
                return part
            }
        } else if index + 2 < tokens.count, tokens[index].isSpaced, case .number(let upper) = tokens[index].kind,
            tokens[index + 1].kind == .divide, case .number(let lower) = tokens[index + 2].kind,
            case .number(let upper) = try Self.number(upper), case .number(let lower) = try Self.number(lower),
            let part = Self.proper(upper, lower)
        {
            index += 3
            return part
        }
        (index, tokens) = (start, kept)
        return nil
    }

    private static func proper(_ upper: Rational, _ lower: Rational) -> Rational? {
        guard upper.isWhole, lower.isWhole, upper < lower else { return nil }
        return try? Rational(upper.numerator, over: lower.numerator)
    }

    private static func number(_ digits: String) throws(NotAnExpression) -> AnswerExpression {
        do { return .number(try Rational(decimal: digits)) } catch { throw NotAnExpression() }
    }

    /// `1.5e3`; the power of ten is an expression, so that no exponent is too large to be read.
    private static func scientific(_ text: String) throws(NotAnExpression) -> AnswerExpression {
        let parts = text.split(separator: "e", maxSplits: 1).map(String.init)
        guard parts.count == 2, let exponent = Int(parts[1]) else { throw NotAnExpression() }
        return .product(try number(parts[0]), .power(.number(Rational(10)), .number(Rational(exponent))))
    }

    /// 0.1(6) = 0.1 + 6 / (10^1 (10^1 - 1)).
    private static func repeating(_ digits: String, _ period: String) throws(NotAnExpression) -> AnswerExpression {
        let decimals = digits.drop { $0 != "." }.utf8.count - 1
        do {
            let (start, cycle) = (try Rational(decimal: digits), try Rational(decimal: period))
            let nines = try Rational(10).power(BigInt(period.utf8.count)).adding(Rational(-1))
            let divisor = try Rational(10).power(BigInt(decimals)).times(nines)
            return .number(try start.adding(cycle.times(divisor.inverse())))
        } catch { throw NotAnExpression() }
    }
}

extension AnswerFunction {
    /// What `\sin^{-1}` means.
    fileprivate var inverse: AnswerFunction? {
        switch self {
        case .sin: .arcsin
        case .cos: .arccos
        case .tan: .arctan
        case .cot, .sec, .csc, .arcsin, .arccos, .arctan, .sinh, .cosh, .tanh, .ln, .log, .exp, .abs, .floor, .ceiling:
            nil
        }
    }
}
