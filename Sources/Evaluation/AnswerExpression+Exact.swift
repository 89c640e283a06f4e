import BigInt

extension AnswerExpression {
    /// The exact value.
    ///
    /// - Throws: where the expression leaves rational functions over roots of primes, or a limit.
    func exactValue(_ choice: ReadingChoice) throws(NoExactValue) -> ExactValue {
        switch self {
        case .number(let value):
            return ExactValue(value)
        case .infinity:
            throw .outside
        case .logarithm(let base, let argument):
            return try Logarithms.exact(of: argument.exactValue(choice), base: base.exactValue(choice))
        case .based(let digits, let base):
            return ExactValue(try Rational(digits: digits, base: choice.baseIsMark ? 10 : base))
        case .symbol(let name):
            return ExactValue(Polynomial(.symbol(name)))
        case .constant(let constant):
            return ExactValue(Polynomial(constant.generator))
        case .sum(let left, let right):
            return try left.exactValue(choice).adding(right.exactValue(choice))
        case .product(let left, let right):
            return try left.exactValue(choice).times(right.exactValue(choice))
        case .quotient(let left, let right):
            return try left.exactValue(choice).divided(by: right.exactValue(choice))
        case .negated(let inner):
            return try inner.exactValue(choice).negated()
        case .power(let base, let exponent):
            return try Self.power(base.exactValue(choice), exponent.exactValue(choice))
        case .root(let degree, let radicand):
            guard let degree = try degree.exactValue(choice).constant, degree.isWhole else { throw .outside }
            return try radicand.exactValue(choice).power(degree.inverse())
        case .function(let function, let argument):
            return try Self.exact(function, of: argument.exactValue(choice))
        case .binomial(let upper, let lower):
            return try Factorials.binomial(upper.exactValue(choice), lower.exactValue(choice))
        case .factorial(let inner):
            return try Factorials.factorial(of: inner.exactValue(choice))
        case .percent(let inner):
            let value = try inner.exactValue(choice)
            return choice.percentIsUnit ? value : try value.divided(by: ExactValue(Rational(100)))
        case .degrees(let inner):
            return try inner.exactValue(choice)
        }
    }

    private static func power(_ base: ExactValue, _ exponent: ExactValue) throws(NoExactValue) -> ExactValue {
        if let constant = exponent.constant { return try base.power(constant) }
        // A power such as 10^(10^(10^10)) is no number that could be written, nor one that doubles could decide about.
        if exponent.top.terms.keys.contains(where: \.isOversized) { throw .tooLarge }
        throw .outside
    }

    private static func exact(_ function: AnswerFunction, of argument: ExactValue) throws(NoExactValue) -> ExactValue {
        switch function {
        case .ln, .log:
            return try Logarithms.exact(
                of: argument, base: ExactValue(function == .ln ? Polynomial(.euler) : Polynomial(Rational(10))))
        case .exp:
            return try power(ExactValue(Polynomial(.euler)), argument)
        case .sin, .cos, .tan, .cot, .sec, .csc, .arcsin, .arccos, .arctan, .sinh, .cosh, .tanh:
            throw .outside
        case .abs, .floor, .ceiling:
            guard let number = argument.constant else { throw .outside }
            if function == .abs { return ExactValue(number.magnitude) }
            let isRoundedUp = function == .ceiling && !number.isWhole
            return ExactValue(try Rational(number.floor + (isRoundedUp ? 1 : 0)))
        }
    }
}

extension AnswerExpression.Constant {
    var generator: Generator {
        switch self {
        case .pi: .pi
        case .euler: .euler
        case .imaginary: .imaginary
        }
    }
}
