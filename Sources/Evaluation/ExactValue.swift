/// A quotient of polynomials: the exact value of an expression built by arithmetic, powers and roots.
/// Not brought to lowest terms; two values are compared crosswise, which needs no common divisor.
struct ExactValue: Sendable {
    let top: Polynomial
    let bottom: Polynomial

    init(_ top: Polynomial) {
        self.top = top
        bottom = .one
    }

    init(_ constant: Rational) { self.init(Polynomial(constant)) }

    /// nil if the denominator is zero.
    init?(_ top: Polynomial, over bottom: Polynomial) {
        guard !bottom.isZero else { return nil }
        self.top = top
        self.bottom = bottom
    }

    /// The value if it is a rational number in plain sight.
    var constant: Rational? {
        guard let top = top.constant, let bottom = bottom.constant, let inverse = bottom.inverse else { return nil }
        return top.times(inverse)
    }

    func adding(_ other: ExactValue) -> ExactValue? {
        if bottom == other.bottom {
            return top.adding(other.top).flatMap { ExactValue($0, over: bottom) }
        }
        guard let left = top.times(other.bottom), let right = other.top.times(bottom),
            let sum = left.adding(right), let shared = bottom.times(other.bottom)
        else { return nil }
        return ExactValue(sum, over: shared)
    }

    func times(_ other: ExactValue) -> ExactValue? {
        guard let product = top.times(other.top), let shared = bottom.times(other.bottom) else { return nil }
        return ExactValue(product, over: shared)
    }

    func divided(by other: ExactValue) -> ExactValue? {
        guard let inverse = ExactValue(other.bottom, over: other.top) else { return nil }
        return times(inverse)
    }

    func negated() -> ExactValue? { top.negated().flatMap { ExactValue($0, over: bottom) } }

    /// Whether both are the same element; nil where the comparison outgrows the limits.
    func isEqual(to other: ExactValue) -> Bool? {
        guard let left = top.times(other.bottom), let right = other.top.times(bottom) else { return nil }
        return left == right
    }

    /// Whether one is a rational multiple of the other (2x - 4 and x - 2); nil outside the limits.
    func isMultiple(of other: ExactValue) -> Bool? {
        guard let left = top.times(other.bottom), let right = other.top.times(bottom) else { return nil }
        guard left.terms.count == right.terms.count, let (monomial, first) = left.terms.first else {
            return left == right
        }
        guard let second = right.terms[monomial] else { return false }
        guard let scaledLeft = left.times(Polynomial(second)), let scaledRight = right.times(Polynomial(first)) else {
            return nil
        }
        return scaledLeft == scaledRight
    }

    // MARK: Powers

    /// Larger whole exponents are left to floating point.
    static let maximumExponent: Int128 = 64

    /// The power, if it stays inside polynomials over roots of primes.
    func power(_ exponent: Rational) -> ExactValue? {
        if exponent.isWhole { return wholePower(exponent.numerator) }
        guard let upper = Self.root(of: top, exponent), let lower = Self.root(of: bottom, exponent) else { return nil }
        return upper.divided(by: lower)
    }

    private func wholePower(_ exponent: Int128) -> ExactValue? {
        guard exponent.magnitude <= Self.maximumExponent.magnitude else { return nil }
        guard exponent >= 0 else { return ExactValue(bottom, over: top)?.wholePower(-exponent) }
        if exponent == 0, top.isZero { return nil }
        var result = ExactValue(Rational.one)
        for _ in 0..<exponent {
            guard let next = result.times(self) else { return nil }
            result = next
        }
        return result
    }

    /// A power of a single term. Of a symbol only where no sign is lost: (x^2)^(1/2) is |x| and stays symbolic.
    private static func root(of polynomial: Polynomial, _ exponent: Rational) -> ExactValue? {
        if polynomial.isZero { return exponent.isNegative ? nil : ExactValue(Rational.zero) }
        guard polynomial.terms.count == 1, let (monomial, coefficient) = polynomial.terms.first,
            var result = root(of: coefficient, exponent)
        else { return nil }
        let isEvenRoot = exponent.denominator % 2 == 0
        for power in monomial.powers {
            switch power.generator {
            case .imaginary: return nil
            case .symbol where isEvenRoot && power.exponent.numerator % 2 == 0: return nil
            case .symbol, .pi, .euler, .prime: break
            }
            guard let product = power.exponent.times(exponent),
                let (rest, factor) = Monomial.power(power.generator, product),
                let next = result.times(ExactValue(rest, factor))
            else { return nil }
            result = next
        }
        return result
    }

    private static func root(of number: Rational, _ exponent: Rational) -> ExactValue? {
        var result = ExactValue(Rational.one)
        if number.isNegative {
            if exponent.denominator == 2 {
                guard let (rest, factor) = Monomial.power(.imaginary, Rational(exponent.numerator)) else { return nil }
                result = ExactValue(rest, factor)
            } else if exponent.denominator % 2 == 0 {
                return nil
            } else if exponent.numerator % 2 != 0 {
                // The real root, as in school: the cube root of -8 is -2.
                result = ExactValue(Rational(-1))
            }
        }
        for (part, sign) in [(number.numerator.magnitude, Int128(1)), (number.denominator.magnitude, Int128(-1))] {
            guard let factors = primeFactors(of: part) else { return nil }
            for (prime, count) in factors {
                guard let power = exponent.times(Rational(sign * count)),
                    let (rest, factor) = Monomial.power(.prime(prime), power),
                    let next = result.times(ExactValue(rest, factor))
                else { return nil }
                result = next
            }
        }
        return result
    }

    private init(_ monomial: Monomial, _ coefficient: Rational) {
        var polynomial = Polynomial()
        _ = polynomial.add(monomial, coefficient)
        self.init(polynomial)
    }

    /// Trial division; nil if a factor beyond its reach may remain.
    private static func primeFactors(of number: UInt128) -> [(prime: Int128, count: Int128)]? {
        let reach: UInt64 = 20_000
        guard number <= UInt128(reach) * UInt128(reach) else { return nil }
        var (rest, divisor) = (UInt64(number), UInt64(2))
        var factors: [(prime: Int128, count: Int128)] = []
        while divisor * divisor <= rest {
            var count: Int128 = 0
            while rest % divisor == 0 {
                rest /= divisor
                count += 1
            }
            if count > 0 { factors.append((Int128(divisor), count)) }
            divisor += 1
        }
        if rest > 1 { factors.append((Int128(rest), 1)) }
        return factors
    }
}
