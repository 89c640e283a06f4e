/// The answer to `a1 results`, from the store.

/// A block with its verdict, if it was judged.
public struct BlockResult: Sendable, Codable, Hashable {
    public var round: Int
    public var segment: UInt64
    public var author: Author
    /// With U+FFFD where a block begins or ends within a character.
    public var text: String
    public var tokens: Int
    public var finish: FinishReason
    public var worker: String
    public var attempt: Int
    public var timing: WorkTiming
    public var score: Double?
    public var pValue: Double?
    public var verdict: Verdict?
    public var stratum: String?
    public var bankCount: Int?
    public var rate: Double?
    public var scoredBy: String?
    public var scoredTiming: WorkTiming?
    /// False for a draft block that was replaced by the target's.
    public var stands: Bool
    /// Tokens of it that stand all the same, where it was replaced from a place within it.
    public var keptTokens: Int?
    /// The text of these.
    public var keptText: String?
    /// What the gate decided about it; nil where it decides about whole problems, or there is none.
    public var gate: GateDecision?
    /// The draft's own score of it, nats; nil as the decision.
    public var gateScore: Double?
    /// The score that the audit asked for.
    public var auditScore: Double?
    /// Whether the gate left it out, by itself or with its problem; nil where everything is scored.
    public var isLeftOut: Bool?

    public init(
        round: Int, segment: UInt64, author: Author, text: String, tokens: Int, finish: FinishReason,
        worker: String, attempt: Int, timing: WorkTiming, stands: Bool
    ) {
        self.round = round
        self.segment = segment
        self.author = author
        self.text = text
        self.tokens = tokens
        self.finish = finish
        self.worker = worker
        self.attempt = attempt
        self.timing = timing
        self.stands = stands
    }
}

public struct PathResult: Sendable, Codable, Hashable {
    public var path: Int
    /// Nil while the path is open.
    public var outcome: PathOutcome?
    public var answer: String?
    public var isRight: Bool?
    public var reason: String?
    public var rounds: Int
    public var takeovers: Int
    public var tokens: TokenCounts
    /// Of draft blocks that were replaced.
    public var tokensReplaced: Int
    public var blocks: [BlockResult]

    public init(
        path: Int, outcome: PathOutcome?, answer: String?, isRight: Bool?, reason: String?, rounds: Int,
        takeovers: Int, tokens: TokenCounts, tokensReplaced: Int = 0, blocks: [BlockResult]
    ) {
        self.path = path
        self.outcome = outcome
        self.answer = answer
        self.isRight = isRight
        self.reason = reason
        self.rounds = rounds
        self.takeovers = takeovers
        self.tokens = tokens
        self.tokensReplaced = tokensReplaced
        self.blocks = blocks
    }
}

public struct ProblemResult: Sendable, Codable, Hashable {
    public var problem: Int
    public var id: String
    public var text: String
    /// Messages before the question; nil if there are none.
    public var turns: [ConversationTurn]?
    /// What the problem sets for itself; nil if nothing.
    public var settings: ProblemSettings?
    public var knownAnswer: String?
    /// Nil while the problem is open, or when no path gave an answer.
    public var answer: String?
    public var isRight: Bool?
    public var votes: Int
    public var isEnded: Bool
    public var rounds: Int
    public var takeovers: Int
    public var verdicts: Int
    public var tokens: TokenCounts
    /// From its first block's beginning to its last block's end.
    public var seconds: Double
    public var paths: [PathResult]

    public init(
        problem: Int, id: String, text: String, turns: [ConversationTurn]? = nil, settings: ProblemSettings? = nil,
        knownAnswer: String?, answer: String?, isRight: Bool?, votes: Int, isEnded: Bool, rounds: Int, takeovers: Int,
        verdicts: Int, tokens: TokenCounts, seconds: Double, paths: [PathResult]
    ) {
        self.problem = problem
        self.id = id
        self.text = text
        self.turns = turns
        self.settings = settings
        self.knownAnswer = knownAnswer
        self.answer = answer
        self.isRight = isRight
        self.votes = votes
        self.isEnded = isEnded
        self.rounds = rounds
        self.takeovers = takeovers
        self.verdicts = verdicts
        self.tokens = tokens
        self.seconds = seconds
        self.paths = paths
    }
}

/// What a worker did while the run was open, as shares of the time between its heartbeats nearest to the run's
/// beginning and end.
public struct WorkerShare: Sendable, Codable, Hashable {
    public var worker: String
    public var role: Role
    /// T_c: it computed.
    public var busy: Double
    /// T_m: some of its work waited for KV memory. It may have computed other work meanwhile.
    public var memory: Double
    /// T_s: it had no work at all.
    public var sync: Double
    /// Of a draft worker: it had room, and a path of its own that could not be drafted for want of a verdict.
    public var verdictWait: Double
    /// The most memory of the process at a heartbeat, bytes.
    public var peakBytes: UInt64

    public init(
        worker: String, role: Role, busy: Double, memory: Double = 0, sync: Double = 0, verdictWait: Double = 0,
        peakBytes: UInt64 = 0
    ) {
        self.worker = worker
        self.role = role
        self.busy = busy
        self.memory = memory
        self.sync = sync
        self.verdictWait = verdictWait
        self.peakBytes = peakBytes
    }
}

/// What is measured of a run beside its records, in the coordinator's last life.
public struct RunMeasures: Sendable, Codable, Hashable {
    /// By name.
    public var workers: [WorkerShare]
    /// Tokens that the draft wrote ahead of verdicts that went against them.
    public var discardedTokens: Int

    public init(workers: [WorkerShare] = [], discardedTokens: Int = 0) {
        self.workers = workers
        self.discardedTokens = discardedTokens
    }

    /// Share of the draft workers' time in which they waited for verdicts; nil without draft workers.
    public var draftWaitShare: Double? {
        let waits = workers.filter { $0.role == .draft }.map(\.verdictWait)
        return waits.isEmpty ? nil : waits.reduce(0, +) / Double(waits.count)
    }

    /// r_a = T_c / (T_m + T_s), the asynchronous arithmetic intensity (arXiv:2509.15148), over all workers; nil where
    /// nobody ever waited.
    public var arithmeticIntensity: Double? {
        Self.arithmeticIntensity(workers.map { ($0.busy, $0.memory + $0.sync) })
    }

    /// r_a of shares of time, or of times, that were spent computing and waiting.
    public static func arithmeticIntensity(_ times: [(computing: Double, waiting: Double)]) -> Double? {
        let waiting = times.reduce(0) { $0 + $1.waiting }
        return waiting > 0 ? times.reduce(0) { $0 + $1.computing } / waiting : nil
    }
}

public struct RoundRate: Sendable, Codable, Hashable {
    public var round: Int
    public var verdicts: Int
    public var takeovers: Int
    /// The shares that so many verdicts allow, as `RunSummary.rejectionRateInterval`; nil where nothing is promised of
    /// rounds.
    public var interval: ClosedRange<Double>?

    public init(round: Int, verdicts: Int, takeovers: Int, interval: ClosedRange<Double>? = nil) {
        self.round = round
        self.verdicts = verdicts
        self.takeovers = takeovers
        self.interval = interval
    }
}

/// How the rates of a run's problems spread.
public struct ProblemRates: Sendable, Codable, Hashable {
    /// Problems with a verdict.
    public var problems: Int
    public var mean: Double
    /// Standard deviation.
    public var sd: Double
    /// Share of problems whose rate is further than 0.2 from the one asked for.
    public var outside: Double

    public init(problems: Int, mean: Double, sd: Double, outside: Double) {
        self.problems = problems
        self.mean = mean
        self.sd = sd
        self.outside = outside
    }
}

/// What exact takeovers cost (`takeover: coupled`).
public struct TakeoverCosts: Sendable, Codable, Hashable {
    /// Takeovers where the target would have written the very same block: nothing was written for them.
    public var changedNothing: Int
    /// Tokens of the draft that stand in blocks that were taken over.
    public var tokensKept: Int
    /// Tokens that the target wrote in takeovers.
    public var tokensWritten: Int

    public init(changedNothing: Int, tokensKept: Int, tokensWritten: Int) {
        self.changedNothing = changedNothing
        self.tokensKept = tokensKept
        self.tokensWritten = tokensWritten
    }
}

/// The run's figures. Shares are nil where nothing was counted: no known answers, no verdicts.
public struct RunSummary: Sendable, Codable, Hashable {
    public var run: RunID
    public var name: String
    public var state: RunState
    public var settings: RunSettings
    /// In the order in which they began to work for the run; more than one of a role after an allowed drift.
    public var models: [RunModel]
    public var problems: Int
    public var problemsEnded: Int
    /// Mean over problems that have ended and whose answer is known of the share of right paths (`RunFigures`).
    public var passAt1: Double?
    /// Share of these problems whose majority is right.
    public var majority: Double?
    /// Share of these problems with at least one right path.
    public var passAtM: Double?
    public var rejectionRateAsked: Double
    public var rejectionRateGot: Double?
    /// The shares that so many verdicts allow by what is promised (`RatePromise`); nil without verdicts or a promise.
    public var rejectionRateInterval: ClosedRange<Double>?
    /// When the interval holds.
    public var rejectionRateIntervalHolds: RateInterval.Condition?
    /// Blocks that were judged, or left out by the gate and so kept.
    public var verdicts: Int
    public var takeovers: Int
    public var rateByRound: [RoundRate]
    /// Nil without verdicts.
    public var rateByProblem: ProblemRates?
    /// Nil where everything is scored.
    public var gate: GateFigures?
    /// Of `strategy: auto`, in order; empty of others.
    public var strategyChoices: [StrategyChoice]
    /// In the order in which they were raised.
    public var driftAlarms: [DriftRecord]
    /// The bank that the run began with: its name and how many scores it had.
    public var bank: String?
    /// Tokens in standing blocks.
    public var tokens: TokenCounts
    /// Tokens of draft blocks that were replaced.
    public var tokensReplaced: Int
    /// Nil with other takeovers than exact ones.
    public var takeoverCosts: TakeoverCosts?
    public var tokensPerSecond: Double
    public var wallSeconds: Double
    public var busy: [WorkerShare]
    /// Tokens written ahead of verdicts that went against them.
    public var discardedTokens: Int
    /// See `RunMeasures`; nil while the run is open.
    public var draftWaitShare: Double?
    public var arithmeticIntensity: Double?

    public init(run: RunID, name: String, state: RunState, settings: RunSettings) {
        self.run = run
        self.name = name
        self.state = state
        self.settings = settings
        models = []
        problems = 0
        problemsEnded = 0
        rejectionRateAsked = settings.rejectionRate
        verdicts = 0
        takeovers = 0
        rateByRound = []
        strategyChoices = []
        driftAlarms = []
        tokens = TokenCounts()
        tokensReplaced = 0
        tokensPerSecond = 0
        wallSeconds = 0
        busy = []
        discardedTokens = 0
    }
}

public struct RunResults: Sendable, Codable, Hashable {
    public var summary: RunSummary
    public var problems: [ProblemResult]

    public init(summary: RunSummary, problems: [ProblemResult]) {
        self.summary = summary
        self.problems = problems
    }
}
