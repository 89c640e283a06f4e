/// What a gate left out, and what an audit says of it.
public struct GateFigures: Sendable, Codable, Hashable {
    public var unit: GateUnit
    /// The share of units asked for.
    public var asked: Double
    /// Units that were decided about, and those of them that were scored.
    public var units: Int
    public var scored: Int
    /// Blocks of the draft that were left out, those of the audit included.
    public var blocksLeftOut: Int
    /// Tokens that stand, and those of them that the target has never read.
    public var tokens: Int
    public var tokensNeverRead: Int
    /// Blocks that the audit scored.
    public var audited: Int
    /// How many blocks that were left out are among the worst r of their round; nil without an audit.
    public var missed: Double?
    /// With 95 % confidence, as the audit's draws allow.
    public var missedInterval: ClosedRange<Double>?
    /// The chance that the draft's own score is higher for a block among the worst r of its round than for another; nil
    /// where the gate ranks no blocks, or one of the two kinds is missing.
    public var auc: Double?

    /// Below this the draft's own score says too little for a gate.
    public static let lowestAUC = 0.6

    /// The share of units that was scored; nil before the first.
    public var got: Double? { units == 0 ? nil : Double(scored) / Double(units) }

    /// The share of standing tokens that the target has never read.
    public var neverRead: Double? { tokens == 0 ? nil : Double(tokensNeverRead) / Double(tokens) }

    /// Whether the draft's own scores mean too little; nil where that is not known.
    public var isBlind: Bool? { auc.map { $0 < Self.lowestAUC } }

    public init(unit: GateUnit, asked: Double) {
        self.unit = unit
        self.asked = asked
        (units, scored, blocksLeftOut, tokens, tokensNeverRead, audited) = (0, 0, 0, 0, 0, 0)
    }
}

/// Estimates from a sample what a gate missed. A block that was left out is missed if its score is among the worst r of
/// its round; each that the audit drew stands for 1/audit of them.
public struct AuditEstimate: Sendable, Hashable {
    /// A block whose score is known.
    public struct Block: Sendable, Hashable {
        public let round: Int
        /// Under the target, nats.
        public let score: Double
        /// The draft's own; nil where the gate ranks no blocks.
        public let gateScore: Double?
        public let isAudited: Bool

        public init(round: Int, score: Double, gateScore: Double?, isAudited: Bool) {
            self.round = round
            self.score = score
            self.gateScore = gateScore
            self.isAudited = isAudited
        }
    }

    /// An estimate of the number of missed blocks.
    public let missed: Double
    public let interval: ClosedRange<Double>
    public let auc: Double?

    /// - Parameters:
    ///   - blocks: those that were scored for a verdict, and those of the audit.
    ///   - leftOut: how many blocks were left out.
    ///   - audit: the share of them that was drawn, above 0.
    ///   - rate: r.
    public init(_ blocks: [Block], leftOut: Int, audit: Double, rate: Double) {
        var drawn = 0.0
        var (worst, others): ([Weighted], [Weighted]) = ([], [])
        for (_, round) in Dictionary(grouping: blocks, by: \.round).sorted(by: { $0.key < $1.key }) {
            // The last of the worst may be among them in part.
            var left = rate * round.reduce(0) { $0 + ($1.isAudited ? 1 / audit : 1) }
            for block in round.sorted(by: { $0.score > $1.score }) {
                let weight = block.isAudited ? 1 / audit : 1
                let part = min(weight, max(0, left))
                left -= weight
                if block.isAudited { drawn += part * audit }
                guard let score = block.gateScore else { continue }
                if part > 0 { worst.append(Weighted(score: score, weight: part)) }
                if part < weight { others.append(Weighted(score: score, weight: weight - part)) }
            }
        }
        missed = drawn / audit
        interval = Self.interval(drawn: Int(drawn.rounded()), audit: audit, atMost: leftOut)
        auc = Self.auc(worst, others)
    }

    private struct Weighted {
        let score: Double
        let weight: Double
    }

    /// The chance that one of the first scores higher than one of the others; ties count half.
    private static func auc(_ first: [Weighted], _ others: [Weighted]) -> Double? {
        guard !first.isEmpty, !others.isEmpty else { return nil }
        let ascending = others.sorted { $0.score < $1.score }
        var (wins, all, below, next) = (0.0, 0.0, 0.0, 0)
        for one in first.sorted(by: { $0.score < $1.score }) {
            while next < ascending.count, ascending[next].score < one.score {
                below += ascending[next].weight
                next += 1
            }
            var equal = 0.0
            var place = next
            while place < ascending.count, ascending[place].score == one.score {
                equal += ascending[place].weight
                place += 1
            }
            wins += one.weight * (below + equal / 2)
            all += one.weight
        }
        return wins / (all * others.reduce(0) { $0 + $1.weight })
    }

    /// The numbers of missed blocks of which so many may have been drawn: those whose count of draws leaves out 2.5 %
    /// at most on each side (the exact interval of a binomial count, after Clopper and Pearson).
    private static func interval(drawn: Int, audit: Double, atMost limit: Int) -> ClosedRange<Double> {
        let counts = TakeoverCounts(rate: audit)
        let candidates = drawn...max(drawn, limit)
        func first(where holds: (Int) -> Bool) -> Int {
            var (low, high) = (candidates.lowerBound, candidates.upperBound + 1)
            while low < high {
                let middle = (low + high) / 2
                if holds(middle) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        let least = min(first { counts.interval($0).upperBound >= drawn }, candidates.upperBound)
        let most = max(first { counts.interval($0).lowerBound > drawn } - 1, least)
        return Double(least)...Double(most)
    }
}
