extension AnswerExpression {
    /// The value at given values of the symbols; nil where it is undefined there (division by zero, the even root
    /// of a negative number while a symbol has a value, an infinite result).
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
            return ComplexNumber(number.double)
        case .wideNumber(let number):
            return ComplexNumber(number)
        case .based(let digits, let base):
            return Self.value(ofDigits: digits, base: choice.baseIsMark ? 10 : base).map { ComplexNumber($0.double) }
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
            return left * right
        case .quotient(let left, let right):
            guard let left = value(left), let right = value(right), right.magnitude > 0 else { return nil }
            return left / right
        case .negated(let inner):
            return value(inner).map { -$0 }
        case .power(let base, let exponent):
            guard let base = value(base), let power = value(exponent) else { return nil }
            let fraction = exponent.exactValue(choice)?.constant
            return Self.power(base, power, fraction: fraction, isReal: !values.isEmpty)
        case .root(let degree, let radicand):
            guard let inner = value(radicand), let power = value(.quotient(.number(.one), degree)) else { return nil }
            let fraction = degree.exactValue(choice)?.constant?.inverse
            return Self.power(inner, power, fraction: fraction, isReal: !values.isEmpty)
        case .function(let function, let argument):
            return value(argument).flatMap { Self.apply(function, to: $0, of: argument) }
        case .logarithm(let base, let argument):
            guard let base = value(base), let argument = value(argument), base.real > 0, argument.real > 0 else {
                return nil
            }
            return argument.logarithm / base.logarithm
        case .binomial, .factorial:
            return exactValue(choice)?.constant.map { ComplexNumber($0.double) }
        case .percent(let inner):
            return value(inner).map { choice.percentIsUnit ? $0 : $0 * ComplexNumber(0.01) }
        case .degrees(let inner):
            return value(inner)
        }
    }

    private static func power(
        _ base: ComplexNumber, _ exponent: ComplexNumber, fraction: Rational?, isReal: Bool
    ) -> ComplexNumber? {
        if base.magnitude == 0, exponent.real <= 0 { return nil }
        guard base.isReal, base.real < 0, let fraction, !fraction.isWhole else {
            if isReal, base.isReal, base.real < 0, fraction == nil { return nil }
            return base.power(exponent)
        }
        if fraction.denominator % 2 == 0 { return isReal ? nil : base.power(exponent) }
        // An odd root of a negative number is the real one, as in school.
        let root = (-base).power(exponent)
        return fraction.numerator % 2 == 0 ? root : -root
    }

    private static func apply(
        _ function: AnswerFunction, to value: ComplexNumber, of argument: AnswerExpression
    ) -> ComplexNumber? {
        if value.isReal {
            if case .degrees = argument, function.takesAngle {
                return ComplexNumber(function.value(at: value.real * Double.pi / 180))
            }
            return ComplexNumber(function.value(at: value.real))
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
