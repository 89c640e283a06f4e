extension AnswerExpression {
    /// The exact value, or nil where the expression leaves rational functions over roots of primes, or a limit.
    func exactValue(_ choice: ReadingChoice) -> ExactValue? {
        switch self {
        case .number(let value):
            return ExactValue(value)
        case .wideNumber, .infinity, .logarithm:
            return nil
        case .based(let digits, let base):
            return Self.value(ofDigits: digits, base: choice.baseIsMark ? 10 : base).map { ExactValue($0) }
        case .symbol(let name):
            return ExactValue(Polynomial(.symbol(name)))
        case .constant(let constant):
            return ExactValue(Polynomial(constant.generator))
        case .sum(let left, let right):
            return combined(left, right, choice) { $0.adding($1) }
        case .product(let left, let right):
            return combined(left, right, choice) { $0.times($1) }
        case .quotient(let left, let right):
            return combined(left, right, choice) { $0.divided(by: $1) }
        case .negated(let inner):
            return inner.exactValue(choice)?.negated()
        case .power(let base, let exponent):
            guard let exponent = exponent.exactValue(choice)?.constant else { return nil }
            return base.exactValue(choice)?.power(exponent)
        case .root(let degree, let radicand):
            guard let degree = degree.exactValue(choice)?.constant, degree.isWhole, let exponent = degree.inverse else {
                return nil
            }
            return radicand.exactValue(choice)?.power(exponent)
        case .function(let function, let argument):
            return argument.exactValue(choice)?.constant.flatMap { Self.exact(function, of: $0) }
        case .binomial(let upper, let lower):
            guard let upper = upper.exactValue(choice)?.constant, let lower = lower.exactValue(choice)?.constant else {
                return nil
            }
            return Self.binomial(upper, lower).map { ExactValue($0) }
        case .factorial(let inner):
            return inner.exactValue(choice)?.constant.flatMap { Self.factorial($0) }.map { ExactValue($0) }
        case .percent(let inner):
            let value = inner.exactValue(choice)
            return choice.percentIsUnit ? value : value?.divided(by: ExactValue(Rational(100)))
        case .degrees(let inner):
            return inner.exactValue(choice)
        }
    }

    private func combined(
        _ left: AnswerExpression, _ right: AnswerExpression, _ choice: ReadingChoice,
        _ operation: (ExactValue, ExactValue) -> ExactValue?
    ) -> ExactValue? {
        guard let left = left.exactValue(choice), let right = right.exactValue(choice) else { return nil }
        return operation(left, right)
    }

    private static func exact(_ function: AnswerFunction, of argument: Rational) -> ExactValue? {
        switch function {
        case .abs: return (argument.isNegative ? argument.negated : argument).map { ExactValue($0) }
        case .floor: return ExactValue(Rational(argument.floor))
        case .ceiling: return ExactValue(Rational(argument.isWhole ? argument.numerator : argument.floor + 1))
        case .sin, .cos, .tan, .cot, .sec, .csc, .arcsin, .arccos, .arctan, .sinh, .cosh, .tanh, .ln, .log, .exp:
            return nil
        }
    }

    /// The value of digits 0-9, A-Z in a base, with at most one point; nil for a digit outside the base.
    static func value(ofDigits digits: String, base: Int) -> Rational? {
        guard (2...36).contains(base) else { return nil }
        var (numerator, denominator): (Int128, Int128) = (0, 1)
        var isFraction = false
        for byte in digits.utf8 {
            if byte == UInt8(ascii: ".") {
                isFraction = true
                continue
            }
            let digit = byte.isDigit ? Int128(byte - 0x30) : Int128(byte.lowercased) - 0x61 + 10
            guard digit >= 0, digit < Int128(base), let shifted = numerator.checkedTimes(Int128(base)) else {
                return nil
            }
            let (sum, overflow) = shifted.addingReportingOverflow(digit)
            guard !overflow else { return nil }
            numerator = sum
            if isFraction {
                guard let scaled = denominator.checkedTimes(Int128(base)) else { return nil }
                denominator = scaled
            }
        }
        return Rational(numerator, over: denominator)
    }

    private static func factorial(_ argument: Rational) -> Rational? {
        // 33! is the last that fits 128 bits.
        guard argument.isWhole, (0...33).contains(argument.numerator) else { return nil }
        var product: Int128 = 1
        var factor: Int128 = 1
        while factor <= argument.numerator {
            product *= factor
            factor += 1
        }
        return Rational(product)
    }

    private static func binomial(_ upper: Rational, _ lower: Rational) -> Rational? {
        guard upper.isWhole, lower.isWhole, lower.numerator >= 0, upper.numerator >= lower.numerator else { return nil }
        let count = Swift.min(lower.numerator, upper.numerator - lower.numerator)
        guard count <= 128 else { return nil }
        var result = Rational.one
        var step: Int128 = 1
        while step <= count {
            guard let factor = Rational(upper.numerator - count + step, over: step),
                let next = result.times(factor)
            else { return nil }
            result = next
            step += 1
        }
        return result
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
