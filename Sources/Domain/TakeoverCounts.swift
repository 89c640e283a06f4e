/// How many of n exchangeable blocks are taken over, as a distribution: binomial with r where each verdict adds to the
/// bank, since smoothed p-values are then independent and uniform; beta-binomial where a frozen bank of m scores
/// judges all of them, since the share that it takes over is itself drawn, once, as Beta(a, b) with a + b = m + 1
/// (order statistics of m scores; Vovk, "Conditional validity of inductive conformal predictors", arXiv:1209.2673).
struct TakeoverCounts: Sendable, Hashable {
    private let rate: Double
    /// a and b of a frozen bank.
    private let shape: Shape?

    private struct Shape: Sendable, Hashable {
        let taken: Double
        let kept: Double
    }

    /// The binomial one.
    init(rate: Double) {
        self.rate = rate
        shape = nil
    }

    /// Of a frozen bank of so many scores. With p-values of the paper, `p > 1 - r` is a rank of at least
    /// floor((1 - r) (m + 1)); with smoothed ones the mean is r, and a and b need not be whole.
    init(rate: Double, _ pValue: PValueRule, frozenScores: Int) {
        let ranks = Double(frozenScores + 1)
        let kept =
            switch pValue {
            case .smoothed: (1 - rate) * ranks
            // A product that is a whole number but for rounding is that number.
            case .paper: ((1 - rate) * ranks + 1e-9).rounded(.down)
            }
        shape = Shape(taken: ranks - kept, kept: kept)
        self.rate = (ranks - kept) / ranks
    }

    /// The shortest counts from below and above that leave out at most 2.5 % each.
    func interval(_ count: Int) -> ClosedRange<Int> {
        if rate <= 0 { return 0...0 }
        if rate >= 1 { return count...count }
        let middle = min(Int(rate * Double(count)), count)
        // Outward from the middle, each weight by the ratio to its neighbour; the weight of the middle is 1.
        var above = [1.0]
        while middle + above.count <= count, !isNothing(above) {
            above.append(above[above.count - 1] * ratio(middle + above.count - 1, of: count))
        }
        var below = [1.0]
        while middle - below.count >= 0, !isNothing(below) {
            below.append(below[below.count - 1] / ratio(middle - below.count, of: count))
        }
        let total = above.reduce(0, +) + below.reduce(0, +) - 1
        return (middle - reach(below, total))...(middle + reach(above, total))
    }

    /// P(k + 1) / P(k).
    private func ratio(_ k: Int, of count: Int) -> Double {
        let (k, left) = (Double(k), Double(count - k))
        guard let shape else { return left / (k + 1) * rate / (1 - rate) }
        return left / (k + 1) * (k + shape.taken) / (left - 1 + shape.kept)
    }

    /// Whether what comes after these weights adds nothing to their sum.
    private func isNothing(_ weights: [Double]) -> Bool {
        weights.count > 1 && weights[weights.count - 1] < 1e-20
            && weights[weights.count - 1] < weights[weights.count - 2]
    }

    /// How many steps from the middle leave out at most 2.5 % of the total.
    private func reach(_ weights: [Double], _ total: Double) -> Int {
        var left = 0.0
        for step in weights.indices.reversed() {
            left += weights[step]
            if left > 0.025 * total { return step }
        }
        return 0
    }
}
