import BigInt

/// An exact fraction of integers in lowest terms; the denominator is positive.
/// An operation whose result has too many digits throws, and never gives a wrong value.
struct Rational: Hashable, Sendable {
    let numerator: BigInt
    let denominator: BigInt

    /// Digits of a numerator or a denominator; longer ones are not computed with.
    static let maximumDigits = 10_000

    /// The same as bits: a decimal digit takes log2(10) = 3.3219 bits.
    static let maximumBits = maximumDigits * 33_220 / 10_000

    static let zero = Rational(0)
    static let one = Rational(1)

    init(_ whole: Int) { self.init(lowest: BigInt(whole), over: 1) }

    /// - Throws: `tooLarge` for too many digits.
    init(_ whole: BigInt) throws(NoExactValue) { self.init(lowest: try Self.checked(whole), over: 1) }

    private init(lowest numerator: BigInt, over denominator: BigInt) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// - Throws: `undefined` for a zero denominator, `tooLarge` for too many digits.
    init(_ numerator: BigInt, over denominator: BigInt) throws(NoExactValue) {
        guard denominator != 0 else { throw .undefined }
        let divisor = Self.greatestCommonDivisor(numerator, denominator)
        let signed = denominator < 0 ? -divisor : divisor
        self.numerator = try Self.checked(divisor == 1 && signed == 1 ? numerator : numerator / signed)
        self.denominator = try Self.checked(divisor == 1 && signed == 1 ? denominator : denominator / signed)
    }

    /// Digits with at most one point, as `12`, `1.25`, `.5`.
    ///
    /// - Throws: `outside` for anything else, `tooLarge` for too many digits.
    init(decimal: String) throws(NoExactValue) { try self.init(digits: decimal, base: 10) }

    /// Digits 0-9 and A-Z of a base from 2 to 36, with at most one point.
    ///
    /// - Throws: `outside` for a digit that the base has not, `tooLarge` for too many digits.
    init(digits: String, base: Int) throws(NoExactValue) {
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard (2...36).contains(base), let whole = parts.first else { throw .outside }
        let fraction = parts.count > 1 ? parts[1] : ""
        let all = whole + fraction
        guard all.utf8.count <= Self.maximumDigits else { throw .tooLarge }
        guard !all.isEmpty, all.utf8.allSatisfy({ $0.isDigit || $0.isLetter }),
            let numerator = BigInt(all, radix: base)
        else { throw .outside }
        if fraction.isEmpty {
            try self.init(numerator)
        } else {
            try self.init(numerator, over: BigInt(base).power(fraction.utf8.count))
        }
    }

    var isZero: Bool { numerator == 0 }
    var isWhole: Bool { denominator == 1 }
    var isNegative: Bool { numerator < 0 }

    /// The nearest double, infinite or zero outside its range.
    var double: Double {
        let excess = numerator.magnitude.bitWidth - denominator.magnitude.bitWidth
        if numerator.magnitude.bitWidth < 1_000, denominator.magnitude.bitWidth < 1_000 {
            return Double(numerator) / Double(denominator)
        }
        // Shifted so that the quotient keeps 80 bits, more than a double has.
        let shift = excess - 80
        let quotient = shift > 0 ? numerator / (denominator << shift) : (numerator << -shift) / denominator
        return Double(sign: .plus, exponent: shift, significand: Double(quotient))
    }

    var negated: Rational { Rational(lowest: -numerator, over: denominator) }

    var magnitude: Rational { isNegative ? negated : self }

    /// - Throws: `undefined` for zero.
    func inverse() throws(NoExactValue) -> Rational {
        guard !isZero else { throw .undefined }
        return isNegative
            ? Rational(lowest: -denominator, over: -numerator) : Rational(lowest: denominator, over: numerator)
    }

    /// The largest whole number that is not above this one.
    var floor: BigInt {
        if isWhole { return numerator }
        let quotient = numerator / denominator
        return isNegative ? quotient - 1 : quotient
    }

    /// - Throws: `tooLarge` for too many digits.
    func adding(_ other: Rational) throws(NoExactValue) -> Rational {
        if isWhole, other.isWhole { return try Rational(numerator + other.numerator) }
        if denominator == other.denominator {
            return try Rational(numerator + other.numerator, over: denominator)
        }
        return try Rational(
            numerator * other.denominator + other.numerator * denominator, over: denominator * other.denominator)
    }

    /// - Throws: `tooLarge` for too many digits.
    func times(_ other: Rational) throws(NoExactValue) -> Rational {
        if isWhole, other.isWhole { return try Rational(numerator * other.numerator) }
        return try Rational(numerator * other.numerator, over: denominator * other.denominator)
    }

    /// A whole power; of an exponent that leaves the limit of digits nothing is computed.
    ///
    /// - Throws: `tooLarge` for too many digits, `undefined` for 0^0 and negative powers of zero.
    func power(_ exponent: BigInt) throws(NoExactValue) -> Rational {
        if isZero, exponent <= 0 { throw .undefined }
        if isZero || self == .one { return self }
        if self == Rational(-1) { return exponent % 2 == 0 ? .one : self }
        guard exponent.magnitude <= Self.maximumBits else { throw .tooLarge }
        let count = Int(exponent.magnitude)
        // A number of b bits is at least 2^(b - 1).
        let bits = Swift.max(numerator.magnitude.bitWidth, denominator.magnitude.bitWidth) - 1
        guard bits * count <= Self.maximumBits else { throw .tooLarge }
        let result = Rational(
            lowest: try Self.checked(numerator.power(count)), over: try Self.checked(denominator.power(count)))
        return exponent < 0 ? try result.inverse() : result
    }

    static func < (left: Rational, right: Rational) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }

    private static func checked(_ number: BigInt) throws(NoExactValue) -> BigInt {
        guard number.magnitude.bitWidth <= maximumBits else { throw .tooLarge }
        return number
    }

    private static func greatestCommonDivisor(_ first: BigInt, _ second: BigInt) -> BigInt {
        if second.magnitude == 1 { return 1 }
        // One division first: most fractions are of very unlike or of divisible numbers.
        let rest = first.magnitude % second.magnitude
        return BigInt(rest == 0 ? second.magnitude : second.magnitude.greatestCommonDivisor(with: rest))
    }
}

extension Rational: Comparable {}
