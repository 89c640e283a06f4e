import Domain

/// Decides which draft blocks are taken over, so that their share is the rejection rate. ALGORITHM.md, section 3:
/// online, which is to say that each score is ranked among the earlier ones of its stratum and then joins them.
public struct ConformalController: Sendable {
    /// r: the share of blocks that shall be taken over.
    public let rejectionRate: Double
    /// How scores become p-values.
    public let pValue: PValueRule
    /// Which scores are ranked together.
    public let strata: Strata
    private var states: [Stratum: StratumState] = [:]

    /// - Parameter rejectionRate: in 0...1; `RunSettings.checked` refuses others where people set them.
    public init(rejectionRate: Double, pValue: PValueRule, strata: Strata) {
        precondition((0...1).contains(rejectionRate), "a rejection rate is a share")
        self.rejectionRate = rejectionRate
        self.pValue = pValue
        self.strata = strata
    }

    /// Judges a block and adds its score to the bank.
    ///
    /// - Parameters:
    ///   - score: mean negative log-likelihood of the block under the target, nats a token.
    ///   - u: uniform on [0, 1), drawn for this block alone.
    /// - Throws: when the score is not one; the bank is then unchanged.
    public mutating func judge(
        score: Double, round: Int, problem: Int, tieBreak u: Double
    ) throws(ScoreError) -> Judgement {
        let judgement = try assess(score: score, round: round, problem: problem, tieBreak: u)
        try restore(score: score, round: round, problem: problem)
        return judgement
    }

    /// What the judgement would be; the bank does not change. `judge` is this and then `restore`.
    public func assess(
        score: Double, round: Int, problem: Int, tieBreak u: Double
    ) throws(ScoreError) -> Judgement {
        let score = try Self.checked(score)
        let stratum = Stratum(strata, round: round, problem: problem)
        let rate = states[stratum]?.rate ?? rejectionRate
        let rank = states[stratum]?.bank.rank(of: score) ?? Rank(less: 0, equal: 0, greater: 0)
        let value =
            switch pValue {
            case .smoothed: PValue.smoothed(rank, tieBreak: u)
            case .paper: PValue.paper(rank)
            }
        let verdict: Verdict = PValue.takesOver(value, rule: pValue, rate: rate) ? .takeOver : .keep
        return Judgement(
            pValue: value, verdict: verdict, stratum: stratum, bankCount: rank.count, rate: rate)
    }

    /// Adds a score that was judged in an earlier life.
    ///
    /// - Throws: when the score is not one; the bank is then unchanged.
    public mutating func restore(score: Double, round: Int, problem: Int) throws(ScoreError) {
        let score = try Self.checked(score)
        let stratum = Stratum(strata, round: round, problem: problem)
        states[stratum, default: StratumState(rate: rejectionRate)].bank.insert(score)
    }

    /// The scores of a stratum, ascending.
    public func scores(in stratum: Stratum) -> [Double] { states[stratum]?.bank.sortedScores ?? [] }

    /// The scores of every stratum as text; equal texts mean equal judgements.
    public var durableDescription: String {
        states.map { "bank \($0.key): \($0.value.bank.sortedScores)" }.sorted().joined(separator: "\n")
    }

    private static func checked(_ score: Double) throws(ScoreError) -> Double {
        guard score.isFinite else { throw .notFinite }
        guard score >= 0 else { throw .negative(score) }
        // The mean of zeros may come out as -0.
        return score == 0 ? 0 : score
    }
}
