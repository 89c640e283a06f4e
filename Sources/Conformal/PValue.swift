import Domain

/// p-values of a score among those of its bank, and what follows from them. High scores are bad.
public enum PValue {
    /// Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World", smoothed conformal p-value:
    /// `p = (#{j : a_j > a} + u (1 + #{j : a_j = a})) / (n + 1)`.
    ///
    /// Among exchangeable scores, with u uniform on [0, 1], these are independent and uniform at every n, n = 0
    /// included. Small for bad blocks.
    public static func smoothed(_ rank: Rank, tieBreak: Double) -> Double {
        (Double(rank.greater) + tieBreak * Double(1 + rank.equal)) / Double(rank.count + 1)
    }

    /// The paper's (arXiv:2509.15148): `p = (1 + #{j : a_j <= a}) / (n + 1)`, the share of scores at least as
    /// good. Great for bad blocks.
    public static func paper(_ rank: Rank) -> Double {
        Double(1 + rank.less + rank.equal) / Double(rank.count + 1)
    }

    /// Whether a block with this p-value is taken over at the rejection rate in force: `p <= r` for `smoothed`,
    /// `p > 1 - r` for `paper`. At r <= 0 nothing is, at r >= 1 everything: there the rules agree, whatever a tie
    /// break of exactly 0 or an empty bank would say.
    public static func takesOver(_ pValue: Double, rule: PValueRule, rate: Double) -> Bool {
        if rate <= 0 { return false }
        if rate >= 1 { return true }
        return switch rule {
        case .smoothed: pValue <= rate
        case .paper: pValue > 1 - rate
        }
    }
}
