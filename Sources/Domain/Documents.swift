/// What the coordinator answers to people's questions. These are exactly the documents that `--json` prints, so every
/// name in them is part of the command line's contract.

/// Tokens by author.
public struct TokenCounts: Sendable, Codable, Hashable {
    public var draft: Int
    public var target: Int

    public init(draft: Int = 0, target: Int = 0) {
        self.draft = draft
        self.target = target
    }

    public var total: Int { draft + target }
}

/// How fast a run has gone in this life of the coordinator, since its first order.
public struct RunPace: Sendable, Codable, Hashable {
    /// Up to the run's end, or to now.
    public var elapsedMs: Int64
    public var pathsEnded: Int
    /// Written and not replaced.
    public var tokens: Int

    public init(elapsedMs: Int64, pathsEnded: Int, tokens: Int) {
        self.elapsedMs = elapsedMs
        self.pathsEnded = pathsEnded
        self.tokens = tokens
    }
}

/// One run at a glance, from the coordinator's memory.
public struct RunStatus: Sendable, Codable, Hashable {
    public var run: RunID
    public var name: String
    public var state: RunState
    public var problems: Int
    public var problemsEnded: Int
    public var paths: Int
    public var pathsEnded: Int
    public var verdicts: Int
    public var takeovers: Int
    /// The share asked for; what was got is `takeovers` of `verdicts`.
    public var rejectionRate: Double
    /// Of `strategy: auto`: how it goes at the moment; nil of others.
    public var chosenStrategy: Strategy?
    public var tokens: TokenCounts
    /// Paths that have ended with an answer.
    public var votes = 0
    /// Ended problems with a known answer, and those of them whose majority is right.
    public var problemsJudged = 0
    public var problemsRight = 0
    /// Nil before the run's first order in this life of the coordinator.
    public var pace: RunPace?
    /// Open paths by what they wait for or are in.
    public var pathsByStage: [String: Int]
    /// Times that the scores of the run have drifted.
    public var driftAlarms: Int
    /// How many problems, from the first of the batch, had been looked at when they did so first; nil without an
    /// alarm, and for one that an earlier version raised.
    public var driftAfterProblems: Int?
    /// What keeps the run from going on, if anything does: `no draft worker`.
    public var waitingFor: [String]
    /// Since something of it was written, judged or ended, once that is longer than `no_progress_ms`; else nil.
    public var silentMs: Int64?
    public var submittedWallMs: Int64
    public var endedWallMs: Int64?

    public init(
        run: RunID, name: String, state: RunState, problems: Int, problemsEnded: Int, paths: Int, pathsEnded: Int,
        verdicts: Int, takeovers: Int, rejectionRate: Double, tokens: TokenCounts, pathsByStage: [String: Int],
        driftAlarms: Int, driftAfterProblems: Int? = nil, waitingFor: [String], submittedWallMs: Int64,
        endedWallMs: Int64?
    ) {
        self.run = run
        self.name = name
        self.state = state
        self.problems = problems
        self.problemsEnded = problemsEnded
        self.paths = paths
        self.pathsEnded = pathsEnded
        self.verdicts = verdicts
        self.takeovers = takeovers
        self.rejectionRate = rejectionRate
        self.tokens = tokens
        self.pathsByStage = pathsByStage
        self.driftAlarms = driftAlarms
        self.driftAfterProblems = driftAfterProblems
        self.waitingFor = waitingFor
        self.submittedWallMs = submittedWallMs
        self.endedWallMs = endedWallMs
    }
}

/// What is remembered of a run that is over: all that its records come to, so that they need not be read again.
public struct EndedRun: Sendable, Codable, Hashable {
    public var status: RunStatus
    public let submissionKey: String
    /// Tells a repeated submission from another one under the same key.
    public let contentDigest: UInt64

    public init(status: RunStatus, submissionKey: String, contentDigest: UInt64) {
        self.status = status
        self.submissionKey = submissionKey
        self.contentDigest = contentDigest
    }
}

public enum WorkerState: String, Sendable, Codable, CaseIterable {
    case live
    case draining
    /// Heartbeats stopped.
    case lost
    /// It said goodbye.
    case gone
    /// It refused its own start: the reason says why.
    case failed
}

/// One worker at a glance.
public struct WorkerStatus: Sendable, Codable, Hashable {
    public var name: String
    public var role: Role
    public var state: WorkerState
    public var reason: String?
    public var model: String
    public var modelDigest: String
    /// What decides the bits of its products; nil if it does not say.
    public var kernels: String?
    public var host: String
    public var processID: Int32
    public var slots: Int
    public var threads: Int
    /// Nil where nobody says.
    public var proposesByLookup: Bool?
    public var orders: Int
    public var restarts: Int
    public var heartbeat: Heartbeat
    /// Since the last heartbeat.
    public var silentMs: Int64

    public init(
        name: String, role: Role, state: WorkerState, reason: String?, model: String, modelDigest: String,
        kernels: String? = nil, host: String, processID: Int32, slots: Int, threads: Int, orders: Int, restarts: Int,
        heartbeat: Heartbeat, silentMs: Int64
    ) {
        self.name = name
        self.role = role
        self.state = state
        self.reason = reason
        self.model = model
        self.modelDigest = modelDigest
        self.kernels = kernels
        self.host = host
        self.processID = processID
        self.slots = slots
        self.threads = threads
        self.orders = orders
        self.restarts = restarts
        self.heartbeat = heartbeat
        self.silentMs = silentMs
    }
}

/// What the coordinator counted and dropped, and its own state.
public struct CoordinatorStatus: Sendable, Codable, Hashable {
    public var epoch: UInt64
    public var processID: Int32
    public var upMs: Int64
    public var staleReplies: Int
    public var refusedMessages: Int
    public var ordersSent: Int

    public init(
        epoch: UInt64 = 0, processID: Int32 = 0, upMs: Int64 = 0, staleReplies: Int = 0, refusedMessages: Int = 0,
        ordersSent: Int = 0
    ) {
        self.epoch = epoch
        self.processID = processID
        self.upMs = upMs
        self.staleReplies = staleReplies
        self.refusedMessages = refusedMessages
        self.ordersSent = ordersSent
    }
}

/// The answer to `a1 status` and `a1 workers`.
public struct ClusterStatus: Sendable, Codable, Hashable {
    public var coordinator: CoordinatorStatus
    public var workers: [WorkerStatus]
    public var runs: [RunStatus]

    public init(coordinator: CoordinatorStatus, workers: [WorkerStatus], runs: [RunStatus]) {
        self.coordinator = coordinator
        self.workers = workers
        self.runs = runs
    }
}
