import BigInt

/// Factors of whole numbers, as far as trial division finds them.
enum PrimeFactors {
    /// Divisors that are tried.
    private static let reach = 20_000

    /// Below this a number without a divisor that was tried is a prime.
    static let surelyPrime = BigUInt(reach * reach)

    /// Larger numbers are not divided by every trial divisor; their roots are taken by other means.
    private static let maximumDivisorBits = 4_096

    /// The primes of a number and how often each divides it; a cofactor that may be composite counts as a prime,
    /// unless it is a power of a smaller number whose exponent divides `degree`.
    ///
    /// - Throws: `tooLarge` for numbers that are too large for trial division and are no such power.
    static func of(_ number: BigUInt, degree: BigInt) throws(NoExactValue) -> [(prime: BigUInt, count: Int)] {
        guard number > 1 else { return [] }
        let (base, power) = asPower(number, degree: degree)
        guard base.bitWidth <= maximumDivisorBits else {
            if power > 1 { return [(base, power)] }
            throw .tooLarge
        }
        var factors: [(prime: BigUInt, count: Int)] = []
        var rest = base
        for divisor in trialDivisors where rest > 1 {
            // A cofactor below the square of the divisor is a prime.
            if rest.bitWidth <= 30, BigUInt(divisor * divisor) > rest { break }
            var count = 0
            while true {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: BigUInt(divisor))
                guard remainder == 0 else { break }
                rest = quotient
                count += 1
            }
            if count > 0 { factors.append((BigUInt(divisor), count * power)) }
        }
        if rest > 1 {
            let (root, count) = asPower(rest, degree: degree)
            factors.append((root, count * power))
        }
        return factors
    }

    /// 2 and the odd primes within reach.
    private static let trialDivisors: [Int] = {
        var isComposite = [Bool](repeating: false, count: reach + 1)
        return (2...reach).filter { candidate in
            guard !isComposite[candidate] else { return false }
            for multiple in stride(from: candidate * candidate, through: reach, by: candidate) {
                isComposite[multiple] = true
            }
            return true
        }
    }()

    /// The smallest base of which the number is a power, by exponents whose primes divide `degree`.
    private static func asPower(_ number: BigUInt, degree: BigInt) -> (base: BigUInt, power: Int) {
        var (base, power) = (number, 1)
        for prime in [2, 3, 5, 7, 11, 13] where degree % BigInt(prime) == 0 {
            while base.bitWidth > prime, let root = exactRoot(of: base, degree: prime) {
                base = root
                power *= prime
            }
        }
        return (base, power)
    }

    /// The root if it is whole, by Newton's method from above.
    private static func exactRoot(of number: BigUInt, degree: Int) -> BigUInt? {
        var root = BigUInt(1) << ((number.bitWidth + degree - 1) / degree)
        while true {
            let next = (root * BigUInt(degree - 1) + number / root.power(degree - 1)) / BigUInt(degree)
            if next >= root { break }
            root = next
        }
        return root.power(degree) == number ? root : nil
    }
}
