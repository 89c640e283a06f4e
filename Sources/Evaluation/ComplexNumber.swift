#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A complex number in double precision with a bound of its rounding error: what expressions without an exact value
/// are compared as.
struct ComplexNumber: Sendable {
    var real: Double
    var imaginary: Double
    /// About how far the true value may lie from this one, to first order.
    var error: Double

    /// The relative error of a double, 2^-53, with room for functions that are not rounded correctly.
    private static let unit = 4e-16

    /// A number as near as a double comes to it.
    init(_ real: Double, _ imaginary: Double = 0) {
        self.init(real, imaginary, error: 0)
    }

    /// - Parameter error: without the rounding of the value itself.
    private init(_ real: Double, _ imaginary: Double, error: Double) {
        self.real = real
        self.imaginary = imaginary
        self.error = error + Self.unit * hypot(real, imaginary)
    }

    var isFinite: Bool { real.isFinite && imaginary.isFinite && error.isFinite }
    var isReal: Bool { imaginary == 0 }
    var magnitude: Double { isReal ? real.magnitude : hypot(real, imaginary) }

    /// Zero, or what a sum that vanishes leaves of rounding.
    var isIndistinctFromZero: Bool { magnitude <= 8 * error }

    static func + (left: Self, right: Self) -> Self {
        Self(left.real + right.real, left.imaginary + right.imaginary, error: left.error + right.error)
    }

    static prefix func - (value: Self) -> Self {
        var result = value
        (result.real, result.imaginary) = (-value.real, -value.imaginary)
        return result
    }

    static func * (left: Self, right: Self) -> Self {
        let error = left.magnitude * right.error + right.magnitude * left.error
        if left.isReal, right.isReal { return Self(left.real * right.real, 0, error: error) }
        return Self(
            left.real * right.real - left.imaginary * right.imaginary,
            left.real * right.imaginary + left.imaginary * right.real, error: error)
    }

    static func / (left: Self, right: Self) -> Self {
        let error = (left.error + left.magnitude / right.magnitude * right.error) / right.magnitude
        if left.isReal, right.isReal { return Self(left.real / right.real, 0, error: error) }
        let scale = right.real * right.real + right.imaginary * right.imaginary
        let product = left * Self(right.real, -right.imaginary)
        return Self(product.real / scale, product.imaginary / scale, error: error)
    }

    /// The principal logarithm.
    var logarithm: Self {
        let error = error / magnitude
        return isReal && real > 0
            ? Self(log(real), 0, error: error) : Self(log(magnitude), atan2(imaginary, real), error: error)
    }

    var exponential: Self {
        let size = exp(real)
        return isReal
            ? Self(size, 0, error: size * error)
            : Self(size * cos(imaginary), size * sin(imaginary), error: size * error)
    }

    /// Gamma(x + 1) of a real x.
    var factorial: Self? {
        let value = tgamma(real + 1)
        // The derivative of the logarithm of Gamma(x + 1) is about log(x + 1) where x is positive.
        return value.isFinite && real > -1 ? Self(value, 0, error: value * error * (1 + log(real + 2))) : nil
    }

    /// The principal power; real for a positive base and a real exponent.
    func power(_ exponent: Self) -> Self {
        if isReal, exponent.isReal, real >= 0 || exponent.real == exponent.real.rounded() {
            let value = pow(real, exponent.real)
            let relative = (exponent.real / real).magnitude * error + log(magnitude).magnitude * exponent.error
            return Self(value, 0, error: value.magnitude * relative)
        }
        return (exponent * logarithm).exponential
    }

    /// A real function of a real number.
    func applying(_ function: AnswerFunction) -> Self {
        let value = function.value(at: real)
        // The error of the argument goes through the slope that the function has over it.
        let ends = [real - 4 * error, real + 4 * error].map { (function.value(at: $0) - value).magnitude }
        return Self(value, 0, error: ends.filter(\.isFinite).max() ?? 0)
    }

    /// A value with a larger relative error says nothing.
    private static let maximumRelativeError = 1e-6

    /// Within a relative distance of 1e-9, or of the error of both. Nothing is near zero but what rounding left of a
    /// sum that vanishes.
    func isNear(_ other: Self) -> Bool {
        if isIndistinctFromZero || other.isIndistinctFromZero {
            return isIndistinctFromZero && other.isIndistinctFromZero
                && max(error, other.error) < Self.maximumRelativeError
        }
        let size = max(magnitude, other.magnitude)
        guard error + other.error <= Self.maximumRelativeError * size else { return false }
        return hypot(real - other.real, imaginary - other.imaginary) <= max(1e-9 * size, error + other.error)
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
