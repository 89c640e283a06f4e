import Domain

/// What a run says about judging.
public struct ConformalSettings: Sendable, Hashable {
    /// r: the share of blocks that shall be taken over, in 0...1; `RunSettings.checked` refuses others where people
    /// set them.
    public var rejectionRate: Double
    /// The same for blocks that would end their path; nil judges them as any other.
    public var finalRejectionRate: Double?
    /// How scores become p-values.
    public var pValue: PValueRule
    /// Which scores are ranked together.
    public var strata: Strata
    /// How the rate in force follows what was got.
    public var adaptation: RateAdaptation
    /// A stratum ranks among this many of its latest scores; 0 is all.
    public var bankSize: Int
    /// Whether the bank stays as it was loaded.
    public var isFrozen: Bool
    /// What an alarm does.
    public var onDrift: DriftResponse
    /// What decides which blocks come here at all; nil where all do. Of single blocks it leaves enough of each stratum
    /// to hold its rate, of paths and problems of the whole alone.
    public var gate: GateUnit?

    /// Defaults are those of a run.
    public init(
        rejectionRate: Double, finalRejectionRate: Double? = nil, pValue: PValueRule = .smoothed,
        strata: Strata = .round, adaptation: RateAdaptation = .automatic, bankSize: Int = 0, isFrozen: Bool = false,
        onDrift: DriftResponse = .tell, gate: GateUnit? = nil
    ) {
        precondition((0...1).contains(rejectionRate), "a rejection rate is a share")
        if let rate = finalRejectionRate { precondition((0...1).contains(rate), "a rejection rate is a share") }
        self.rejectionRate = rejectionRate
        self.finalRejectionRate = finalRejectionRate
        self.pValue = pValue
        self.strata = strata
        self.adaptation = adaptation
        self.bankSize = bankSize
        self.isFrozen = isFrozen
        self.onDrift = onDrift
        self.gate = gate
    }

    /// `adaptation` with `automatic` resolved. Under a frozen bank a verdict then depends on its own block alone, so
    /// that a run gives the same tokens whatever the order of arrival (ALGORITHM.md, section 8).
    var effectiveAdaptation: RateAdaptation {
        adaptation.resolved(pValue, isFrozen: isFrozen)
    }

    /// An empty window of the kind that these settings need.
    func window(_ scores: [Double] = []) -> ScoreWindow {
        ScoreWindow(scores, capacity: bankSize > 0 ? bankSize : nil, isOrdered: onDrift == .window)
    }
}
