import BigInt

/// A quotient of polynomials: the exact value of an expression built by arithmetic, powers, roots and factorials.
/// Not brought to lowest terms; two values are compared crosswise, which needs no common divisor.
struct ExactValue: Sendable {
    let top: Polynomial
    /// 1 if it is constant.
    let bottom: Polynomial

    init(_ top: Polynomial) {
        self.top = top
        bottom = .one
    }

    init(_ constant: Rational) { self.init(Polynomial(constant)) }

    /// - Throws: `undefined` if the denominator is zero.
    init(_ top: Polynomial, over bottom: Polynomial) throws(NoExactValue) {
        guard !bottom.isZero else { throw .undefined }
        if let constant = bottom.constant {
            self.init(checkedTop: try top.scaled(by: constant.inverse()), bottom: .one)
        } else {
            self.init(checkedTop: top, bottom: bottom)
        }
    }

    /// The value if it is a rational number in plain sight.
    var constant: Rational? { bottom == .one ? top.constant : nil }

    func adding(_ other: ExactValue) throws(NoExactValue) -> ExactValue {
        if bottom == other.bottom { return try ExactValue(top.adding(other.top), over: bottom) }
        let sum = try top.times(other.bottom).adding(other.top.times(bottom))
        return try ExactValue(sum, over: bottom.times(other.bottom))
    }

    func times(_ other: ExactValue) throws(NoExactValue) -> ExactValue {
        try ExactValue(top.times(other.top), over: bottom.times(other.bottom))
    }

    func divided(by other: ExactValue) throws(NoExactValue) -> ExactValue {
        if let divisor = other.bottom == .one ? other.top.singleTerm : nil {
            // A single term divides without a denominator, so that 2^n / 2^m stays one term.
            return try times(ExactValue.power(of: divisor, Rational(-1)))
        }
        return try times(ExactValue(other.bottom, over: other.top))
    }

    func negated() -> ExactValue { ExactValue(checkedTop: top.negated(), bottom: bottom) }

    private init(checkedTop top: Polynomial, bottom: Polynomial) {
        self.top = top
        self.bottom = bottom
    }

    // MARK: Comparison

    /// Whether both are the same element.
    ///
    /// - Throws: where that is not decided.
    func isEqual(to other: ExactValue) throws(NoExactValue) -> Bool {
        let (left, right) = (try top.times(other.bottom), try other.top.times(bottom))
        if left == right { return true }
        if let first = left.singleTerm, let second = right.singleTerm { return try Self.isEqual(first, second) }
        guard Self.areIndependent(left, right) else { throw .tooLarge }
        return false
    }

    private typealias Term = (monomial: Monomial, coefficient: Rational)

    /// Equal if the quotient is 1, or if it is positive and a power of it is 1.
    private static func isEqual(_ first: Term, _ second: Term) throws(NoExactValue) -> Bool {
        let quotient = try ExactValue(Polynomial(first.monomial, first.coefficient))
            .times(power(of: second, Rational(-1)))
        guard let term = quotient.top.singleTerm else { return false }
        if term.monomial.powers.isEmpty { return term.coefficient == .one }
        var degree: BigInt = 1
        for power in term.monomial.powers {
            guard case .prime = power.generator else { return false }
            degree *= power.exponent.denominator / degree.greatestCommonDivisor(with: power.exponent.denominator)
        }
        guard degree > 1, !term.coefficient.isNegative else { return false }
        return try power(of: term, Rational(degree)).constant == .one
    }

    /// Whether roots of different numbers that were not factored occur: these may depend on each other.
    private static func areIndependent(_ polynomials: Polynomial...) -> Bool {
        var unfactored: Set<BigInt> = []
        for power in polynomials.flatMap({ $0.terms.keys.flatMap(\.powers) }) {
            if case .prime(let number) = power.generator, number.magnitude > PrimeFactors.surelyPrime {
                unfactored.insert(number)
            }
        }
        return unfactored.count <= 1
    }

    /// Whether one is a rational multiple of the other (2x - 4 and x - 2).
    func isMultiple(of other: ExactValue) throws(NoExactValue) -> Bool {
        let (left, right) = (try top.times(other.bottom), try other.top.times(bottom))
        guard left.terms.count == right.terms.count, let (monomial, first) = left.terms.first else {
            return left == right
        }
        guard let second = right.terms[monomial] else { return false }
        return try left.scaled(by: second) == right.scaled(by: first)
    }

    // MARK: Powers

    /// Larger whole exponents of sums are left to floating point.
    static let maximumExponent = 1_000

    /// - Throws: `outside` if the power does not stay inside polynomials over roots of primes.
    func power(_ exponent: Rational) throws(NoExactValue) -> ExactValue {
        if top.isZero {
            if exponent.isNegative || exponent.isZero { throw .undefined }
            return self
        }
        if let upper = top.singleTerm, let lower = bottom.singleTerm {
            return try Self.power(of: upper, exponent).divided(by: Self.power(of: lower, exponent))
        }
        guard exponent.isWhole else { throw .outside }
        guard exponent.numerator.magnitude <= Self.maximumExponent else { throw .tooManyTerms }
        let base = exponent.isNegative ? try ExactValue(bottom, over: top) : self
        var (result, square) = (ExactValue(Rational.one), base)
        var rest = Int(exponent.numerator.magnitude)
        while rest > 0 {
            if rest % 2 == 1 { result = try result.times(square) }
            rest /= 2
            if rest > 0 { square = try square.times(square) }
        }
        return result
    }

    /// A power of a single term. Of a symbol only where no sign is lost: (x^2)^(1/2) is |x| and stays symbolic.
    private static func power(of term: Term, _ exponent: Rational) throws(NoExactValue) -> ExactValue {
        var result = try power(of: term.coefficient, exponent)
        for power in term.monomial.powers {
            if !exponent.isWhole {
                let isEvenRoot = exponent.denominator % 2 == 0
                switch power.generator {
                case .imaginary: throw .outside
                case .symbol where isEvenRoot && power.exponent.numerator % 2 == 0: throw .outside
                case .symbol, .pi, .euler, .prime, .factorial: break
                }
            }
            let (rest, factor) = try Monomial.power(power.generator, power.exponent.times(exponent))
            result = try result.times(ExactValue(Polynomial(rest, factor)))
        }
        return result
    }

    private static func power(of number: Rational, _ exponent: Rational) throws(NoExactValue) -> ExactValue {
        if exponent.isWhole {
            do {
                return ExactValue(try number.power(exponent.numerator))
            } catch {
                if error != .tooLarge { throw error }
            }
        }
        var result = ExactValue(Rational.one)
        if number.isNegative {
            if exponent.denominator == 2 {
                let (rest, factor) = try Monomial.power(.imaginary, Rational(exponent.numerator))
                result = ExactValue(Polynomial(rest, factor))
            } else if exponent.denominator % 2 == 0 {
                throw .outside
            } else if exponent.numerator % 2 != 0 {
                // The real root, as in school: the cube root of -8 is -2.
                result = ExactValue(Rational(-1))
            }
        }
        for (part, sign) in [(number.numerator, 1), (number.denominator, -1)] {
            for (prime, count) in try PrimeFactors.of(part.magnitude, degree: exponent.denominator) {
                let power = try exponent.times(Rational(sign * count))
                let (rest, factor) = try Monomial.power(.prime(BigInt(prime)), power)
                result = try result.times(ExactValue(Polynomial(rest, factor)))
            }
        }
        return result
    }
}
