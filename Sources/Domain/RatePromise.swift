/// What is promised of the share of blocks that a run takes over (docs/rejection-rate.md), as an interval for the
/// number of its verdicts. Few verdicts allow much: 44 of 120 break no promise of 0.4.
public struct RatePromise: Sendable, Hashable {
    /// How many verdicts a round of a problem has had.
    public struct Cell: Sendable, Hashable {
        public let round: Int
        public let problem: Int
        /// Of the problem, by `SettingsGroups`.
        public let group: Int
        public let verdicts: Int

        public init(round: Int, problem: Int, group: Int = 0, verdicts: Int) {
            self.round = round
            self.problem = problem
            self.group = group
            self.verdicts = verdicts
        }
    }

    private enum Rule: Sendable, Hashable {
        /// Every stratum's takeovers are at most so far from r n, whatever the scores are.
        case band(Strata, ToleranceBand)
        /// The same behind a gate by blocks that keeps within the same band: see `gatedFloor`.
        case gatedBand(Strata, ToleranceBand)
        /// The candidates of each barrier times r, rounded up or down.
        case barrier
        /// Takeovers follow this distribution if the scores are exchangeable.
        case chance(TakeoverCounts)
    }

    private let rate: Double
    private let rule: Rule

    /// What a run with these settings promises; nil where it promises nothing of the share, which is where nothing is
    /// judged, or blocks that would end their path have a rate of their own.
    ///
    /// - Parameter bankScores: how many scores the bank had that the run began with; 0 without a bank.
    public init?(_ settings: RunSettings, bankScores: Int) {
        let rate = settings.rejectionRate
        switch settings.strategy {
        case .target, .draft: return nil
        case .sync: self.init(rate: rate, rule: .barrier)
        case .random: self.init(rate: rate, rule: .chance(TakeoverCounts(rate: rate)))
        case .async, .auto:
            guard settings.finalRejectionRate == nil else { return nil }
            if settings.scoring == .gated, settings.gate < 1 {
                // Of paths and problems nothing is promised: too few blocks may be scored.
                guard settings.gateBy == .block, settings.adaptive.resolved(settings.pValue, isFrozen: false) == .band
                else { return nil }
                self.init(rate: rate, rule: .gatedBand(settings.strata, .stratum))
                return
            }
            self.init(
                ranking: rate, settings.pValue, settings.strata, settings.adaptive,
                frozenScores: settings.bankMode == .frozen ? bankScores : nil)
        }
    }

    /// What ranking promises.
    ///
    /// - Parameters:
    ///   - rate: r.
    ///   - frozenScores: how many scores a frozen bank has; nil where verdicts add to the bank.
    public init(
        ranking rate: Double, _ pValue: PValueRule, _ strata: Strata, _ adaptation: RateAdaptation, frozenScores: Int?
    ) {
        switch adaptation.resolved(pValue, isFrozen: frozenScores != nil) {
        case .band: self.init(rate: rate, rule: .band(strata, .stratum))
        // Gibbs and Candes, arXiv:2106.00170, Proposition 4.1: |T - r n| <= (max(r, 1 - r) + gamma) / gamma.
        case .step(let gamma):
            let band = ToleranceBand(blocks: (max(rate, 1 - rate) + gamma) / gamma, share: 0)
            self.init(rate: rate, rule: .band(strata, band))
        case .off, .automatic:
            let counts = frozenScores.map { TakeoverCounts(rate: rate, pValue, frozenScores: $0) }
            self.init(rate: rate, rule: .chance(counts ?? TakeoverCounts(rate: rate)))
        }
    }

    private init(rate: Double, rule: Rule) {
        self.rate = rate
        self.rule = rule
    }

    /// The shares that the run may have got.
    ///
    /// - Parameter cells: the verdicts of the whole run.
    public func interval(_ cells: [Cell]) -> RateInterval? {
        switch rule {
        case .band(let strata, let band): bounds(counts(cells, strata), band)
        case .gatedBand(let strata, let band): bounds(counts(cells, strata), band, below: Self.gatedFloor)
        // Less than 1 off: where r times the candidates is a whole number, that many.
        case .barrier: bounds(cells.map(\.verdicts), ToleranceBand(blocks: 1 - 1e-6, share: 0))
        case .chance(let counts): chance(cells, counts)
        }
    }

    /// The shares that one round may have got; nil where nothing is promised of rounds.
    ///
    /// - Parameter cells: the verdicts of the round.
    public func interval(ofRound cells: [Cell]) -> RateInterval? {
        switch rule {
        case .band(.marginal, _), .band(.problem, _), .gatedBand(.marginal, _), .gatedBand(.problem, _): nil
        case .band(.round, _), .band(.roundAndProblem, _), .gatedBand(.round, _), .gatedBand(.roundAndProblem, _),
            .barrier, .chance:
            interval(cells)
        }
    }

    /// So many widths of the band E may fall short behind a gate. Below the lower edge all that is scored is taken
    /// over: then E changes by s - r n over n blocks of which s are scored, and the gate's own band has
    /// s >= gate n - 2 widths, which is r n - 2 widths at least.
    private static let gatedFloor = 3.0

    private func counts(_ cells: [Cell], _ strata: Strata) -> [Int] {
        func sums(_ key: (Cell) -> [Int]) -> [Int] {
            Dictionary(cells.map { (key($0), $0.verdicts) }, uniquingKeysWith: +).values.sorted()
        }
        return switch strata {
        case .marginal: sums { [$0.group] }
        case .round: sums { [$0.round, $0.group] }
        case .problem: sums { [$0.problem] }
        case .roundAndProblem: cells.map(\.verdicts)
        }
    }

    /// Where every group keeps within a band of its own, the whole keeps within their sum.
    ///
    /// - Parameter below: how many of its widths it may fall short by.
    private func bounds(_ groups: [Int], _ band: ToleranceBand, below: Double = 1) -> RateInterval? {
        var (least, most) = (0, 0)
        for count in groups {
            let (middle, width) = (rate * Double(count), band.width(after: count))
            // A whole number at the very edge is within, whatever rounding says.
            least += max(0, Int((middle - below * width - 1e-9).rounded(.up)))
            most += min(count, Int((middle + width + 1e-9).rounded(.down)))
        }
        return RateInterval(takeovers: least...most, verdicts: groups.reduce(0, +), holds: .always)
    }

    private func chance(_ cells: [Cell], _ counts: TakeoverCounts) -> RateInterval? {
        let verdicts = cells.reduce(0) { $0 + $1.verdicts }
        return RateInterval(takeovers: counts.interval(verdicts), verdicts: verdicts, holds: .exchangeable)
    }
}

/// The shares of takeovers that a number of verdicts allows.
public struct RateInterval: Sendable, Codable, Hashable {
    public enum Condition: String, Sendable, Codable, CaseIterable {
        /// Whatever the scores are.
        case always
        /// In at least 95 % of runs whose scores are exchangeable.
        case exchangeable
    }

    public let shares: ClosedRange<Double>
    public let holds: Condition

    /// Nil without verdicts.
    init?(takeovers: ClosedRange<Int>, verdicts: Int, holds: Condition) {
        guard verdicts > 0 else { return nil }
        let count = Double(verdicts)
        shares = Double(takeovers.lowerBound) / count...Double(takeovers.upperBound) / count
        self.holds = holds
    }
}
