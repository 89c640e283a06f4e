import Conformal
import Domain
import Evaluation

/// One open run.
struct Run: Sendable {
    let spec: RunSpec
    let policy: PathPolicy
    let contentDigest: UInt64
    let submittedWallMs: Int64
    private(set) var isOpen = true
    var problems: [Problem]
    var controller: ConformalController
    var counts = RunCounts()
    /// In the order in which they were raised.
    var alarms: [DriftAlarm] = []
    /// Those of them that are recorded, after those of earlier versions.
    var driftRecords: [DriftRecord] = []
    /// The first path that may not have been begun yet; all before it have.
    var fresh = FreshCursor()
    var lanes = Lanes()
    /// Orders out, by the role that has them.
    var inFlight = RolePair(0)
    /// The latest model of each role; nil before its first worker got work.
    var models = RolePair<RunModel?>(nil)
    /// Why the workers of this moment get no work of it; see `checkModels`.
    var modelFaults: [String] = []
    /// Of its paths, those that count in `Coordinator.begunPaths`.
    var begunPaths = 0
    /// Problems that have begun and not ended.
    var openProblems = 0
    /// Where each worker's times stood when the run began in this life, by worker index.
    var timesBefore: [Int: WorkerTimes] = [:]
    /// When its first order of this life was sent, and what had been counted before this life.
    var firstOrderMs: Int64?
    var countsBefore = RunCounts()
    /// When the last record about it was made in this life, or its waiting for one began.
    var lastProgressMs: Int64 = 0
    /// Whether people have been told that it makes none.
    var isSilenceTold = false
    /// Tokens drafted ahead of verdicts that went against them, in this life.
    var discardedTokens = 0

    init(spec: RunSpec, problems: [ProblemSpec], contentDigest: UInt64, submittedWallMs: Int64) {
        self.spec = spec
        policy = PathPolicy(spec.settings)
        self.contentDigest = contentDigest
        self.submittedWallMs = submittedWallMs
        self.problems = problems.map { Problem(spec: $0) }
        controller = ConformalController(
            ConformalSettings(
                rejectionRate: spec.settings.rejectionRate,
                finalRejectionRate: spec.settings.finalRejectionRate, pValue: spec.settings.pValue,
                strata: spec.settings.strata, adaptation: spec.settings.adaptive, bankSize: spec.settings.bankSize,
                isFrozen: spec.settings.bankMode == .frozen, onDrift: spec.settings.onDrift),
            bank: spec.bank?.scoresByRound ?? [:])
    }

    /// The run has ended: lets go of everything that is large.
    mutating func close() {
        var spec = spec
        spec.bank = nil
        self = Run(spec: spec, problems: [], contentDigest: contentDigest, submittedWallMs: submittedWallMs)
        isOpen = false
    }
}

/// What a run counts.
struct RunCounts: Sendable, Hashable {
    var problemsEnded = 0
    var pathsEnded = 0
    var verdicts = 0
    var takeovers = 0
    var tokens = TokenCounts()
    /// Paths that ended with an answer.
    var votes = 0
    /// Ended problems with a known answer, and those of them that are right.
    var problemsJudged = 0
    var problemsRight = 0
}

/// Where the next path stands that was never begun.
struct FreshCursor: Sendable, Hashable {
    var problem = 0
    var path = 0
}

/// One problem of an open run.
struct Problem: Sendable {
    enum Phase: Sendable, Hashable {
        /// None of its paths exists yet.
        case waiting
        case open
        case ended
    }

    let spec: ProblemSpec
    var phase = Phase.waiting
    /// Its m paths while it is open, else none.
    var paths: [OpenPath] = []
    var votes: [Vote] = []
    var pathsEnded = 0
    var takeoversInFlight = 0
    /// Paths that wait for a takeover's slot, in order of arrival.
    var parked: [Int] = []
    var answer: String?

    init(spec: ProblemSpec) { self.spec = spec }
}
