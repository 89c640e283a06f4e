import Domain

/// What a run is expected to take under one strategy.
public struct PlannedStrategy: Sendable, Codable, Hashable {
    /// What is scarce: what would have to be faster for the run to be.
    public enum Bound: String, Sendable, Codable {
        /// The draft workers, or the target workers, are busy all the time.
        case draft
        case target
        /// Target workers are, with passes that wait for memory: more sequences at once would cost little.
        case memory
        /// None is busy all the time: a path waits for one after the other.
        case latency
    }

    /// `target`, `exact`, `async r = 0.4`.
    public var name: String
    /// Whether every text is the target's own.
    public var isExact: Bool
    /// Of the whole batch.
    public var seconds: Double
    public var problemsPerMinute: Double
    /// From its first token to its last, where it is alone.
    public var secondsPerProblem: Double
    /// Of the batch: written by the draft, scored by the target, written by the target.
    public var tokensDrafted: Int
    public var tokensRead: Int
    public var tokensWritten: Int
    /// Tokens a second that stand while as many paths as can are under way.
    public var tokensPerSecond: Double
    /// Over `target`.
    public var speedUp: Double
    public var bound: Bound
    /// What would make it faster by how much, the best first.
    public var wouldHelp: [WhatIf]
}

/// A change and the factor by which the batch would be done sooner.
public struct WhatIf: Sendable, Codable, Hashable {
    public var change: String
    public var factor: Double
}

/// Plans a batch: strategies side by side, by the cost model.
public struct Planner: Sendable {
    private var model: CostModel
    private let facts: TextFacts
    private let settings: RunSettings
    private let problems: Int
    private let begunPathsPerSlot: Int

    /// - Parameter settings: of the run: paths, problems at once, rate, gate, run-ahead and what follows a difference.
    public init(
        _ model: CostModel, _ facts: TextFacts, _ settings: RunSettings, problems: Int, limits: Limits = .standard
    ) {
        self.facts = facts
        self.settings = settings
        self.problems = problems
        begunPathsPerSlot = limits.begunPathsPerSlot
        self.model = model
        self.model.handOver = handOver(model)
    }

    /// The one with which the sample run would have taken as long as it did.
    private func handOver(_ model: CostModel) -> Double {
        guard let seconds = facts.seconds else { return model.handOver }
        var (low, high) = (0.0, 0.02)
        for _ in 0..<12 {
            var tried = model
            tried.handOver = (low + high) / 2
            let blocks = blocks(.coupled(rate: 1, gate: 1), tried)
            var simulation = BatchSimulation(
                .coupled(rate: 1, gate: 1), blocks, tried, lengths: facts.lengths, problems: facts.lengths.count,
                paths: 1, pathsAtOnce: 1)
            if simulation.run().seconds < seconds { low = tried.handOver } else { high = tried.handOver }
        }
        return (low + high) / 2
    }

    /// Every strategy that the settings may mean, `target` first.
    public func strategies() -> [PlannedStrategy] {
        let (rate, gate) = (settings.rejectionRate, settings.gate)
        var ways: [(name: String, isExact: Bool, way: Way)] = [
            ("target", true, .target), ("exact: async, coupled, r = 1", true, .coupled(rate: 1, gate: 1)),
        ]
        // What lookup proposes is no text by itself.
        let hasModel = model.draft != nil
        if hasModel, rate < 1 {
            ways.append(("async, coupled, r = \(rate)", false, .coupled(rate: rate, gate: 1)))
            ways.append(("async, resample, r = \(rate)", false, .resample(rate: rate)))
        }
        if hasModel, settings.paths > 1 {
            ways.append(("gated by problem \(gate), coupled, r = 1", false, .coupled(rate: 1, gate: gate)))
        }
        if hasModel { ways.append(("draft", false, .draft)) }
        let target = outcome(.target, model)
        return ways.map { planned($0.name, $0.way, isExact: $0.isExact, target: target) }
    }

    /// What `strategy: auto` begins by.
    public func forecast() -> RunForecast {
        let (target, drafted) = (
            outcome(.target, model), outcome(.coupled(rate: settings.rejectionRate, gate: 1), model))
        return RunForecast(
            targetTokensPerSecond: Double(target.standing) / target.seconds,
            draftedTokensPerSecond: Double(drafted.standing) / drafted.seconds)
    }

    // MARK: One strategy

    private func planned(
        _ name: String, _ way: Way, isExact: Bool, target: BatchSimulation.Outcome
    ) -> PlannedStrategy {
        let found = outcome(way, model)
        return PlannedStrategy(
            name: name, isExact: isExact, seconds: found.seconds,
            problemsPerMinute: Double(problems) * 60 / found.seconds, secondsPerProblem: secondsAlone(way),
            tokensDrafted: found.drafted, tokensRead: found.read, tokensWritten: found.written,
            tokensPerSecond: Double(found.standing) / found.seconds, speedUp: target.seconds / found.seconds,
            bound: bound(way, found), wouldHelp: whatIfs(way, found.seconds))
    }

    private func outcome(_ way: Way, _ model: CostModel) -> BatchSimulation.Outcome {
        outcome(way, model, problems: problems, inFlight: settings.problemsInFlight)
    }

    private func outcome(
        _ way: Way, _ model: CostModel, problems: Int, inFlight: Int
    ) -> BatchSimulation.Outcome {
        let slots = model.target.slots * model.target.workers + (model.draft.map { $0.slots * $0.workers } ?? 0)
        let bound = slots * begunPathsPerSlot
        // The middle of a large batch is like that of a smaller one.
        let simulated = min(problems, max(1, max(Self.pathsSimulated, 8 * bound) / settings.paths))
        var simulation = BatchSimulation(
            way, blocks(way, model), model, lengths: facts.lengths, problems: simulated, paths: settings.paths,
            pathsAtOnce: max(1, inFlight > 0 ? min(bound, inFlight * settings.paths) : bound))
        return simulation.run().scaled(by: Double(problems) / Double(simulated))
    }

    /// Paths of a batch that are worked through in virtual time, at most, unless more are under way at once.
    private static let pathsSimulated = 4_000

    /// Of a problem that is alone, in the mean of a few.
    private func secondsAlone(_ way: Way) -> Double {
        let count = max(1, min(problems, facts.lengths.count))
        return outcome(way, model, problems: count, inFlight: 1).seconds / Double(count)
    }

    /// What a block comes to, by what the sample run had of them.
    private func blocks(_ way: Way, _ model: CostModel) -> BatchSimulation.Blocks {
        let (count, cuts) = (Double(facts.blocks), Double(max(1, facts.cuts)))
        let length = Double(facts.read) / count
        var blocks = BatchSimulation.Blocks(
            length: length, cutShare: 0, lost: 0, replaced: 0, writtenAfterCut: 0, writtenAfterBlock: 0, resampled: 0,
            runAhead: settings.runAhead, targetLength: targetLength, prompt: facts.prompt)
        switch way {
        case .coupled(let rate, _):
            // Blocks are taken over from the worst on, and those that differ are the worst.
            blocks.cutShare = min(Double(facts.cuts) / count, rate)
            blocks.lost = Double(facts.read - facts.kept) / cuts
            blocks.replaced = settings.afterMismatch == .redraft ? 1 : 0
            if model.draft == nil {
                blocks.writtenAfterBlock = Double(facts.written) / count
            } else {
                blocks.writtenAfterCut = Double(facts.written) / cuts
            }
        case .resample(let rate): blocks.resampled = rate
        case .target, .draft: break
        }
        return blocks
    }

    /// Where blocks end at steps the target's are as long as the draft's.
    private var targetLength: Int {
        guard settings.boundary == .step else { return settings.targetTokens }
        return max(1, min(settings.targetTokens, facts.read / max(1, facts.blocks)))
    }

    // MARK: Why, and what would help

    private func bound(_ way: Way, _ found: BatchSimulation.Outcome) -> PlannedStrategy.Bound {
        let draft = found.draftBusy / found.seconds / Double(model.draft?.workers ?? 1)
        let target = found.targetBusy / found.seconds / Double(model.target.workers)
        guard max(draft, target) > 0.85 else { return .latency }
        if draft > target { return .draft }
        let isNarrow = Double(found.written) * model.target.times.write(1) > 0.5 * found.targetBusy
        return isNarrow && model.target.times.isMemoryBound ? .memory : .target
    }

    private func whatIfs(_ way: Way, _ seconds: Double) -> [WhatIf] {
        var changes: [(String, CostModel)] = []
        if way != .draft { changes.append(("another target worker on cores of its own", with(targets: 1, drafts: 0))) }
        if way != .target, model.draft != nil {
            changes.append(("another draft worker on cores of its own", with(targets: 0, drafts: 1)))
        }
        return changes
            .map { WhatIf(change: $0.0, factor: seconds / outcome(way, $0.1).seconds) }
            .filter { $0.factor >= 1.05 }
            .sorted { $0.factor > $1.factor }
    }

    private func with(targets: Int, drafts: Int) -> CostModel {
        func more(_ station: CostModel.Station, _ added: Int) -> CostModel.Station {
            CostModel.Station(times: station.times, workers: station.workers + added, slots: station.slots)
        }
        return CostModel(
            draft: model.draft.map { more($0, drafts) }, target: more(model.target, targets),
            busyTarget: more(model.busyTarget, targets))
    }
}
