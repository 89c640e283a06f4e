public import Domain
import Evaluation

/// The figures of a cell over all its parts and repetitions. Shares are nil where nothing was counted.
public struct CellMeasures: Sendable, Hashable {
    /// A share with its 95 % interval.
    public struct Share: Sendable, Hashable {
        public var value: Double
        public var interval: ClosedRange<Double>
    }

    public struct Worker: Sendable, Hashable {
        public var name: String
        public var role: Role
        /// Shares of the time, as in `WorkerShare`.
        public var compute: Double
        public var memory: Double
        public var sync: Double
        public var peakBytes: UInt64
    }

    public var cell: ComparisonCell
    /// Of one repetition.
    public var problems: Int
    public var repetitions: Int
    /// As `RunFigures` counts them, the problem being the unit of the interval.
    public var passAt1: Share?
    public var majority: Share?
    public var passAtM: Share?
    /// Sum over the parts; over repetitions the median.
    public var seconds: Double
    /// The other's seconds by this one's, of the same repetition; over repetitions the median. Nil where the other
    /// strategy was not run.
    public var speedupOverTarget: Double?
    public var speedupOverSync: Double?
    /// The share of judged blocks that was taken over.
    public var rate: Double?
    public var problemsPerMinute: Double?
    /// Tokens in standing blocks, of one repetition on average.
    public var tokensDraft: Double
    public var tokensTarget: Double
    /// Tokens written ahead of verdicts that went against them, of one repetition on average.
    public var discarded: Double
    public var draftWaitShare: Double?
    public var arithmeticIntensity: Double?
    /// Seconds of a problem: median, and nine in ten.
    public var latencyMedian: Double?
    public var latencyNineInTen: Double?
    public var workers: [Worker]
    /// Verdicts and takeovers by round.
    public var rounds: [RoundRate]
}

extension CellMeasures {
    /// - Parameters:
    ///   - outcomes: the parts of all repetitions of this cell; at least one.
    ///   - target, sync: those of the cells to compare with; empty where they were not run.
    public init(
        _ cell: ComparisonCell, _ outcomes: [PartOutcome], target: [PartOutcome] = [], sync: [PartOutcome] = []
    ) {
        let repetitions = Set(outcomes.map(\.repetition)).count
        let each = 1 / Double(max(1, repetitions))
        let seconds = Self.seconds(outcomes)
        // The repetitions of a part are runs of the same problems.
        let parts = Dictionary(grouping: outcomes, by: \.part).sorted { $0.key < $1.key }
        let figures = RunFigures(parts: parts.map { RunFigures(runs: $0.value.map(\.figures)) })
        let latencies = outcomes.flatMap(\.problems).map(\.seconds)
        self.cell = cell
        problems = outcomes.filter { $0.repetition == outcomes.first?.repetition }.reduce(0) { $0 + $1.problems.count }
        self.repetitions = repetitions
        passAt1 = Self.share(figures, .passAt1)
        majority = Self.share(figures, .majority)
        passAtM = Self.share(figures, .passAtM)
        self.seconds = Statistics.median(Array(seconds.values)) ?? 0
        speedupOverTarget = Self.speedup(Self.seconds(target), seconds)
        speedupOverSync = Self.speedup(Self.seconds(sync), seconds)
        rate = figures.rejectionRate
        problemsPerMinute = self.seconds > 0 ? Double(problems) / self.seconds * 60 : nil
        tokensDraft = each * Double(figures.tokens.standing.draft)
        tokensTarget = each * Double(figures.tokens.standing.target)
        discarded = each * Double(outcomes.reduce(0) { $0 + $1.discardedTokens })
        workers = Self.workers(outcomes)
        draftWaitShare = Statistics.weightedMean(
            outcomes.flatMap { outcome in
                outcome.workers.filter { $0.role == .draft }.map { ($0.verdictWait, outcome.seconds) }
            })
        arithmeticIntensity = RunMeasures.arithmeticIntensity(workers.map { ($0.compute, $0.memory + $0.sync) })
        latencyMedian = Statistics.median(latencies)
        latencyNineInTen = Statistics.quantile(latencies, 0.9)
        rounds = figures.rounds
    }

    /// By repetition.
    private static func seconds(_ outcomes: [PartOutcome]) -> [Int: Double] {
        Dictionary(outcomes.map { ($0.repetition, $0.seconds) }, uniquingKeysWith: +)
    }

    private static func speedup(_ others: [Int: Double], _ own: [Int: Double]) -> Double? {
        Statistics.median(
            own.compactMap { repetition, seconds in
                others[repetition].flatMap { seconds > 0 ? $0 / seconds : nil }
            })
    }

    /// A part counts by its wall time.
    private static func workers(_ outcomes: [PartOutcome]) -> [Worker] {
        let shares = outcomes.flatMap { outcome in outcome.workers.map { (share: $0, weight: outcome.seconds) } }
        return Dictionary(grouping: shares, by: \.share.worker).sorted { $0.key < $1.key }.compactMap { name, shares in
            func mean(_ part: (WorkerShare) -> Double) -> Double {
                Statistics.weightedMean(shares.map { (part($0.share), $0.weight) }) ?? 0
            }
            guard let first = shares.first else { return nil }
            return Worker(
                name: name, role: first.share.role, compute: mean(\.busy), memory: mean(\.memory), sync: mean(\.sync),
                peakBytes: shares.map(\.share.peakBytes).max() ?? 0)
        }
    }

    private static func share(_ figures: RunFigures, _ accuracy: RunFigures.Accuracy) -> Share? {
        let clusters = figures.trials(accuracy).map {
            Statistics.Cluster(successes: $0.successes, trials: $0.trials)
        }
        guard let value = figures.share(accuracy), let interval = Statistics.clusterInterval(clusters) else {
            return nil
        }
        return Share(value: value, interval: interval)
    }
}
