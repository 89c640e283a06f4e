import Domain
import Glibc

/// Verdicts over candidates that wait for each other: the rule that the paper compares with (arXiv:2509.15148,
/// synchronous scaling). The scores become a softmax over the candidates, and those with the least weight are taken
/// over.
public enum BarrierRanking {
    /// The verdict on one candidate.
    public struct Ruling: Sendable, Hashable {
        public let verdict: Verdict
        /// Its share in the softmax of minus the scores, in 0...1.
        public let weight: Double
        /// Share of the candidates that is taken over.
        public let rate: Double
    }

    /// Judges all candidates of a barrier at once. Their number times the rejection rate is rounded up or down by
    /// chance, so that the share taken over is exact in the mean, however few there are.
    ///
    /// - Parameters:
    ///   - scores: one for each candidate, finite, high is bad. The later of two equal ones counts as better.
    ///   - rejectionRate: in 0...1.
    ///   - uniform: drawn on [0, 1) for this barrier.
    public static func judge(_ scores: [Double], rejectionRate: Double, uniform: Double) -> [Ruling] {
        guard let best = scores.min() else { return [] }
        let count = min(Int((rejectionRate * Double(scores.count) + uniform).rounded(.down)), scores.count)
        let worstFirst = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        let taken = Set(worstFirst.prefix(count))
        let weights = scores.map { exp(best - $0) }
        let sum = weights.reduce(0, +)
        return scores.indices.map { place in
            Ruling(
                verdict: taken.contains(place) ? .takeOver : .keep, weight: weights[place] / sum,
                rate: Double(count) / Double(scores.count))
        }
    }
}
