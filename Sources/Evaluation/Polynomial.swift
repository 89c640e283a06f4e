/// What a polynomial is built of, besides rational numbers.
///
/// Primes stand for their roots: the power 2^(1/2) is the generator `prime(2)` with exponent 1/2. Roots of distinct
/// primes with exponents in 0..<1 are linearly independent over the rationals (Besicovitch 1940), so that a
/// polynomial over these generators is zero exactly when it has no terms.
enum Generator: Hashable, Comparable, Sendable {
    case prime(Int128)
    case imaginary
    case pi
    case euler
    case symbol(String)
}

/// A product of generators with non-zero rational exponents, sorted by generator.
struct Monomial: Hashable, Sendable {
    struct Power: Hashable, Sendable {
        let generator: Generator
        let exponent: Rational
    }

    let powers: [Power]

    static let one = Monomial(powers: [])
}

/// A sum of monomials with rational coefficients, none of them zero: a canonical form.
/// Operations give nil where a number or the count of terms outgrows its limit.
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

    var isZero: Bool { terms.isEmpty }

    /// The value if no generator occurs.
    var constant: Rational? {
        if terms.isEmpty { return .zero }
        return terms.count == 1 ? terms[.one] : nil
    }

    mutating func add(_ monomial: Monomial, _ coefficient: Rational) -> Bool {
        guard let sum = (terms[monomial] ?? .zero).adding(coefficient) else { return false }
        terms[monomial] = sum.isZero ? nil : sum
        return terms.count <= Self.maximumTerms
    }

    func adding(_ other: Polynomial) -> Polynomial? {
        var result = self
        for (monomial, coefficient) in other.terms {
            guard result.add(monomial, coefficient) else { return nil }
        }
        return result
    }

    func times(_ other: Polynomial) -> Polynomial? {
        guard terms.count * other.terms.count <= 8 * Self.maximumTerms else { return nil }
        var result = Polynomial()
        for (left, leftCoefficient) in terms {
            for (right, rightCoefficient) in other.terms {
                guard let coefficient = leftCoefficient.times(rightCoefficient),
                    let (monomial, factor) = left.times(right),
                    let product = coefficient.times(factor),
                    result.add(monomial, product)
                else { return nil }
            }
        }
        return result
    }

    func negated() -> Polynomial? { times(Polynomial(Rational(-1))) }
}

extension Monomial {
    /// The product in canonical form, with the rational factor that falls out of it (i^2 = -1, 2^(3/2) = 2 * 2^(1/2)).
    func times(_ other: Monomial) -> (Monomial, Rational)? {
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
                guard let sum = exponent.adding(power.exponent) else { return nil }
                exponent = sum
                right.removeFirst()
            }
            guard let (rest, split) = Self.reduced(first, exponent), let product = factor.times(split) else {
                return nil
            }
            factor = product
            if !rest.isZero { merged.append(Power(generator: first, exponent: rest)) }
        }
        return (Monomial(powers: merged), factor)
    }

    /// One generator to one exponent, in canonical form.
    static func power(_ generator: Generator, _ exponent: Rational) -> (Monomial, Rational)? {
        guard let (rest, factor) = reduced(generator, exponent) else { return nil }
        return (rest.isZero ? .one : Monomial(powers: [Power(generator: generator, exponent: rest)]), factor)
    }

    private static func reduced(_ generator: Generator, _ exponent: Rational) -> (rest: Rational, factor: Rational)? {
        switch generator {
        case .pi, .euler, .symbol:
            return (exponent, .one)
        case .imaginary:
            guard exponent.isWhole else { return nil }
            let quarter = ((exponent.numerator % 4) + 4) % 4
            return (Rational(quarter % 2), Rational(quarter < 2 ? 1 : -1))
        case .prime(let prime):
            let whole = exponent.floor
            guard whole.magnitude <= 128, let rest = exponent.adding(Rational(-whole)) else { return nil }
            var factor = Rational.one
            for _ in 0..<whole.magnitude {
                guard let next = factor.times(Rational(prime)) else { return nil }
                factor = next
            }
            guard let signed = whole < 0 ? factor.inverse : factor else { return nil }
            return (rest, signed)
        }
    }
}
