import BigInt

extension AnswerExpression {
    /// The value at given values of the symbols; nil where it is undefined there (division by zero, the even root
    /// of a negative number while a symbol has a value) or leaves the range of doubles in either direction.
    ///
    /// Without symbols the arithmetic is complex. With symbols it is real, because answers are written for the
    /// points where they make sense: at a point outside, there is nothing to compare.
    func numericValue(_ choice: ReadingChoice, _ values: [String: Double]) -> ComplexNumber? {
        let value = evaluated(choice, values)
        guard let value, value.isFinite else { return nil }
        return value
    }

    private func evaluated(_ choice: ReadingChoice, _ values: [String: Double]) -> ComplexNumber? {
        func value(_ expression: AnswerExpression) -> ComplexNumber? { expression.numericValue(choice, values) }
        switch self {
        case .number(let number):
            return Self.value(number)
        case .based(let digits, let base):
            return (try? Rational(digits: digits, base: choice.baseIsMark ? 10 : base)).flatMap(Self.value)
        case .symbol(let name):
            return values[name].map { ComplexNumber($0) }
        case .constant(let constant):
            return constant.value
        case .infinity:
            return nil
        case .sum(let left, let right):
            guard let left = value(left), let right = value(right) else { return nil }
            return left + right
        case .product(let left, let right):
            guard let left = value(left), let right = value(right) else { return nil }
            return Self.unlessLost(left * right, from: left, right)
        case .quotient(let left, let right):
            guard let left = value(left), let right = value(right), !right.isIndistinctFromZero else { return nil }
            return Self.unlessLost(left / right, from: left)
        case .negated(let inner):
            return value(inner).map { -$0 }
        case .power(let base, let exponent):
            guard let base = value(base), let power = value(exponent) else { return nil }
            let fraction = try? exponent.exactValue(choice).constant
            return Self.power(base, power, fraction: fraction, isReal: !values.isEmpty)
        case .root(let degree, let radicand):
            guard let inner = value(radicand), let power = value(.quotient(.number(.one), degree)) else { return nil }
            let fraction = try? degree.exactValue(choice).constant?.inverse()
            return Self.power(inner, power, fraction: fraction, isReal: !values.isEmpty)
        case .function(let function, let argument):
            return value(argument).flatMap { Self.apply(function, to: $0, of: argument) }
        case .logarithm(let base, let argument):
            guard let base = value(base), let argument = value(argument), base.real > 0, argument.real > 0 else {
                return nil
            }
            return argument.logarithm / base.logarithm
        case .binomial(let upper, let lower):
            let quotient = AnswerExpression.quotient(
                .factorial(upper), .product(.factorial(lower), .factorial(.sum(upper, .negated(lower)))))
            return exactNumber(choice) ?? value(quotient)
        case .factorial(let inner):
            return exactNumber(choice) ?? value(inner).flatMap { $0.isReal ? $0.factorial : nil }
        case .percent(let inner):
            return value(inner).map { choice.percentIsUnit ? $0 : $0 * ComplexNumber(0.01) }
        case .degrees(let inner):
            return value(inner)
        }
    }

    private func exactNumber(_ choice: ReadingChoice) -> ComplexNumber? {
        (try? exactValue(choice).constant).flatMap(Self.value)
    }

    /// nil for numbers that are not zero and no normal double.
    private static func value(_ number: Rational) -> ComplexNumber? {
        let value = number.double
        return value.isNormal || number.isZero ? ComplexNumber(value) : nil
    }

    /// nil where a product of numbers that are not zero became zero.
    private static func unlessLost(_ result: ComplexNumber, from parts: ComplexNumber...) -> ComplexNumber? {
        result.magnitude.isNormal || parts.contains { $0.magnitude == 0 } ? result : nil
    }

    private static func power(
        _ base: ComplexNumber, _ exponent: ComplexNumber, fraction: Rational?, isReal: Bool
    ) -> ComplexNumber? {
        if base.isIndistinctFromZero {
            return exponent.real > 0 && base.magnitude == 0 ? base : nil
        }
        guard base.isReal, base.real < 0, let fraction, !fraction.isWhole else {
            if isReal, base.isReal, base.real < 0, fraction == nil { return nil }
            return unlessLost(base.power(exponent), from: base)
        }
        if fraction.denominator % 2 == 0 { return isReal ? nil : unlessLost(base.power(exponent), from: base) }
        // An odd root of a negative number is the real one, as in school.
        let root = (-base).power(exponent)
        return unlessLost(fraction.numerator % 2 == 0 ? root : -root, from: base)
    }

    private static func apply(
        _ function: AnswerFunction, to value: ComplexNumber, of argument: AnswerExpression
    ) -> ComplexNumber? {
        if value.isReal {
            if case .degrees = argument, function.takesAngle {
                return (value * ComplexNumber(Double.pi / 180)).applying(function)
            }
            return value.applying(function)
        }
        switch function {
        case .exp: return value.exponential
        case .abs: return ComplexNumber(value.magnitude)
        case .sin, .cos, .tan, .cot, .sec, .csc, .arcsin, .arccos, .arctan, .sinh, .cosh, .tanh, .ln, .log, .floor,
            .ceiling:
            return nil
        }
    }
}

extension AnswerExpression.Constant {
    var value: ComplexNumber {
        switch self {
        case .pi: ComplexNumber(Double.pi)
        case .euler: ComplexNumber(2.718281828459045)
        case .imaginary: ComplexNumber(0, 1)
        }
    }
}
