import Domain
import Glibc

/// Decides which units of the draft's text are scored, so that their share is the one asked for. A unit is ranked by
/// the draft's own score among those of all units, scored or not, so that what is ranked does not depend on what was
/// decided.
public struct GateController: Sendable {
    private let unit: GateUnit
    /// The share of units that shall be scored.
    private let share: Double
    private let audit: Double
    /// Ranks, and for blocks and problems the rate in force.
    private var ranks: ConformalController
    /// Of paths: a block's p-value up to which it opens its path.
    private var threshold: Double
    private var paths = VerdictTally()

    /// A path is expected to have so many blocks until more is known.
    private static let expectedBlocks = 8.0

    /// - Parameters:
    ///   - share: of units that shall be scored, 0...1.
    ///   - audit: share of those left out that are scored all the same, 0...1.
    ///   - strata: of the run: which blocks are ranked together. Problems are ranked among all.
    public init(unit: GateUnit, share: Double, audit: Double, strata: Strata) {
        self.unit = unit
        self.share = share
        self.audit = audit
        ranks = ConformalController(
            ConformalSettings(rejectionRate: share, strata: unit == .problem ? .marginal : strata))
        threshold = 1 - pow(1 - share, 1 / Self.expectedBlocks)
    }

    /// What is decided about a unit; nothing changes.
    ///
    /// - Parameters:
    ///   - score: high where the draft is unsure; finite and not negative.
    ///   - group: of the problem's settings, as in `Stratum.init`.
    ///   - isOpen: whether the unit is scored whatever its score.
    ///   - u: uniform on [0, 1), drawn for this unit alone, as is `auditDraw`.
    public func decide(
        score: Double, round: Int, problem: Int, group: Int = 0, isOpen: Bool, tieBreak u: Double, auditDraw: Double
    ) throws(ScoreError) -> GateRecord {
        let judgement = try ranks.assess(score: score, round: round, problem: problem, group: group, tieBreak: u)
        let rate = unit == .path ? threshold : judgement.rate
        let isScored = isOpen || PValue.takesOver(judgement.pValue, rule: .smoothed, rate: rate)
        return GateRecord(
            score: score, pValue: judgement.pValue, tieBreak: u, stratum: judgement.rankedIn.description,
            bankCount: judgement.bankCount, rate: rate,
            decision: isScored ? .score : auditDraw < audit ? .audit : .leaveOut)
    }

    /// Takes in a decision that was made, now or in an earlier life.
    ///
    /// - Parameter opensPath: whether its path is scored from here on and was not before.
    public mutating func note(
        _ gate: GateRecord, round: Int, problem: Int, group: Int = 0, opensPath: Bool = false
    ) throws(ScoreError) {
        try ranks.note(
            score: gate.score, pValue: gate.pValue, gate.decision == .score ? .takeOver : .keep, round: round,
            problem: problem, group: group)
        if unit == .path, opensPath { notePath(isScored: true) }
    }

    /// A path has come to its end without a scored block.
    public mutating func noteUnreadPath() { notePath(isScored: false) }

    /// Few paths decide quickly, many slowly, and what is missing of the share is made up for: the online quantile of
    /// Gibbs and Candes (arXiv:2106.00170, eq. 2) with a step that shrinks (Angelopoulos, Barber and Bates,
    /// arXiv:2402.01139), by factors since thresholds span decades.
    private mutating func notePath(isScored: Bool) {
        paths.note(isTakenOver: isScored)
        // None and all stay so.
        guard share > 0, share < 1 else { return }
        let step = 2 / (10 + Double(paths.verdicts)).squareRoot()
        threshold = min(max(threshold * exp2(step * (share - (isScored ? 1 : 0))), 1e-6), 1)
    }

    /// Everything as text; equal texts mean equal decisions from here on.
    public var durableDescription: String {
        "gate: \(threshold) \(paths)\n" + ranks.durableDescription
    }
}
