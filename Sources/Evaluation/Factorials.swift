import BigInt

/// Exact factorials and binomials of numbers and of polynomials.
enum Factorials {
    /// Factors that are multiplied out where factorials of polynomials are brought to a common one.
    static let maximumShift = 128

    /// n! of a number or of a polynomial. Of a polynomial p + k with a whole constant k it is a multiple of p!, so that
    /// n! and n (n - 1)! have one form.
    ///
    /// - Throws: `outside` for negative whole numbers and for numbers that are not whole.
    static func factorial(of argument: ExactValue) throws(NoExactValue) -> ExactValue {
        if let number = argument.constant {
            guard number.isWhole, !number.isNegative else { throw .outside }
            return try factorial(of: number.numerator)
        }
        guard argument.bottom == .one, !argument.top.terms.keys.contains(where: \.isOversized) else { throw .outside }
        let shift = (argument.top.terms[.one] ?? .zero).floor
        guard shift.magnitude <= maximumShift else { throw .outside }
        let base = try argument.adding(ExactValue(Rational(-shift)))
        var result = ExactValue(Polynomial(.symbol("(\(base.top.text))!")))
        for step in stride(from: 1, through: Int(shift), by: 1) {
            result = try result.times(base.adding(ExactValue(Rational(step))))
        }
        for step in stride(from: 0, to: Int(-shift), by: 1) {
            result = try result.divided(by: base.adding(ExactValue(Rational(-step))))
        }
        return result
    }

    /// A number while it has few enough digits, else a generator.
    private static func factorial(of number: BigInt) throws(NoExactValue) -> ExactValue {
        // Of numbers that have as many factors as a result has digits, n! has more digits.
        guard number < Rational.maximumDigits else { return ExactValue(Polynomial(.factorial(number))) }
        // n! is at least (n / e)^n, so that what is surely too large is not multiplied out.
        let bits = Double(number) * (Double(number.magnitude.bitWidth) - 1 - 1.4427)
        guard bits <= Double(Rational.maximumBits) else { return ExactValue(Polynomial(.factorial(number))) }
        do {
            return ExactValue(try product(after: 0, upTo: number))
        } catch {
            return ExactValue(Polynomial(.factorial(number)))
        }
    }

    /// The product of the whole numbers after `first` up to `last`, by halves, so that factors of one size meet.
    static func product(after first: BigInt, upTo last: BigInt) throws(NoExactValue) -> Rational {
        let count = last - first
        if count <= 8 {
            var product: BigInt = 1
            for step in stride(from: 1, through: Int(count), by: 1) { product *= first + BigInt(step) }
            return try Rational(product)
        }
        let middle = first + count / 2
        return try product(after: first, upTo: middle).times(product(after: middle, upTo: last))
    }

    /// A lower number up to which a binomial is multiplied out.
    private static let maximumLower = 2_000

    /// The binomial coefficient, by its falling product where the lower number, or the difference to the upper one, is
    /// a small whole number; else by factorials.
    static func binomial(_ upper: ExactValue, _ lower: ExactValue) throws(NoExactValue) -> ExactValue {
        let rest = try upper.adding(lower.negated())
        if let constant = upper.constant, constant.isWhole, !constant.isNegative {
            guard let below = lower.constant, below.isWhole else { throw .outside }
            if below.isNegative || constant < below { return ExactValue(Rational.zero) }
            let count = Swift.min(below, rest.constant ?? below)
            if count <= Rational(maximumLower) { return try falling(upper, count: Int(count.numerator)) }
        } else {
            for part in [lower, rest] {
                guard let number = part.constant, number.isWhole, number <= Rational(maximumShift) else { continue }
                if number.isNegative { return ExactValue(Rational.zero) }
                return try falling(upper, count: Int(number.numerator))
            }
        }
        return try factorial(of: upper).divided(by: factorial(of: lower).times(factorial(of: rest)))
    }

    /// upper (upper - 1) ... (upper - count + 1) / count!
    private static func falling(_ upper: ExactValue, count: Int) throws(NoExactValue) -> ExactValue {
        var result = ExactValue(Rational.one)
        for step in stride(from: 0, to: count, by: 1) {
            let factor = try upper.adding(ExactValue(Rational(-step)))
            result = try result.times(factor).times(ExactValue(Rational(1, over: BigInt(step + 1))))
        }
        return result
    }
}
