import Domain

/// A verdict with what led to it.
public struct Judgement: Sendable, Hashable {
    /// By the controller's rule; in 0...1.
    public let pValue: Double
    public let verdict: Verdict
    /// The group it was ranked in.
    public let stratum: Stratum
    /// How many scores the rank was among; the judged score itself is not one of them.
    public let bankCount: Int
    /// The rejection rate in force for this verdict.
    public let rate: Double

    /// A judgement with its parts.
    public init(pValue: Double, verdict: Verdict, stratum: Stratum, bankCount: Int, rate: Double) {
        self.pValue = pValue
        self.verdict = verdict
        self.stratum = stratum
        self.bankCount = bankCount
        self.rate = rate
    }
}

/// A number that is not a score.
public enum ScoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Infinite or not a number.
    case notFinite
    /// A mean negative log-likelihood is never negative.
    case negative(Double)

    public var description: String {
        switch self {
        case .notFinite: "the score is not a finite number; the model's numbers are broken"
        case .negative(let score): "the score is \(score), but a mean negative log-likelihood is never below 0"
        }
    }
}
