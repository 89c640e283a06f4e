/// Why arithmetic gave no exact value.
enum NoExactValue: Error, Hashable, Sendable {
    /// A number has more digits than `Rational.maximumDigits`: what it equals is not decided.
    case tooLarge
    /// Division by zero, or 0^0.
    case undefined
    /// A polynomial has more terms than `Polynomial.maximumTerms`.
    case tooManyTerms
    /// The value is no quotient of polynomials over roots of primes, as a sine.
    case outside
}
