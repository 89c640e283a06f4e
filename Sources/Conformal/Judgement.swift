import Domain

/// A verdict with what led to it.
public struct Judgement: Sendable, Hashable {
    /// By the controller's rule; in 0...1.
    public let pValue: Double
    public let verdict: Verdict
    /// The group it belongs to.
    public let stratum: Stratum
    /// The group it was ranked in: its own, or the parent while that has too few scores.
    public let rankedIn: Stratum
    /// Where it stands there; the judged score itself is not counted.
    public let rank: Rank
    /// The rejection rate in force for this verdict, in 0...1.
    public let rate: Double

    /// How many scores the rank was among.
    public var bankCount: Int { rank.count }

    /// A judgement with its parts.
    public init(
        pValue: Double, verdict: Verdict, stratum: Stratum, rankedIn: Stratum, rank: Rank, rate: Double
    ) {
        self.pValue = pValue
        self.verdict = verdict
        self.stratum = stratum
        self.rankedIn = rankedIn
        self.rank = rank
        self.rate = rate
    }
}

/// A number that is not a score.
public enum ScoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Infinite or not a number.
    case notFinite
    /// A mean negative log-likelihood is never negative.
    case negative(Double)
    /// A p-value is in 0...1. Only a damaged record has another.
    case noPValue(Double)

    public var description: String {
        switch self {
        case .notFinite: "the score is not a finite number; the model's numbers are broken"
        case .negative(let score): "the score is \(score), but a mean negative log-likelihood is never below 0"
        case .noPValue(let value): "the p-value is \(value), outside 0...1"
        }
    }
}
