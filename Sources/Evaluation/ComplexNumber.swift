#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A complex number in double precision: what expressions without an exact value are compared as.
struct ComplexNumber: Sendable {
    var real: Double
    var imaginary: Double

    init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    var isFinite: Bool { real.isFinite && imaginary.isFinite }
    var isReal: Bool { imaginary == 0 }
    var magnitude: Double { hypot(real, imaginary) }

    static func + (left: Self, right: Self) -> Self { Self(left.real + right.real, left.imaginary + right.imaginary) }

    static prefix func - (value: Self) -> Self { Self(-value.real, -value.imaginary) }

    static func * (left: Self, right: Self) -> Self {
        if left.isReal, right.isReal { return Self(left.real * right.real) }
        return Self(
            left.real * right.real - left.imaginary * right.imaginary,
            left.real * right.imaginary + left.imaginary * right.real)
    }

    static func / (left: Self, right: Self) -> Self {
        if left.isReal, right.isReal { return Self(left.real / right.real) }
        let scale = right.real * right.real + right.imaginary * right.imaginary
        let product = left * Self(right.real, -right.imaginary)
        return Self(product.real / scale, product.imaginary / scale)
    }

    /// The principal logarithm.
    var logarithm: Self { isReal && real > 0 ? Self(log(real)) : Self(log(magnitude), atan2(imaginary, real)) }

    var exponential: Self {
        isReal ? Self(exp(real)) : Self(exp(real) * cos(imaginary), exp(real) * sin(imaginary))
    }

    /// The principal power; real for a positive base and a real exponent.
    func power(_ exponent: Self) -> Self {
        if isReal, exponent.isReal, real >= 0 || exponent.real == exponent.real.rounded() {
            return Self(pow(real, exponent.real))
        }
        return (exponent * logarithm).exponential
    }

    /// Within a relative distance of 1e-9, or both within 1e-12 of each other (sin pi and 0).
    func isNear(_ other: Self) -> Bool {
        let distance = hypot(real - other.real, imaginary - other.imaginary)
        return distance <= max(1e-12, 1e-9 * max(magnitude, other.magnitude))
    }
}

extension AnswerFunction {
    /// The value at a real argument.
    func value(at argument: Double) -> Double {
        switch self {
        case .sin: Self.sine(argument)
        case .cos: Self.cosine(argument)
        case .tan: tangent(argument)
        case .cot: 1 / tangent(argument)
        case .sec: 1 / Self.cosine(argument)
        case .csc: 1 / Self.sine(argument)
        case .arcsin: asin(argument)
        case .arccos: acos(argument)
        case .arctan: atan(argument)
        case .sinh: (naturalExponential(argument) - naturalExponential(-argument)) / 2
        case .cosh: (naturalExponential(argument) + naturalExponential(-argument)) / 2
        case .tanh: 1 - 2 / (naturalExponential(2 * argument) + 1)
        case .ln: naturalLogarithm(argument)
        case .log: log10(argument)
        case .exp: naturalExponential(argument)
        case .abs: argument.magnitude
        case .floor: argument.rounded(.down)
        case .ceiling: argument.rounded(.up)
        }
    }

    // The cases of this enum hide the C functions of the same name inside it.
    private static func sine(_ argument: Double) -> Double { ComplexNumber.sine(argument) }
    private static func cosine(_ argument: Double) -> Double { ComplexNumber.cosine(argument) }
    private func tangent(_ argument: Double) -> Double { Self.sine(argument) / Self.cosine(argument) }
    private func naturalExponential(_ argument: Double) -> Double { ComplexNumber(argument).exponential.real }
    private func naturalLogarithm(_ argument: Double) -> Double {
        argument > 0 ? ComplexNumber(argument).logarithm.real : .nan
    }
}

extension ComplexNumber {
    fileprivate static func sine(_ argument: Double) -> Double { sin(argument) }
    fileprivate static func cosine(_ argument: Double) -> Double { cos(argument) }
}
