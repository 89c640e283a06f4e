import Domain
import Evaluation

// What a worker asks of whatever computes for it, and what that answers: the whole interface between the session and an
// engine, of this project or another. Everything is in the ids of the engine's own model.

/// Names a cached sequence at the engine: a path's. Chosen by the session; never reused.
public struct SequenceID: Sendable, Hashable, Comparable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static func < (left: SequenceID, right: SequenceID) -> Bool { left.rawValue < right.rawValue }
}

/// Write a block after a context.
public struct WriteRequest: Sendable, Hashable {
    /// Names the request; the order that it carries out.
    public let order: OrderID
    public let sequence: SequenceID
    /// The whole context. An engine computes again only what it does not hold of it.
    public let context: [Int32]
    public let task: GenerateTask
    /// Tokens that end the block and are not part of it.
    public let endTokens: Set<Int32>
    /// What has read the path's text: the block ends where its answer is complete.
    public let answer: AnswerScanner
    /// The end of the path's text, in which a stop sequence may begin.
    public let textTail: [UInt8]
    /// Drafted before the verdict on the block before: gets what other work leaves.
    public let isSpeculative: Bool

    /// Whether what has been written of the block completes the path's answer or a stop sequence.
    public func isComplete(_ block: [UInt8]) -> Bool {
        if AnswerStop.isReached(answer, block) { return true }
        return !task.stop.isEmpty && task.stop.start(in: textTail + block) != nil
    }
}

/// Give the log-probability of each token of a block after a context.
public struct ScoringRequest: Sendable, Hashable {
    public let order: OrderID
    public let sequence: SequenceID
    public let context: [Int32]
    /// At least one token.
    public let block: [Int32]
    /// If not nil, the answer says which tokens the model draws in the places of the block's.
    public let draws: ScorerDraws?
}

/// A block that was written.
public struct WrittenTokens: Sendable, Hashable {
    /// Without the end token.
    public let tokens: [Int32]
    /// What they write; may end within a character.
    public let bytes: [UInt8]
    public let finish: FinishReason
    /// Of each token under the model itself, natural logarithms; of the end token last, if one ended the block.
    public let logProbabilities: [Float]

    public init(tokens: [Int32], bytes: [UInt8], finish: FinishReason, logProbabilities: [Float] = []) {
        self.tokens = tokens
        self.bytes = bytes
        self.finish = finish
        self.logProbabilities = logProbabilities
    }
}

/// Why a request failed.
public struct EngineFault: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The order is answered by a failure with this code.
        case order(FailureCode)
        /// The session asked for it.
        case cancelled
        /// The model's file is not what it was: nothing that is computed from here on is worth anything.
        case modelChanged
    }

    public let kind: Kind
    public let message: String
    /// Tokens that had been written, in vain.
    public let writtenTokens: Int

    public init(_ kind: Kind, message: String, writtenTokens: Int = 0) {
        self.kind = kind
        self.message = message
        self.writtenTokens = writtenTokens
    }
}

/// What became of a request. Each ends in exactly one.
public enum EngineAnswer: Sendable, Hashable {
    /// - Parameter queuedMs: from the request to the first computation for it.
    case written(OrderID, WrittenTokens, queuedMs: Int64)
    /// Natural logarithms, one for each token of the block; and what the model draws in their places, if asked for,
    /// each token given those of the block before it.
    case scored(OrderID, logProbabilities: [Float], drawn: [Int32] = [], queuedMs: Int64)
    case failed(OrderID, EngineFault)

    public var order: OrderID {
        switch self {
        case .written(let order, _, _), .scored(let order, _, _, _), .failed(let order, _): order
        }
    }

    /// Tokens that were written for the request, whatever became of it.
    var writtenTokens: Int {
        switch self {
        case .written(_, let block, _): block.tokens.count
        case .failed(_, let fault): fault.writtenTokens
        case .scored: 0
        }
    }
}

/// What an engine has done and holds, as of its last step.
public struct EngineFigures: Sendable, Hashable {
    /// Requests being computed, and requests that wait for their turn or for memory.
    public var active = 0
    public var waiting = 0
    public var writtenTokens: UInt64 = 0
    /// Tokens of contexts and scored blocks that were computed.
    public var prefilledTokens: UInt64 = 0
    public var kvBlocksTotal = 0
    public var kvBlocksFree = 0
    /// Since the process started: in steps, in steps while some request waited for KV memory, without any request.
    public var computeMs: Int64 = 0
    public var memoryWaitMs: Int64 = 0
    public var idleMs: Int64 = 0

    public init() {}
}
