import Domain

/// Measures how fast a run of `strategy: auto` goes and says when the other way is worth it: docs/cost-model.md,
/// "In the middle of a run". Of this life only; what it leads to is recorded.
///
/// Speeds are tokens a second that stand, over all of the run's paths. They are measured while as many paths as can are
/// under way, from block to block, once nothing that was ordered before the last change is out.
struct StrategyWatch: Sendable {
    /// A way is changed for one that is faster by this factor: below it the two cannot be told apart.
    private static let margin = 1.05
    /// A forecast says less than a measurement: the draft begins only where it is foretold to be faster by this.
    private static let forecastMargin = 1.2
    /// Below this share of what was foretold the target is measured, too.
    private static let doubt = 0.75
    private static let nearRatios = 2.0 / 3...1.5
    /// Share of what is left to be written that a trial may take.
    private static let trialShare = 0.03
    /// Blocks of a measurement for each path under way, beyond so many paths one for each; at least; milliseconds.
    private static let blocksPerPath = 4
    private static let fewPaths = 8
    private static let blocksAtLeast = 8
    /// It goes on for so long, or for this share of what is left, whichever comes first.
    private static let msWanted: Int64 = 500
    private static let measuredShare = 0.015
    private static let msAtLeast: Int64 = 20
    /// A trial ends where the target alone would have been done twice.
    private static let patience = 2.0
    /// While the draft writes each measurement has so many times the blocks of a trial, and two in a row must be
    /// slower: a machine that is shared stumbles.
    private static let steadyFactor = 4
    private static let slowInARow = 2
    /// What was slower is tried again once so many times the tokens stand, unless it was slower by far.
    private static let retrySpacing = 2
    private static let hopeless = 0.7

    private(set) var strategy: Strategy
    /// As measured in this life; else by what was foretold.
    var targetRate: Double? { measured.target ?? foretold(.target) }
    var draftedRate: Double? { measured.drafted ?? foretold(.async) }
    private let forecast: RunForecast?
    private var measured: (target: Double?, drafted: Double?) = (nil, nil)
    /// The draft writes and has not been measured in this run.
    private var isTrial = false
    /// What a trial is expected to write; nil where none was planned.
    private var trialTokens: Double?
    /// Whether orders from before the last change may be out.
    private(set) var isSettling = false
    private var epoch: Epoch?
    /// Once so many tokens stand the draft is tried again though it was slower; nil: never.
    private var retryTokens: Int? = 0
    /// Before so many stand not even if it should be faster now.
    private var earliestTokens = 0
    private var slowMeasurements = 0

    private enum Epoch: Hashable {
        /// Begins with the next block.
        case awaited(sinceMs: Int64, blocks: Int)
        case running(beganMs: Int64, tokens: Int, blocks: Int)
    }

    /// The run at a step.
    struct Progress: Sendable {
        var nowMs: Int64
        /// Tokens that stand, and rounds that are over.
        var tokens: Int
        var blocks: Int
        /// Paths under way.
        var begunPaths: Int
        /// Tokens that are expected of the paths that are not over; nil before the first has ended.
        var tokensLeft: Double?
        /// Whether paths wait to begin: as long as they do the number under way is steady.
        var hasFresh: Bool
        /// Whether a draft worker can work for the run.
        var hasDraft: Bool
        /// Whether an order from before the last change is out; asked only while the watch settles.
        var hasOldOrders: Bool
    }

    struct Change: Sendable, Hashable {
        let strategy: Strategy
        let reason: StrategyReason
    }

    /// - Parameters:
    ///   - strategy: how the run goes on, by its last record.
    ///   - forecast: nil where nothing is known.
    init(_ strategy: Strategy, _ forecast: RunForecast? = nil) {
        self.strategy = strategy
        self.forecast = forecast
    }

    /// What was foretold of a way that was not measured. Where the other was, only the ratio of the two counts: what
    /// the forecast leaves out slows down both.
    private func foretold(_ way: Strategy) -> Double? {
        guard let forecast else { return nil }
        let ratio = forecast.draftedTokensPerSecond / forecast.targetTokensPerSecond
        if way == .target { return measured.drafted.map { $0 / ratio } ?? forecast.targetTokensPerSecond }
        return measured.target.map { $0 * ratio } ?? forecast.draftedTokensPerSecond
    }

    /// How a run begins of which this is foretold.
    static func beginning(_ forecast: RunForecast?) -> Change {
        guard let forecast else { return Change(strategy: .target, reason: .unknown) }
        let isWorth = forecast.draftedTokensPerSecond > forecast.targetTokensPerSecond * forecastMargin
        return Change(strategy: isWorth ? .async : .target, reason: .forecast)
    }

    /// Takes in where the run is.
    ///
    /// - Returns: a change that is worth it; the watch counts it as made.
    mutating func note(_ progress: Progress) -> Change? {
        guard progress.hasDraft else {
            return strategy == .async ? change(to: .target, .noDraft, progress) : nil
        }
        if isSettling {
            guard !progress.hasOldOrders else { return nil }
            isSettling = false
        }
        guard progress.hasFresh else { return nil }
        switch epoch {
        case nil:
            begin(progress)
            return nil
        case .awaited(let sinceMs, let blocks):
            if progress.blocks > blocks {
                epoch = .running(beganMs: progress.nowMs, tokens: progress.tokens, blocks: progress.blocks)
            } else if isHopeless(sinceMs, progress) {
                return endTrial(
                    Found(elapsedMs: progress.nowMs - sinceMs, tokens: 0, blocks: 0, wanted: 0), progress)
            }
            return nil
        case .running(let beganMs, let tokens, let blocks):
            let found = Found(
                elapsedMs: progress.nowMs - beganMs, tokens: progress.tokens - tokens,
                blocks: progress.blocks - blocks, wanted: Self.blocksWanted(progress.begunPaths))
            guard found.elapsedMs >= Self.msAtLeast else { return nil }
            let factor = strategy == .target || isTrial ? 1 : Self.steadyFactor
            guard isEnough(found, progress, factor) || isHopeless(beganMs, progress) else { return nil }
            if strategy == .target { return noteTarget(found, progress) }
            return endTrial(found, progress)
        }
    }

    /// Whether a measurement says something: of many blocks, over a time in which a machine's stumbles are few.
    private func isEnough(_ found: Found, _ progress: Progress, _ factor: Int) -> Bool {
        guard found.blocks >= found.wanted * factor else { return false }
        guard let left = progress.tokensLeft else { return true }
        return found.elapsedMs >= Self.msWanted * Int64(factor)
            || Double(found.tokens) >= Self.measuredShare * Double(factor) * left
    }

    private static func blocksWanted(_ paths: Int) -> Int {
        max(blocksAtLeast, paths + min(paths, fewPaths) * (blocksPerPath - 1))
    }

    /// Of a measurement so far.
    private struct Found {
        let elapsedMs: Int64
        let tokens: Int
        let blocks: Int
        /// Blocks that are enough.
        let wanted: Int

        var rate: Double { Double(tokens) * 1_000 / Double(elapsedMs) }
    }

    private mutating func noteTarget(_ found: Found, _ progress: Progress) -> Change? {
        guard found.tokens > 0 else { return nil }
        measured.target = found.rate
        begin(progress)
        let isFaster = draftedRate.map { $0 > found.rate * Self.margin } ?? false
        guard isWorthATrial(isFaster: isFaster, progress) else { return nil }
        // What was measured to be faster needs no trial.
        let trial = trial(like: found, progress)
        guard trial != nil || (isFaster && measured.drafted != nil) else { return nil }
        isTrial = true
        trialTokens = trial
        return change(to: .async, isFaster ? .faster : .trial, progress)
    }

    private func isWorthATrial(isFaster: Bool, _ progress: Progress) -> Bool {
        guard measured.drafted != nil else { return isFaster || forecast == nil || isForecastNear }
        if isFaster { return progress.tokens >= earliestTokens }
        return retryTokens.map { progress.tokens >= $0 } ?? false
    }

    /// Whether the two ways are foretold to be as fast as each other within what a forecast is worth.
    private var isForecastNear: Bool {
        guard let forecast else { return false }
        return Self.nearRatios.contains(forecast.draftedTokensPerSecond / forecast.targetTokensPerSecond)
    }

    /// Tokens that a trial of the other way writes; nil where that is too many.
    private func trial(like found: Found, _ progress: Progress) -> Double? {
        // What is out when the way changes comes first, a block a path.
        let trial = Double(found.wanted + progress.begunPaths) * Double(found.tokens) / Double(max(1, found.blocks))
        guard let left = progress.tokensLeft, trial <= Self.trialShare * left else { return nil }
        return trial
    }

    /// Whether the target alone would have been done with the trial long ago.
    private func isHopeless(_ sinceMs: Int64, _ progress: Progress) -> Bool {
        guard isTrial, let trialTokens, let targetRate else { return false }
        return Double(progress.nowMs - sinceMs) * targetRate / 1_000 > Self.patience * trialTokens
    }

    private mutating func endTrial(_ found: Found, _ progress: Progress) -> Change? {
        let rate = found.rate
        measured.drafted = rate
        let wasTrial = isTrial
        isTrial = false
        begin(progress)
        if measured.target == nil, let forecast {
            // Far from what was foretold the ratio may be wrong, too.
            let isFar = rate < Self.doubt * forecast.draftedTokensPerSecond
            guard isFar || (isForecastNear && trial(like: found, progress) != nil) else { return nil }
            retryTokens = Self.retrySpacing * max(1, progress.tokens)
            return change(to: .target, .trial, progress)
        }
        guard let targetRate, rate < targetRate else {
            slowMeasurements = 0
            return nil
        }
        slowMeasurements += 1
        guard wasTrial || slowMeasurements >= Self.slowInARow else { return nil }
        slowMeasurements = 0
        let isFar = rate < Self.hopeless * targetRate
        let later = Self.retrySpacing * max(1, progress.tokens)
        // What was well once is taken up again as soon as the target, measured anew, is slower.
        earliestTokens = isFar || !wasTrial ? 0 : later
        retryTokens = isFar ? nil : later
        return change(to: .target, .slower, progress)
    }

    /// A measurement begins with the next block.
    private mutating func begin(_ progress: Progress) {
        epoch = .awaited(sinceMs: progress.nowMs, blocks: progress.blocks)
    }

    private mutating func change(to strategy: Strategy, _ reason: StrategyReason, _ progress: Progress) -> Change {
        self.strategy = strategy
        isSettling = true
        epoch = nil
        if strategy == .target { isTrial = false }
        return Change(strategy: strategy, reason: reason)
    }
}
