/// Who writes blocks.
public enum Author: String, Sendable, Codable, CaseIterable {
    case draft
    case target
}

/// What a worker is for. The same program serves both; a role is a value.
public enum Role: String, Sendable, Codable, CaseIterable {
    case draft
    case target
}

/// What an order does for its path.
public enum Stage: String, Sendable, Codable, CaseIterable {
    case draft
    case score
    case takeOver
}

/// Which work an order, and every reply to it, is about. Only a reply whose tag equals the path's current order may
/// change state; every other is counted and dropped.
public struct OrderTag: Hashable, Sendable, Codable {
    public let order: OrderID
    public let path: PathKey
    /// From 0.
    public let round: Int
    /// How often this piece of work has been ordered, from 1.
    public let attempt: Int
    public let stage: Stage
    /// The worker's own random number, made when its process started.
    public let incarnation: UInt64

    public init(order: OrderID, path: PathKey, round: Int, attempt: Int, stage: Stage, incarnation: UInt64) {
        self.order = order
        self.path = path
        self.round = round
        self.attempt = attempt
        self.stage = stage
        self.incarnation = incarnation
    }
}

/// A block as a piece of a path's context. Text is the truth between models; ids help when the reader has the same
/// vocabulary.
public struct Segment: Sendable, Codable, Hashable {
    public let id: SegmentID
    public let author: Author
    /// The bytes the tokens write. A block may end within a character, so this is not always valid UTF-8.
    public let text: [UInt8]
    /// The author's ids; without the end token.
    public let tokens: [Int32]
    /// Digest of the vocabulary that `tokens` belong to.
    public let vocabulary: String

    public init(id: SegmentID, author: Author, text: [UInt8], tokens: [Int32], vocabulary: String) {
        self.id = id
        self.author = author
        self.text = text
        self.tokens = tokens
        self.vocabulary = vocabulary
    }
}

/// A path's context as a difference to what the worker already holds of it.
public struct ContextUpdate: Sendable, Hashable {
    /// What stays.
    public enum Base: Sendable, Hashable {
        /// Nothing is held, or what is held does not count: the problem's prompt opens the context anew.
        case problem(ProblemPrompt)
        /// The prompt alone stays; every segment goes.
        case prompt
        /// Everything up to the end of this segment stays.
        case segment(SegmentID)
    }

    public let base: Base
    /// What follows the base, in order.
    public let segments: [Segment]

    public init(base: Base, segments: [Segment]) {
        self.base = base
        self.segments = segments
    }
}

/// To write a block.
public struct GenerateTask: Sendable, Hashable {
    /// The segment that the block will be.
    public let segment: SegmentID
    public let maximumTokens: Int
    public let sampling: SamplingSettings
    public let seed: UInt64
    /// Of the block's first token among those whose draws the seed decides.
    public let position: Int
    /// Whether the block ends behind a blank line.
    public let stopsAtSteps: Bool
    /// The block ends where one of these is complete in the path's text.
    public let stop: StopSequences
    /// If not nil, the block ends behind the first token whose log-probability, in nats, under the model itself is
    /// below this.
    public let doubtThreshold: Float?
    /// Whether the answer says how probable each token is under the author's own model.
    public let reportsLogProbabilities: Bool

    public init(
        segment: SegmentID, maximumTokens: Int, sampling: SamplingSettings, seed: UInt64, position: Int = 0,
        stopsAtSteps: Bool = false, stop: StopSequences = .none, doubtThreshold: Float? = nil,
        reportsLogProbabilities: Bool = false
    ) {
        self.segment = segment
        self.maximumTokens = maximumTokens
        self.sampling = sampling
        self.seed = seed
        self.position = position
        self.stopsAtSteps = stopsAtSteps
        self.stop = stop
        self.doubtThreshold = doubtThreshold
        self.reportsLogProbabilities = reportsLogProbabilities
    }
}

/// How the scorer would draw in the places of a block's tokens.
public struct ScorerDraws: Sendable, Hashable {
    public let sampling: SamplingSettings
    public let seed: UInt64
    /// Of the block's first token, as in `GenerateTask`.
    public let position: Int

    public init(sampling: SamplingSettings, seed: UInt64, position: Int) {
        self.sampling = sampling
        self.seed = seed
        self.position = position
    }
}

/// To give the log-probability of each token of a block.
public struct ScoreTask: Sendable, Hashable {
    public let block: Segment
    /// Whether the block ended with the author's end token; the scorer then scores its own end token after it.
    public let endsText: Bool
    /// If not nil, the answer says where the scorer would first have drawn another token than the block's.
    public let draws: ScorerDraws?

    public init(block: Segment, endsText: Bool, draws: ScorerDraws? = nil) {
        self.block = block
        self.endsText = endsText
        self.draws = draws
    }
}

/// Work for one worker.
public struct Order: Sendable, Hashable {
    public enum Work: Sendable, Hashable {
        case generate(GenerateTask)
        case score(ScoreTask)
    }

    public let tag: OrderTag
    public let context: ContextUpdate
    public let work: Work
    /// Whether it is drafted before the verdict on the block before: it gets what confirmed work leaves until it is
    /// confirmed.
    public let isRunAhead: Bool

    public init(tag: OrderTag, context: ContextUpdate, work: Work, isRunAhead: Bool = false) {
        self.tag = tag
        self.context = context
        self.work = work
        self.isRunAhead = isRunAhead
    }
}
