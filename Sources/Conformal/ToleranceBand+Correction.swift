import Domain

/// How the band moves the rate in force.
///
/// With E = takeovers - r n after n verdicts, the rate in force is r while E is small, falls to 0 where one more
/// takeover would carry E over the upper edge, and rises to 1 where one more keep would carry it under the lower
/// edge: `r - r x^5` with `x = E / (w - (1 - r))` above, `r + (1 - r) x^5` with `x = -E / (w - r)` below, w the
/// width at n + 1. So `|E| <= w` after every verdict, whatever the scores are, which is
/// `|mean R - r| <= max(blocks / n, share)`.
///
/// It is an integrator with saturation (Angelopoulos, Candes, Tibshirani, "Conformal PID control for time series
/// prediction", arXiv:2307.16895, section 2.2), turned on our own decisions. The fifth power keeps it out of the
/// ranking's way until the band is nearly used up: that, and not a larger step, is what holds the rate without
/// throwing the ranking away (docs/rejection-rate.md has the comparison).
extension ToleranceBand {
    /// What is added to r: from -r (take nothing over) to 1 - r (take everything over).
    func correction(_ tally: VerdictTally, rate r: Double) -> Double {
        let width = width(after: tally.verdicts + 1)
        let excess = tally.excess(over: r)
        if excess > 0 { return -r * fifthPower(min(1, excess / (width - (1 - r)))) }
        return (1 - r) * fifthPower(min(1, -excess / (width - r)))
    }

    private func fifthPower(_ x: Double) -> Double { x * x * x * x * x }
}

/// Verdicts and takeovers of a stratum, or of all. Whole numbers, so that a restored state is the same to the bit.
struct VerdictTally: Sendable, Hashable, CustomStringConvertible {
    /// Of all blocks, those that were left out included: they are kept.
    private(set) var verdicts = 0
    private(set) var takeovers = 0
    private(set) var leftOut = 0

    mutating func note(isTakenOver: Bool) {
        verdicts += 1
        takeovers += isTakenOver ? 1 : 0
    }

    /// A block that the gate left out.
    mutating func noteLeftOut() {
        verdicts += 1
        leftOut += 1
    }

    /// The share of blocks that is scored, above 0: one more is about to be. The first few of a run say little.
    var scoredShare: Double {
        leftOut == 0 ? 1 : Double(verdicts - leftOut + 1) / Double(verdicts + 1)
    }

    var description: String {
        "VerdictTally(verdicts: \(verdicts), takeovers: \(takeovers)"
            + (leftOut == 0 ? ")" : ", leftOut: \(leftOut))")
    }

    /// E: how many more were taken over than r asks for.
    func excess(over r: Double) -> Double { Double(takeovers) - r * Double(verdicts) }
}
