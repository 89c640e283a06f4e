/// Why a block ended.
public enum FinishReason: String, Sendable, Codable, CaseIterable {
    /// The bound on its tokens.
    case length
    /// The model's end token (which is not among the block's tokens).
    case endToken
    /// A blank line, where the boundary is the step.
    case step
    /// A token of which the draft was unsure, where the boundary is the doubt.
    case doubt
    /// The sentence of a balanced `\boxed{}` ended, or a stop sequence of the problem's is complete.
    case answer
    /// The model's context is full; the path cannot go on.
    case contextFull
    /// A draft without a model (`engine: lookup`) knows of nothing that could follow; the block may be empty.
    case noProposal
}

/// When a worker did a piece of work and what it cost there.
public struct WorkTiming: Sendable, Codable, Hashable {
    /// Wall-clock milliseconds since 1970 at the worker, for people.
    public let startedWallMs: Int64
    public let finishedWallMs: Int64
    /// From the order's arrival at the worker to its first computation.
    public let queuedMs: Int64

    public init(startedWallMs: Int64, finishedWallMs: Int64, queuedMs: Int64) {
        self.startedWallMs = startedWallMs
        self.finishedWallMs = finishedWallMs
        self.queuedMs = queuedMs
    }

    /// Of what came out of the same work at its end, and took no time of its own.
    public var ended: WorkTiming {
        WorkTiming(startedWallMs: finishedWallMs, finishedWallMs: finishedWallMs, queuedMs: 0)
    }
}

/// A block is written.
public struct BlockReport: Sendable, Hashable {
    public let tag: OrderTag
    public let block: Segment
    public let finish: FinishReason
    /// Natural logarithm of the author's own probability of each token, the end token included if it ended the block;
    /// empty unless `GenerateTask.reportsLogProbabilities` asked for them. Unchecked, as those of a score.
    public let logProbabilities: [Float]
    public let timing: WorkTiming

    public init(
        tag: OrderTag, block: Segment, finish: FinishReason, logProbabilities: [Float] = [], timing: WorkTiming
    ) {
        self.tag = tag
        self.block = block
        self.finish = finish
        self.logProbabilities = logProbabilities
        self.timing = timing
    }
}

/// The first place of a block where its scorer draws another token than the block has.
public struct DrawDifference: Sendable, Hashable {
    /// Index among the scored tokens.
    public let place: Int
    /// What the scorer draws there, in its own vocabulary.
    public let token: Int32
    /// What that token writes: nothing if it ends the text.
    public let text: [UInt8]
    public let endsText: Bool

    public init(place: Int, token: Int32, text: [UInt8], endsText: Bool) {
        self.place = place
        self.token = token
        self.text = text
        self.endsText = endsText
    }
}

/// A block is scored.
public struct ScoreReport: Sendable, Hashable {
    public let tag: OrderTag
    /// Natural logarithm of the target's probability of each token of the block, the end token included if the task
    /// said so; in the target's own tokens. Unchecked: the coordinator refuses non-finite and positive values.
    public let logProbabilities: [Float]
    /// Bytes that each of these tokens writes, in the same order; the end token writes none.
    public let tokenBytes: [Int]
    /// Where the scorer draws another token, if `ScoreTask.draws` asked for it and there is such a place.
    public let difference: DrawDifference?
    public let timing: WorkTiming

    public init(
        tag: OrderTag, logProbabilities: [Float], tokenBytes: [Int], difference: DrawDifference? = nil,
        timing: WorkTiming
    ) {
        self.tag = tag
        self.logProbabilities = logProbabilities
        self.tokenBytes = tokenBytes
        self.difference = difference
        self.timing = timing
    }
}

/// An order that was taken back is not worked on any more.
public struct WithdrawalReport: Sendable, Hashable {
    public let tag: OrderTag
    /// Tokens that were written for it in vain.
    public let tokens: Int

    public init(tag: OrderTag, tokens: Int) {
        self.tag = tag
        self.tokens = tokens
    }
}

/// Why an order could not be carried out.
public enum FailureCode: String, Sendable, Codable, CaseIterable {
    /// The worker does not hold the base of the context: send the whole.
    case contextLost
    /// The context does not fit the model: no worker with this model can do it.
    case contextTooLong
    /// The KV cache can never hold it.
    case cacheTooSmall
    /// The model gave a number that is not one.
    case nonFinite
    /// The order itself makes no sense to this worker.
    case invalidOrder
    /// The worker is going away; another shall do it.
    case draining
}

/// An order failed.
public struct FailureReport: Sendable, Hashable {
    public let tag: OrderTag
    public let code: FailureCode
    public let message: String

    public init(tag: OrderTag, code: FailureCode, message: String) {
        self.tag = tag
        self.code = code
        self.message = message
    }
}

/// What a worker says of itself when it comes.
public struct Hello: Sendable, Hashable {
    public let name: String
    public let role: Role
    public let incarnation: UInt64
    public let processID: Int32
    public let host: String
    /// The model's name in the configuration.
    public let model: String
    /// SHA-256 of the model file, hexadecimal.
    public let modelDigest: String
    /// Digest of the vocabulary; equal digests mean equal ids.
    public let vocabulary: String
    /// Ids of that vocabulary: 0 up to this, not included.
    public let vocabularySize: Int
    /// Whether it can say how probable each token is that it writes.
    public let reportsLogProbabilities: Bool
    /// Whether it proposes what was written earlier for the problem (`engine: lookup`, `hybrid`): text that is no
    /// answer by itself. Such a worker has all paths of a problem.
    public let proposesByLookup: Bool
    /// Digest of the prompt template in use.
    public let promptTemplate: String
    /// What decides the bits of its products: `own int8`, `openblas 0.3.21 Haswell sgemm, 8 tokens a call`. Empty if an
    /// earlier version of the program does not say.
    public let kernels: String
    /// Tokens of context the model takes.
    public let contextLength: Int
    /// Orders it wants at once.
    public let slots: Int
    public let threads: Int

    public init(
        name: String, role: Role, incarnation: UInt64, processID: Int32, host: String, model: String,
        modelDigest: String, vocabulary: String, vocabularySize: Int, promptTemplate: String, kernels: String = "",
        contextLength: Int, slots: Int, threads: Int, reportsLogProbabilities: Bool = true,
        proposesByLookup: Bool = false
    ) {
        self.name = name
        self.role = role
        self.incarnation = incarnation
        self.processID = processID
        self.host = host
        self.model = model
        self.modelDigest = modelDigest
        self.vocabulary = vocabulary
        self.vocabularySize = vocabularySize
        self.reportsLogProbabilities = reportsLogProbabilities
        self.proposesByLookup = proposesByLookup
        self.promptTemplate = promptTemplate
        self.kernels = kernels
        self.contextLength = contextLength
        self.slots = slots
        self.threads = threads
    }
}

/// A worker's sign of life, with proof of progress.
public struct Heartbeat: Sendable, Codable, Hashable {
    /// Changes with every token and every part of a step that is computed; stands still when nothing moves.
    public var progress: UInt64
    public var activeOrders: Int
    public var waitingOrders: Int
    public var writtenTokens: UInt64
    public var prefilledTokens: UInt64
    public var kvBlocksTotal: Int
    public var kvBlocksFree: Int
    /// Time since the process started, split: computing, waiting for KV memory, waiting for work.
    public var computeMs: Int64
    public var memoryWaitMs: Int64
    public var idleMs: Int64
    public var residentBytes: UInt64
    public var isDraining: Bool
    /// Orders that were received and are not answered yet, whatever the engine is doing.
    public var heldOrders: [OrderID]
    /// In answer to `WorkerInstruction.listOrders`: of the orders up to this one, `heldOrders` are all that are left.
    /// Nil in every other heartbeat.
    public var listedThrough: OrderID?

    public init(
        progress: UInt64 = 0, activeOrders: Int = 0, waitingOrders: Int = 0, writtenTokens: UInt64 = 0,
        prefilledTokens: UInt64 = 0, kvBlocksTotal: Int = 0, kvBlocksFree: Int = 0, computeMs: Int64 = 0,
        memoryWaitMs: Int64 = 0, idleMs: Int64 = 0, residentBytes: UInt64 = 0, isDraining: Bool = false,
        heldOrders: [OrderID] = [], listedThrough: OrderID? = nil
    ) {
        self.progress = progress
        self.activeOrders = activeOrders
        self.waitingOrders = waitingOrders
        self.writtenTokens = writtenTokens
        self.prefilledTokens = prefilledTokens
        self.kvBlocksTotal = kvBlocksTotal
        self.kvBlocksFree = kvBlocksFree
        self.computeMs = computeMs
        self.memoryWaitMs = memoryWaitMs
        self.idleMs = idleMs
        self.residentBytes = residentBytes
        self.isDraining = isDraining
        self.heldOrders = heldOrders
        self.listedThrough = listedThrough
    }
}
