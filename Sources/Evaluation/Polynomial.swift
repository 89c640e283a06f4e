import BigInt

/// What a polynomial is built of, besides rational numbers.
///
/// Primes stand for their roots: the power 2^(1/2) is the generator `prime(2)` with exponent 1/2. Roots of distinct
/// primes with exponents in 0..<1 are linearly independent over the rationals (Besicovitch 1940), so that a
/// polynomial over these generators is zero exactly when it has no terms.
enum Generator: Hashable, Comparable, Sendable {
    /// A prime, or a whole number in which no small prime was found.
    case prime(BigInt)
    case imaginary
    case pi
    case euler
    /// The factorial of a number for which it is too large to be computed.
    case factorial(BigInt)
    case symbol(String)
}

/// A product of generators with non-zero rational exponents, sorted by generator.
struct Monomial: Hashable, Sendable {
    struct Power: Hashable, Sendable {
        let generator: Generator
        let exponent: Rational

        /// Whether it is a number that was left as a power because it has too many digits.
        var isOversized: Bool {
            switch generator {
            case .prime: exponent.isNegative || exponent.numerator >= exponent.denominator
            case .factorial: true
            case .imaginary, .pi, .euler, .symbol: false
            }
        }
    }

    let powers: [Power]

    static let one = Monomial(powers: [])

    var isOversized: Bool { powers.contains(where: \.isOversized) }
}

/// A sum of monomials with rational coefficients, none of them zero: a canonical form.
///
/// Numbers beyond `Rational.maximumDigits` stay powers of primes and factorials, but only as single terms: a sum with
/// one of them throws `tooLarge`.
struct Polynomial: Hashable, Sendable {
    private(set) var terms: [Monomial: Rational] = [:]

    /// More terms than any written answer has; keeps products of sums small.
    static let maximumTerms = 256

    static let zero = Polynomial()
    static let one = Polynomial(.one)

    init() {}

    init(_ constant: Rational) {
        if !constant.isZero { terms[.one] = constant }
    }

    init(_ generator: Generator) {
        terms[Monomial(powers: [.init(generator: generator, exponent: .one)])] = .one
    }

    init(_ monomial: Monomial, _ coefficient: Rational) {
        if !coefficient.isZero { terms[monomial] = coefficient }
    }

    var isZero: Bool { terms.isEmpty }

    /// The value if no generator occurs.
    var constant: Rational? {
        if terms.isEmpty { return .zero }
        return terms.count == 1 ? terms[.one] : nil
    }

    /// The only term, if there is one.
    var singleTerm: (monomial: Monomial, coefficient: Rational)? {
        guard terms.count == 1, let (monomial, coefficient) = terms.first else { return nil }
        return (monomial, coefficient)
    }

    mutating func add(_ monomial: Monomial, _ coefficient: Rational) throws(NoExactValue) {
        let sum = try (terms[monomial] ?? .zero).adding(coefficient)
        terms[monomial] = sum.isZero ? nil : sum
        guard terms.count <= Self.maximumTerms else { throw .tooManyTerms }
        if terms.count > 1, monomial.isOversized || terms.count == 2 && terms.keys.contains(where: \.isOversized) {
            throw .tooLarge
        }
    }

    func adding(_ other: Polynomial) throws(NoExactValue) -> Polynomial {
        var result = self
        for (monomial, coefficient) in other.terms { try result.add(monomial, coefficient) }
        return result
    }

    func times(_ other: Polynomial) throws(NoExactValue) -> Polynomial {
        guard terms.count * other.terms.count <= 8 * Self.maximumTerms else { throw .tooManyTerms }
        if let constant = other.constant { return try scaled(by: constant) }
        if let constant { return try other.scaled(by: constant) }
        var result = Polynomial()
        for (left, leftCoefficient) in terms {
            for (right, rightCoefficient) in other.terms {
                let (monomial, factor) = try left.times(right)
                try result.add(monomial, leftCoefficient.times(rightCoefficient).times(factor))
            }
        }
        return result
    }

    func scaled(by factor: Rational) throws(NoExactValue) -> Polynomial {
        if factor == .one { return self }
        var result = Polynomial()
        guard !factor.isZero else { return result }
        for (monomial, coefficient) in terms { result.terms[monomial] = try coefficient.times(factor) }
        return result
    }

    func negated() -> Polynomial {
        var result = self
        for (monomial, coefficient) in terms { result.terms[monomial] = coefficient.negated }
        return result
    }

    /// The same text for the same polynomial.
    var text: String {
        terms.map { monomial, coefficient in
            let factors = monomial.powers.map { "\($0.generator)^\($0.exponent.numerator)/\($0.exponent.denominator)" }
            return ([" \(coefficient.numerator)/\(coefficient.denominator)"] + factors).joined(separator: "*")
        }.sorted().joined(separator: " +")
    }
}

extension Monomial {
    /// The product in canonical form, with the rational factor that falls out of it (i^2 = -1, 2^(3/2) = 2 * 2^(1/2)).
    func times(_ other: Monomial) throws(NoExactValue) -> (Monomial, Rational) {
        if powers.isEmpty { return (other, .one) }
        if other.powers.isEmpty { return (self, .one) }
        var merged: [Power] = []
        merged.reserveCapacity(powers.count + other.powers.count)
        var factor = Rational.one
        var (left, right) = (powers[...], other.powers[...])
        while let first = [left.first?.generator, right.first?.generator].compactMap({ $0 }).min() {
            var exponent = Rational.zero
            if let power = left.first, power.generator == first {
                exponent = power.exponent
                left.removeFirst()
            }
            if let power = right.first, power.generator == first {
                exponent = try exponent.adding(power.exponent)
                right.removeFirst()
            }
            let (rest, split) = try Self.reduced(first, exponent)
            factor = try factor.times(split)
            if !rest.isZero { merged.append(Power(generator: first, exponent: rest)) }
        }
        let (cancelled, quotient) = try Self.cancellingFactorials(merged)
        return (Monomial(powers: cancelled), try factor.times(quotient))
    }

    /// One generator to one exponent, in canonical form.
    static func power(_ generator: Generator, _ exponent: Rational) throws(NoExactValue) -> (Monomial, Rational) {
        let (rest, factor) = try reduced(generator, exponent)
        return (rest.isZero ? .one : Monomial(powers: [Power(generator: generator, exponent: rest)]), factor)
    }

    private static func reduced(
        _ generator: Generator, _ exponent: Rational
    ) throws(NoExactValue) -> (rest: Rational, factor: Rational) {
        switch generator {
        case .pi, .euler, .symbol, .factorial:
            return (exponent, .one)
        case .imaginary:
            guard exponent.isWhole else { throw .outside }
            let quarter = ((exponent.numerator % 4) + 4) % 4
            return (Rational(Int(quarter % 2)), Rational(quarter < 2 ? 1 : -1))
        case .prime(let prime):
            let whole = exponent.floor
            if whole == 0 { return (exponent, .one) }
            do {
                let factor = try Rational(prime).power(whole)
                return (try exponent.adding(Rational(-whole)), factor)
            } catch .tooLarge {
                return (exponent, .one)
            }
        }
    }

    /// Factorials above and below the fraction line that lie further apart stay as they are.
    private static let maximumFactorialDistance = 1_000

    /// Without pairs of large factorials of which one divides the other: n! / (n - 2)! is n (n - 1).
    private static func cancellingFactorials(_ powers: [Power]) throws(NoExactValue) -> ([Power], Rational) {
        var left: [(number: BigInt, exponent: BigInt)] = []
        for power in powers {
            if case .factorial(let number) = power.generator, power.exponent.isWhole {
                left.append((number, power.exponent.numerator))
            }
        }
        guard left.contains(where: { $0.exponent > 0 }), left.contains(where: { $0.exponent < 0 }) else {
            return (powers, .one)
        }
        var factor = Rational.one
        for upper in left.indices {
            for lower in left.indices where left[upper].exponent > 0 && left[lower].exponent < 0 {
                let distance = left[upper].number - left[lower].number
                guard distance.magnitude <= maximumFactorialDistance else { continue }
                let count = Swift.min(left[upper].exponent, -left[lower].exponent)
                let (first, last) = (left[lower].number, left[upper].number)
                let product = try Factorials.product(after: Swift.min(first, last), upTo: Swift.max(first, last))
                factor = try factor.times(product.power(distance < 0 ? -count : count))
                left[upper].exponent -= count
                left[lower].exponent += count
            }
        }
        var rest = powers.filter {
            if case .factorial = $0.generator { return !$0.exponent.isWhole }
            return true
        }
        for (number, exponent) in left where exponent != 0 {
            rest.append(Power(generator: .factorial(number), exponent: try Rational(exponent)))
        }
        return (rest.sorted { $0.generator < $1.generator }, factor)
    }
}
