/// Which rule writes and judges: ALGORITHM.md, section 7.
public enum Strategy: String, Sendable, Codable, CaseIterable {
    /// Draft, score, verdict by p-value, takeover: each path on its own.
    case async
    /// The same with a barrier: all paths of a problem finish the round, the worst scored are taken over together.
    case sync
    /// The target writes everything.
    case target
    /// The draft writes everything; nothing is judged.
    case draft
    /// The target writes, or the draft and the target as under `async`, whichever is measured to be faster; changes
    /// over in the middle. With exact takeovers and r = 1 the texts are the same either way.
    case auto
    /// As `async`, but the verdict is drawn at the rejection rate and does not look at the score.
    case random

    /// Whether blocks are scored and judged, so that there is a rate of takeovers.
    public var isJudged: Bool {
        switch self {
        case .async, .auto, .sync, .random: true
        case .target, .draft: false
        }
    }

    /// Whether the draft may write ahead of verdicts.
    public var draftsAhead: Bool {
        switch self {
        case .async, .auto, .random: true
        case .sync, .target, .draft: false
        }
    }
}

/// What happens to a block that is taken over.
public enum TakeoverRule: String, Sendable, Codable, CaseIterable {
    /// The target goes on after the draft's block (the paper's rule).
    case `continue`
    /// The target's block replaces the draft's.
    case resample
    /// The target's block replaces the draft's from the beginning of the line that holds the draft's worst part.
    case resampleLine = "resample-line"
    /// Draft and target draw with common random numbers. The draft's block stays up to the first token where the target
    /// draws another, and the target goes on from there: what stands is the target's own text, to the byte.
    case coupled

    /// Whether the beginning of a block may stay when it is taken over.
    public var keepsBeginning: Bool {
        switch self {
        case .continue, .resample: false
        case .resampleLine, .coupled: true
        }
    }
}

/// What follows the first token where the target draws another (`takeover: coupled`).
public enum AfterMismatch: String, Sendable, Codable, CaseIterable {
    /// The target writes on: a block of its own that begins with its token.
    case write
    /// The draft takes up again behind the target's token, which the pass that scored the block has drawn already.
    case redraft
}

/// Which number of a block's tokens is its score; each is high where the target finds the block bad.
public enum ScoreRule: String, Sendable, Codable, CaseIterable {
    /// The mean negative log-likelihood over the block (the paper's score), nats a token.
    case mean
    /// The greatest mean over a window of so many tokens (`score_window`), nats a token.
    case window
    /// The greatest negative log-likelihood of a token, nats.
    case token
}

/// Which of the draft's blocks the target reads.
public enum ScoringRule: String, Sendable, Codable, CaseIterable {
    /// All.
    case all
    /// Those of which the draft itself is the least confident: the share `gate` of the units that `gate_by` names.
    case gated
}

/// What the gate decides about at once.
public enum GateUnit: String, Sendable, Codable, CaseIterable {
    /// Each block by itself. One that is not scored is still read, as context, when a later one of its path is.
    case block
    /// A path: none of its blocks is scored before the first that is among the least confident of its round; from
    /// there on all are.
    case path
    /// A problem: all its paths are drafted to their ends. Where their vote is clear it ends without the target; else
    /// its blocks are scored from the beginning.
    case problem
}

/// What counts as the answer of a path in whose text no box has closed. The names are those of `AnswerPattern`.
public enum AnswerRule: String, Sendable, Codable, CaseIterable {
    /// Nothing does.
    case box
    /// The first of those that fit any question which finds something.
    case general
    case boxedWithoutBraces = "boxed-without-braces"
    case hashMarker = "hash-marker"
    case finalAnswer = "final-answer"
    case answerIs = "answer-is"
    case choiceLetter = "choice-letter"
}

/// When a problem is over, and what its answer is then.
public enum VoteRule: String, Sendable, Codable, CaseIterable {
    /// The majority of the paths; over as soon as the open paths cannot change it.
    case majority
    /// The answer of the path that has one first.
    case first
    /// The majority of the paths; over when every path has come to its own end.
    case all
}

/// How a p-value is computed: ALGORITHM.md, section 3.
public enum PValueRule: String, Sendable, Codable, CaseIterable {
    case smoothed
    case paper
}

/// Which scores are ranked together: ALGORITHM.md, section 4.
public enum Strata: String, Sendable, Codable, CaseIterable {
    case marginal
    case round
    case problem
    case roundAndProblem = "round+problem"
}

/// Where a block ends.
public enum BlockBoundary: String, Sendable, Codable, CaseIterable {
    /// After the configured number of tokens.
    case tokens
    /// After the blank line that ends a step, the number of tokens being the bound.
    case step
    /// After as many tokens as are worth drafting, by what has stood of the run's blocks so far (`takeover: coupled`);
    /// the configured number being the bound.
    case adaptive
    /// After a token of which the draft is unsure: its own log-probability is among the least `doubt_share`; the number
    /// of tokens being the bound.
    case doubt
}

/// How the tokens of a block are drawn.
public struct SamplingSettings: Sendable, Codable, Hashable {
    /// 0 is greedy.
    public var temperature: Float
    /// Only the k most likely tokens; 0 is off.
    public var topK: Int
    /// The smallest set of tokens whose probability reaches this; 1 is off.
    public var topP: Float
    /// Only tokens at least this share as likely as the best; 0 is off.
    public var minP: Float
    /// Divides the positive logits of tokens seen before (multiplies negative ones); 1 is off.
    public var repetitionPenalty: Float

    public init(
        temperature: Float = 0.7, topK: Int = 0, topP: Float = 0.95, minP: Float = 0, repetitionPenalty: Float = 1
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repetitionPenalty = repetitionPenalty
    }
}

/// Everything a user may set for one run. Stored with the run; two runs with equal settings, problems, models and
/// seeds draw the same tokens wherever their verdicts agree.
public struct RunSettings: Sendable, Codable, Hashable {
    public var strategy: Strategy
    /// m: candidate chains of a problem.
    public var paths: Int
    /// T: at most this many rounds a path.
    public var rounds: Int
    /// K_d: at most this many tokens in a block of the draft.
    public var draftTokens: Int
    /// K_t: at most this many tokens in a block of the target.
    public var targetTokens: Int
    /// At most this many tokens a path, whoever wrote them.
    public var pathTokens: Int
    /// r: the share of draft blocks that shall be taken over, 0...1.
    public var rejectionRate: Double
    public var pValue: PValueRule
    public var strata: Strata
    /// How the rate in force follows what was got.
    public var adaptive: RateAdaptation
    /// A stratum ranks among this many of its latest scores; 0 is all.
    public var bankSize: Int
    /// What an alarm about drifting scores does.
    public var onDrift: DriftResponse
    /// What happens to the bank that the run begins with, if it begins with one.
    public var bankMode: BankMode
    /// Whether that bank may have been made under other conditions.
    public var bankDrift: BankDrift
    public var takeover: TakeoverRule
    public var afterMismatch: AfterMismatch
    public var boundary: BlockBoundary
    /// The share of the draft's tokens that end their block where the boundary is `doubt`, above 0 and below 1.
    public var doubtShare: Double
    public var score: ScoreRule
    /// Tokens in a window of the score `window`.
    public var scoreWindow: Int
    public var scoring: ScoringRule
    /// The share of units that are scored where `scoring` is `gated`, 0...1.
    public var gate: Double
    public var gateBy: GateUnit
    /// Which number of a block's tokens is the draft's own score of it, of their log-probabilities under the draft.
    public var gateScore: ScoreRule
    /// The share of what the gate leaves out that is scored all the same, for the estimate of what it misses; 0...1.
    public var audit: Double
    /// The share of blocks that would end their path that shall be taken over, 0...1, within the same rate over all
    /// blocks; nil judges them as any other.
    public var finalRejectionRate: Double?
    /// W: blocks that the draft may write of a path beyond the one whose verdict is out; 0 waits for each verdict.
    public var runAhead: Int
    public var draftSampling: SamplingSettings
    public var targetSampling: SamplingSettings
    /// B: at most this many takeovers of one problem in flight; 0 is no bound.
    public var takeoversInFlight: Int
    /// At most this many takeovers of the run in flight at one target worker; 0 is no bound.
    public var takeoversPerWorker: Int
    /// At most this many problems are worked on at once; 0 is as many as keep the workers busy.
    public var problemsInFlight: Int
    public var vote: VoteRule
    public var answerPattern: AnswerRule
    /// Seed of everything random in the run.
    public var seed: UInt64

    public init(
        strategy: Strategy = .async, paths: Int = 8, rounds: Int = 16, draftTokens: Int = 64, targetTokens: Int = 64,
        pathTokens: Int = 2048, rejectionRate: Double = 0.4, pValue: PValueRule = .smoothed, strata: Strata = .round,
        adaptive: RateAdaptation = .automatic, bankSize: Int = 0, onDrift: DriftResponse = .tell,
        bankMode: BankMode = .online, bankDrift: BankDrift = .refuse,
        takeover: TakeoverRule = .continue, afterMismatch: AfterMismatch = .redraft,
        boundary: BlockBoundary = .tokens, doubtShare: Double = 0.04, score: ScoreRule = .mean, scoreWindow: Int = 8,
        scoring: ScoringRule = .all, gate: Double = 0.6, gateBy: GateUnit = .path, gateScore: ScoreRule = .token,
        audit: Double = 0.02,
        finalRejectionRate: Double? = nil, runAhead: Int = 1,
        draftSampling: SamplingSettings = SamplingSettings(), targetSampling: SamplingSettings = SamplingSettings(),
        takeoversInFlight: Int = 0, takeoversPerWorker: Int = 0, problemsInFlight: Int = 0,
        vote: VoteRule = .majority, answerPattern: AnswerRule = .box, seed: UInt64 = 0
    ) {
        self.strategy = strategy
        self.paths = paths
        self.rounds = rounds
        self.draftTokens = draftTokens
        self.targetTokens = targetTokens
        self.pathTokens = pathTokens
        self.rejectionRate = rejectionRate
        self.pValue = pValue
        self.strata = strata
        self.adaptive = adaptive
        self.bankSize = bankSize
        self.onDrift = onDrift
        self.bankMode = bankMode
        self.bankDrift = bankDrift
        self.takeover = takeover
        self.afterMismatch = afterMismatch
        self.boundary = boundary
        self.doubtShare = doubtShare
        self.score = score
        self.scoreWindow = scoreWindow
        self.scoring = scoring
        self.gate = gate
        self.gateBy = gateBy
        self.gateScore = gateScore
        self.audit = audit
        self.finalRejectionRate = finalRejectionRate
        self.runAhead = runAhead
        self.draftSampling = draftSampling
        self.targetSampling = targetSampling
        self.takeoversInFlight = takeoversInFlight
        self.takeoversPerWorker = takeoversPerWorker
        self.problemsInFlight = problemsInFlight
        self.vote = vote
        self.answerPattern = answerPattern
        self.seed = seed
    }
}

/// A question of a batch.
public struct ProblemSpec: Sendable, Codable, Hashable {
    /// The user's own name for it, unique in the batch as bytes.
    public var id: String
    public var text: String
    /// The known answer, if there is one.
    public var answer: String?
    /// Messages before the question, in order.
    public var turns: [ConversationTurn]
    /// What it sets for itself; nil if nothing.
    public var settings: ProblemSettings?

    public init(
        id: String, text: String, answer: String? = nil, turns: [ConversationTurn] = [],
        settings: ProblemSettings? = nil
    ) {
        self.id = id
        self.text = text
        self.answer = answer
        self.turns = turns
        self.settings = settings
    }
}

/// One submitted batch.
public struct RunSpec: Sendable, Codable, Hashable {
    public var id: RunID
    /// Chosen by the client; submitting twice with the same key is one run.
    public var submissionKey: String
    /// What people call the batch: by default its file name.
    public var name: String
    public var settings: RunSettings
    /// What the ranking begins with.
    public var bank: CalibrationBank?
    /// What `strategy: auto` begins by; not kept, since the choice that it leads to is a record.
    public var forecast: RunForecast?

    public init(
        id: RunID, submissionKey: String, name: String, settings: RunSettings, bank: CalibrationBank? = nil,
        forecast: RunForecast? = nil
    ) {
        self.id = id
        self.submissionKey = submissionKey
        self.name = name
        self.settings = settings
        self.bank = bank
        self.forecast = forecast
    }
}
