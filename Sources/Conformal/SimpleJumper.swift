import Glibc

/// A test martingale against p-values that are not independent and uniform: the Simple Jumper (Vovk, Gammerman,
/// Shafer, "Algorithmic Learning in a Random World", 2nd edition, section 8.1).
///
/// Seven accounts bet e (p - 1/2) of themselves at each step, e in {-2, -1, -1/2, 0, 1/2, 1, 2}: small bets for
/// small drifts, and as large ones as no account can lose more than it has. Then each gives the share J of itself to
/// all seven alike. As long as the p-values are independent and uniform, the sum that began as 1 ever reaches c with a
/// probability of at most 1 / c (Ville's inequality).
public struct SimpleJumper: Sendable, Hashable {
    static let bets = SIMD8<Double>(-2, -1, -0.5, 0, 0.5, 1, 2, 0)
    private static let accounts = SIMD8<Double>(1, 1, 1, 1, 1, 1, 1, 0)
    private static let count = 7.0

    /// J: how much of itself each account gives to all at each step. Large is quick to change sides, small loses less
    /// in a long quiet time.
    let jump: Double
    /// The accounts' shares of the sum.
    private var shares = accounts / count
    /// Natural logarithm of the sum. In a long quiet stream the sum itself would be too small for a number.
    public private(set) var logCapital = 0.0

    /// One unit of capital in equal accounts.
    ///
    /// - Parameter jump: J, in 0...1.
    public init(jump: Double) { self.jump = jump }

    /// Bets on the next p-value, which is in 0...1.
    public mutating func note(_ pValue: Double) {
        let grown = shares * (1 + Self.bets * (pValue - 0.5))
        let sum = grown.sum()
        shares = grown / sum * (1 - jump) + Self.accounts * (jump / Self.count)
        logCapital += log(sum)
    }

    /// With numbers that read back to the same bits.
    var description: String { "\(jump) \(shares) \(logCapital)" }
}

/// The mean of Simple Jumpers with different J, which is a test martingale as they are. A drift after 50 problems, or
/// after 5,000, is found nearly as soon as the best of them finds it. After the Composite Jumper of Vovk, Petej,
/// Nouretdinov, Ahlberg, Carlsson, Gammerman, "Retrain or not retrain: conformal test martingales for change-point
/// detection", arXiv:2102.10439.
public struct CompositeJumper: Sendable, Hashable {
    private var jumpers = [0.01, 0.001, 0.0001].map(SimpleJumper.init(jump:))

    /// One unit of capital, shared out alike.
    public init() {}

    /// Bets on the next p-value, which is in 0...1.
    public mutating func note(_ pValue: Double) {
        for index in jumpers.indices { jumpers[index].note(pValue) }
    }

    /// Natural logarithm of the capital.
    public var logCapital: Double {
        let logs = jumpers.map(\.logCapital)
        let greatest = logs.max() ?? 0
        return greatest + log(logs.reduce(0) { $0 + exp($1 - greatest) } / Double(logs.count))
    }

    var description: String { jumpers.map(\.description).joined(separator: ", ") }
}
