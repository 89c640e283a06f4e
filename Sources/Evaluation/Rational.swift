/// An exact fraction of 128-bit integers in lowest terms; the denominator is positive.
/// Every operation that would overflow gives nil, never a wrong value.
struct Rational: Hashable, Sendable {
    let numerator: Int128
    let denominator: Int128

    static let zero = Rational(0)
    static let one = Rational(1)

    init(_ whole: Int128) {
        numerator = whole
        denominator = 1
    }

    /// nil for a zero denominator, or where lowest terms do not fit.
    init?(_ numerator: Int128, over denominator: Int128) {
        guard denominator != 0, numerator != .min, denominator != .min else { return nil }
        let divisor = Self.greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
        let sign: Int128 = denominator < 0 ? -1 : 1
        self.numerator = sign * numerator / Int128(divisor)
        self.denominator = sign * denominator / Int128(divisor)
    }

    /// Digits with at most one point, as `12`, `1.25`, `.5`.
    init?(decimal: String) {
        var numerator: Int128 = 0
        var denominator: Int128 = 1
        var isFraction = false
        for byte in decimal.utf8 {
            if byte == UInt8(ascii: ".") {
                guard !isFraction else { return nil }
                isFraction = true
                continue
            }
            guard byte.isDigit else { return nil }
            let (shifted, overflow) = numerator.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(Int128(byte - 0x30))
            guard !overflow, !carry else { return nil }
            numerator = sum
            if isFraction {
                let (scaled, tooFine) = denominator.multipliedReportingOverflow(by: 10)
                guard !tooFine else { return nil }
                denominator = scaled
            }
        }
        self.init(numerator, over: denominator)
    }

    var isZero: Bool { numerator == 0 }
    var isWhole: Bool { denominator == 1 }
    var isNegative: Bool { numerator < 0 }
    var double: Double { Double(numerator) / Double(denominator) }

    var negated: Rational? { Rational(-numerator, over: denominator) }

    var inverse: Rational? { Rational(denominator, over: numerator) }

    /// The largest whole number that is not above this one.
    var floor: Int128 {
        let quotient = numerator / denominator
        return numerator < 0 && quotient * denominator != numerator ? quotient - 1 : quotient
    }

    func adding(_ other: Rational) -> Rational? {
        guard let left = numerator.checkedTimes(other.denominator),
            let right = other.numerator.checkedTimes(denominator),
            let bottom = denominator.checkedTimes(other.denominator)
        else { return nil }
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? nil : Rational(sum, over: bottom)
    }

    func times(_ other: Rational) -> Rational? {
        // Cancelling crosswise first keeps products such as (a/b)(b/a) from overflowing.
        guard let left = Rational(numerator, over: other.denominator),
            let right = Rational(other.numerator, over: denominator),
            let top = left.numerator.checkedTimes(right.numerator),
            let bottom = left.denominator.checkedTimes(right.denominator)
        else { return nil }
        return Rational(top, over: bottom)
    }

    private static func greatestCommonDivisor(_ first: UInt128, _ second: UInt128) -> UInt128 {
        var (larger, smaller) = (first, second)
        while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
        return larger
    }
}

extension Int128 {
    /// The product, or nil where it does not fit.
    func checkedTimes(_ other: Int128) -> Int128? {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? nil : product
    }
}
