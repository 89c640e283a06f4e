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
    /// Mean over paths of problems with a known answer, the problem being the unit of the interval.
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
        let accuracy = Accuracy(outcomes)
        let latencies = outcomes.flatMap(\.problems).map(\.seconds)
        let verdicts = outcomes.reduce(0) { $0 + $1.verdicts }
        self.cell = cell
        problems = outcomes.filter { $0.repetition == outcomes.first?.repetition }.reduce(0) { $0 + $1.problems.count }
        self.repetitions = repetitions
        passAt1 = accuracy.passAt1
        majority = accuracy.majority
        passAtM = accuracy.passAtM
        self.seconds = Statistics.median(Array(seconds.values)) ?? 0
        speedupOverTarget = Self.speedup(Self.seconds(target), seconds)
        speedupOverSync = Self.speedup(Self.seconds(sync), seconds)
        rate = verdicts == 0
            ? nil : Double(outcomes.reduce(0) { $0 + $1.takeovers }) / Double(verdicts)
        problemsPerMinute = self.seconds > 0 ? Double(problems) / self.seconds * 60 : nil
        tokensDraft = each * Double(outcomes.reduce(0) { $0 + $1.tokens.draft })
        tokensTarget = each * Double(outcomes.reduce(0) { $0 + $1.tokens.target })
        discarded = each * Double(outcomes.reduce(0) { $0 + $1.discardedTokens })
        workers = Self.workers(outcomes)
        draftWaitShare = Statistics.weightedMean(
            outcomes.flatMap { outcome in
                outcome.workers.filter { $0.role == .draft }.map { ($0.verdictWait, outcome.seconds) }
            })
        arithmeticIntensity = RunMeasures.arithmeticIntensity(workers.map { ($0.compute, $0.memory + $0.sync) })
        latencyMedian = Statistics.median(latencies)
        latencyNineInTen = Statistics.quantile(latencies, 0.9)
        rounds = Self.rounds(outcomes)
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

    private static func rounds(_ outcomes: [PartOutcome]) -> [RoundRate] {
        Dictionary(grouping: outcomes.flatMap(\.rounds), by: \.round).sorted { $0.key < $1.key }.map { round, rates in
            RoundRate(
                round: round, verdicts: rates.reduce(0) { $0 + $1.verdicts },
                takeovers: rates.reduce(0) { $0 + $1.takeovers })
        }
    }
}

/// The shares of right answers. A problem that was run several times is still one problem.
private struct Accuracy {
    let passAt1: CellMeasures.Share?
    let majority: CellMeasures.Share?
    let passAtM: CellMeasures.Share?

    init(_ outcomes: [PartOutcome]) {
        struct Place: Hashable {
            var part: Int
            var problem: Int
        }
        var paths: [Place: Statistics.Cluster] = [:]
        var majorities: [Place: Statistics.Cluster] = [:]
        var passes: [Place: Statistics.Cluster] = [:]
        func count(_ isRight: Bool, _ clusters: inout [Place: Statistics.Cluster], _ place: Place) {
            clusters[place, default: .init(successes: 0, trials: 0)].trials += 1
            if isRight { clusters[place]?.successes += 1 }
        }
        for outcome in outcomes {
            for (number, problem) in outcome.problems.enumerated() {
                guard let isMajorityRight = problem.isMajorityRight else { continue }
                let place = Place(part: outcome.part, problem: number)
                count(isMajorityRight, &majorities, place)
                count(problem.rightPaths > 0, &passes, place)
                paths[place, default: .init(successes: 0, trials: 0)].trials += problem.paths
                paths[place]?.successes += problem.rightPaths
            }
        }
        passAt1 = Self.share(Array(paths.values))
        majority = Self.share(Array(majorities.values))
        passAtM = Self.share(Array(passes.values))
    }

    private static func share(_ clusters: [Statistics.Cluster]) -> CellMeasures.Share? {
        let shares = clusters.filter { $0.trials > 0 }.map { Double($0.successes) / Double($0.trials) }.sorted()
        guard let value = Statistics.mean(shares), let interval = Statistics.clusterInterval(clusters) else {
            return nil
        }
        return CellMeasures.Share(value: value, interval: interval)
    }
}
