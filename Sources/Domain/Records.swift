/// The judgement of a draft block.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    case keep
    case takeOver
}

/// Whether a unit of the draft's text is scored.
public enum GateDecision: String, Sendable, Codable, CaseIterable {
    case score
    case leaveOut
    /// Left out, but drawn to be scored all the same; what the score says changes nothing.
    case audit
}

/// What the gate decided about a block, a path or a problem, with all that led to it.
public struct GateRecord: Sendable, Codable, Hashable {
    /// High where the draft is unsure: of a block the draft's own score, nats; of a problem 1 less the margin of its
    /// vote, as a share of its paths.
    public let score: Double
    public let pValue: Double
    /// The uniform number that broke ties.
    public let tieBreak: Double
    /// The stratum ranked in, for people: `round=3`.
    public let stratum: String
    /// How many scores the rank was among.
    public let bankCount: Int
    /// The share in force.
    public let rate: Double
    public let decision: GateDecision

    public init(
        score: Double, pValue: Double, tieBreak: Double, stratum: String, bankCount: Int, rate: Double,
        decision: GateDecision
    ) {
        self.score = score
        self.pValue = pValue
        self.tieBreak = tieBreak
        self.stratum = stratum
        self.bankCount = bankCount
        self.rate = rate
        self.decision = decision
    }
}

/// What the gate decided about a problem whose paths are drafted.
public struct ProblemGateRecord: Sendable, Codable, Hashable {
    public let run: RunID
    public let problem: Int
    public let gate: GateRecord
    public let recordedWallMs: Int64

    public init(run: RunID, problem: Int, gate: GateRecord, recordedWallMs: Int64) {
        self.run = run
        self.problem = problem
        self.gate = gate
        self.recordedWallMs = recordedWallMs
    }
}

/// The score of a block that the gate left out and the audit drew. No verdict: the block stands, and the score is
/// ranked with no other.
public struct AuditRecord: Sendable, Codable, Hashable {
    public let path: PathKey
    public let round: Int
    public let segment: SegmentID
    /// As in `VerdictRecord`.
    public let score: Double
    public let tokenCount: Int
    /// Name of the worker that scored it.
    public let worker: String
    public let timing: WorkTiming
    public let recordedWallMs: Int64

    public init(
        path: PathKey, round: Int, segment: SegmentID, score: Double, tokenCount: Int, worker: String,
        timing: WorkTiming, recordedWallMs: Int64
    ) {
        self.path = path
        self.round = round
        self.segment = segment
        self.score = score
        self.tokenCount = tokenCount
        self.worker = worker
        self.timing = timing
        self.recordedWallMs = recordedWallMs
    }
}

/// A block that was accepted, as the store keeps it.
public struct BlockRecord: Sendable, Codable, Hashable {
    public let path: PathKey
    public let round: Int
    public let block: Segment
    public let finish: FinishReason
    /// Name of the worker that wrote it.
    public let worker: String
    public let attempt: Int
    public let timing: WorkTiming
    public let recordedWallMs: Int64
    /// What the gate decided about it; nil where it decides about all of the problem, or there is none.
    public let gate: GateRecord?

    public init(
        path: PathKey, round: Int, block: Segment, finish: FinishReason, worker: String, attempt: Int,
        timing: WorkTiming, recordedWallMs: Int64, gate: GateRecord? = nil
    ) {
        self.path = path
        self.round = round
        self.block = block
        self.finish = finish
        self.worker = worker
        self.attempt = attempt
        self.timing = timing
        self.recordedWallMs = recordedWallMs
        self.gate = gate
    }
}

/// The beginning of a block that stays, as a segment of its own; or all of it, as the segment that it is, where a
/// takeover changes nothing.
public struct BlockCut: Sendable, Codable, Hashable {
    public let segment: SegmentID
    /// Bytes of the block's text that stay, at least one unless the block writes none.
    public let bytes: Int
    /// Of the block's tokens, those that make up these bytes; where no token ends there, the number nearest to it,
    /// and the segment is known by its text alone.
    public let tokens: Int
    /// Whether the tokens make up exactly these bytes.
    public let isExact: Bool

    public init(segment: SegmentID, bytes: Int, tokens: Int, isExact: Bool) {
        self.segment = segment
        self.bytes = bytes
        self.tokens = tokens
        self.isExact = isExact
    }
}

/// A verdict with all that led to it. Never changes once recorded; its score is the calibration bank's entry.
public struct VerdictRecord: Sendable, Codable, Hashable {
    public let path: PathKey
    public let round: Int
    /// The draft block that was judged.
    public let segment: SegmentID
    /// By the run's score rule, of the block's negative log-likelihoods under the target, nats.
    public let score: Double
    /// How many tokens were scored, in the target's vocabulary.
    public let tokenCount: Int
    /// Of `sync`: the block's share in the softmax of minus the scores over its barrier. Of `random`: the number drawn.
    public let pValue: Double
    /// The uniform number that broke ties.
    public let tieBreak: Double
    /// The stratum ranked in, for people: `round=3`.
    public let stratum: String
    /// How many scores the rank was among.
    public let bankCount: Int
    /// The rejection rate in force for this verdict.
    public let rate: Double
    public let verdict: Verdict
    /// What stays of a block that is taken over from a place within it.
    public let cut: BlockCut?
    /// Name of the worker that scored it.
    public let worker: String
    public let timing: WorkTiming
    public let recordedWallMs: Int64

    public init(
        path: PathKey, round: Int, segment: SegmentID, score: Double, tokenCount: Int, pValue: Double,
        tieBreak: Double, stratum: String, bankCount: Int, rate: Double, verdict: Verdict, worker: String,
        timing: WorkTiming, recordedWallMs: Int64, cut: BlockCut? = nil
    ) {
        self.path = path
        self.round = round
        self.segment = segment
        self.score = score
        self.tokenCount = tokenCount
        self.pValue = pValue
        self.tieBreak = tieBreak
        self.stratum = stratum
        self.bankCount = bankCount
        self.rate = rate
        self.verdict = verdict
        self.cut = cut
        self.worker = worker
        self.timing = timing
        self.recordedWallMs = recordedWallMs
    }
}

/// How a path ended.
public enum PathOutcome: String, Sendable, Codable, CaseIterable {
    case answered
    /// An end token without an answer.
    case ended
    case roundsExhausted
    case tokensExhausted
    /// The model's context is full.
    case contextFull
    /// The problem was decided without it.
    case undecisive
    case cancelled
    /// Its work killed three workers.
    case quarantined
    case failed
}

/// A path is over.
public struct PathRecord: Sendable, Codable, Hashable {
    public let path: PathKey
    public let outcome: PathOutcome
    /// The content of the last balanced `\boxed{}`.
    public let answer: String?
    /// Why, where the outcome alone does not say it.
    public let reason: String?
    public let recordedWallMs: Int64

    public init(path: PathKey, outcome: PathOutcome, answer: String?, reason: String?, recordedWallMs: Int64) {
        self.path = path
        self.outcome = outcome
        self.answer = answer
        self.reason = reason
        self.recordedWallMs = recordedWallMs
    }
}

/// A problem is over.
public struct ProblemRecord: Sendable, Codable, Hashable {
    public let run: RunID
    public let problem: Int
    /// The majority's answer; nil when no path gave one.
    public let answer: String?
    /// Paths that gave an answer equal to it.
    public let votes: Int
    /// Against the known answer; nil when none is known.
    public let isRight: Bool?
    public let recordedWallMs: Int64

    public init(run: RunID, problem: Int, answer: String?, votes: Int, isRight: Bool?, recordedWallMs: Int64) {
        self.run = run
        self.problem = problem
        self.answer = answer
        self.votes = votes
        self.isRight = isRight
        self.recordedWallMs = recordedWallMs
    }
}

public enum RunState: String, Sendable, Codable, CaseIterable {
    case open
    case finished
    case cancelled
}

/// Everything that must survive the coordinator. The store keeps records in the order given; feeding them back in
/// that order restores the coordinator's state.
public enum Record: Sendable, Hashable {
    case runSubmitted(RunSpec, problems: [ProblemSpec], recordedWallMs: Int64)
    /// A model works for its role of the run from here on.
    case modelBegun(RunID, RunModel)
    /// A block by either author was accepted.
    case blockAccepted(BlockRecord)
    case verdictReached(VerdictRecord)
    case problemGated(ProblemGateRecord)
    case auditScored(AuditRecord)
    /// The scores of the run have drifted; follows the end of the problem that showed it.
    case driftFound(DriftRecord)
    case pathEnded(PathRecord)
    case problemEnded(ProblemRecord)
    /// How a run of `strategy: auto` goes on.
    case strategyChosen(StrategyChoice)
    /// What was measured of a run, written when it ends.
    case measured(RunID, RunMeasures)
    case runEnded(RunID, RunState, recordedWallMs: Int64)
}

extension Record {
    /// The run that it is about.
    public var run: RunID {
        switch self {
        case .runSubmitted(let spec, _, _): spec.id
        case .modelBegun(let run, _), .measured(let run, _), .runEnded(let run, _, _): run
        case .blockAccepted(let record): record.path.run
        case .verdictReached(let record): record.path.run
        case .problemGated(let record): record.run
        case .auditScored(let record): record.path.run
        case .driftFound(let record): record.run
        case .strategyChosen(let record): record.run
        case .pathEnded(let record): record.path.run
        case .problemEnded(let record): record.run
        }
    }
}
