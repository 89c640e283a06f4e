import Glibc

/// A test martingale against drift of a stream of p-values: the Simple Jumper (Vovk, Gammerman, Shafer,
/// "Algorithmic Learning in a Random World", 2nd edition, section 8.1).
///
/// Five accounts bet e (p - 1/2) of themselves at each step, e in {-1, -1/2, 0, 1/2, 1}; then each gives the
/// share J = 0.01 of itself to all five alike. As long as the p-values are independent and uniform, the sum that
/// began as 1 ever reaches c with a probability of at most 1 / c (Ville's inequality).
public struct SimpleJumper: Sendable, Hashable {
    static let bets = SIMD8<Double>(-1, -0.5, 0, 0.5, 1, 0, 0, 0)
    static let jump = 0.01
    private static let accounts = SIMD8<Double>(1, 1, 1, 1, 1, 0, 0, 0)

    /// The accounts' shares of the sum.
    private var shares = accounts / 5
    /// Natural logarithm of the sum. In a long quiet stream the sum itself would be too small for a number.
    public private(set) var logCapital = 0.0

    /// One unit of capital in five equal accounts.
    public init() {}

    /// Bets on the next p-value, which is in 0...1.
    public mutating func note(_ pValue: Double) {
        let grown = shares * (1 + Self.bets * (pValue - 0.5))
        let sum = grown.sum()
        shares = grown / sum * (1 - Self.jump) + Self.accounts * (Self.jump / 5)
        logCapital += log(sum)
    }
}

/// When a martingale's capital is an alarm.
struct DriftWatch: Sendable, Hashable {
    private var jumper = SimpleJumper()
    /// Natural logarithm of the capital that is an alarm.
    private let logThreshold: Double
    private(set) var alarms = 0

    /// - Parameter threshold: a false alarm has a probability of at most 1 / threshold over the whole stream.
    init(threshold: Double) { logThreshold = log(threshold) }

    /// - Returns: true if this p-value raises an alarm; the martingale then begins anew.
    mutating func note(_ pValue: Double) -> Bool {
        jumper.note(pValue)
        guard jumper.logCapital >= logThreshold else { return false }
        alarms += 1
        jumper = SimpleJumper()
        return true
    }
}
