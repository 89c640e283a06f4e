/// How far the number of takeovers E = takeovers - r n may be from 0 after n verdicts: `|E| <= max(blocks, share n)`.
/// The controller keeps it within (docs/rejection-rate.md, How it works), and results say what it allows.
public struct ToleranceBand: Sendable, Hashable {
    /// How far the number of takeovers may be off while there are few verdicts; above 1.
    public let blocks: Double
    /// How far the share of takeovers may be off when there are many.
    public let share: Double

    /// What a stratum may be off: at most 0.05 from 50 verdicts on, 0.04 from 63 on.
    public static let stratum = ToleranceBand(blocks: 2.5, share: 0.04)
    /// What all strata together shall not be off: 0.008 from 2,500 verdicts on. Where the two contradict each other
    /// the stratum's edge decides.
    public static let whole = ToleranceBand(blocks: 20, share: 0.008)

    /// A band of this width.
    public init(blocks: Double, share: Double) {
        self.blocks = blocks
        self.share = share
    }

    /// How far E may be from 0 after n verdicts.
    public func width(after verdicts: Int) -> Double { max(blocks, share * Double(verdicts)) }
}
