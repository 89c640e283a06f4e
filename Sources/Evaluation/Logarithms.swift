import BigInt

/// Exact logarithms of positive numbers, as sums of logarithms of primes: these are linearly independent over the
/// rationals, since factoring is unique.
enum Logarithms {
    /// - Throws: `outside` for what is no product of powers of primes and of e.
    static func exact(of argument: ExactValue, base: ExactValue) throws(NoExactValue) -> ExactValue {
        try natural(argument).divided(by: natural(base))
    }

    private static func natural(_ argument: ExactValue) throws(NoExactValue) -> ExactValue {
        guard argument.bottom == .one, let term = argument.top.singleTerm, !term.coefficient.isNegative else {
            throw .outside
        }
        var result = Polynomial()
        for (part, sign) in [(term.coefficient.numerator, 1), (term.coefficient.denominator, -1)] {
            for (prime, count) in try PrimeFactors.of(part.magnitude, degree: 1) {
                try add(BigInt(prime), Rational(sign * count), to: &result)
            }
        }
        for power in term.monomial.powers {
            switch power.generator {
            case .prime(let prime): try add(prime, power.exponent, to: &result)
            case .euler: try result.add(.one, power.exponent)
            case .imaginary, .pi, .factorial, .symbol: throw .outside
            }
        }
        return ExactValue(result)
    }

    private static func add(
        _ prime: BigInt, _ count: Rational, to sum: inout Polynomial
    ) throws(NoExactValue) {
        // A number that may be composite has a logarithm that others may add up to.
        guard prime.magnitude <= PrimeFactors.surelyPrime else { throw .outside }
        let (monomial, factor) = try Monomial.power(.symbol("ln \(prime)"), .one)
        try sum.add(monomial, count.times(factor))
    }
}
