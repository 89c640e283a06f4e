/// What a request wants computed.
public enum BatchWork: Equatable, Sendable {
    /// One more token at a time after the context, at most so many.
    case generate(maximumTokens: Int)
    /// The logits before each of the last `blockTokens` tokens.
    case score(blockTokens: Int)
}

/// A request as the batcher sees it: tokens to get into the cache, and the logits wanted on the way.
public struct BatchRequest: Sendable {
    public var id: RequestID
    public var key: SequenceKey
    /// All tokens known so far: the context, and for scoring the block after it.
    public var tokens: [Int32]
    public var work: BatchWork
    /// Run-ahead work gets what confirmed work leaves.
    public var isRunAhead: Bool

    public init(id: RequestID, key: SequenceKey, tokens: [Int32], work: BatchWork, isRunAhead: Bool = false) {
        self.id = id
        self.key = key
        self.tokens = tokens
        self.work = work
        self.isRunAhead = isRunAhead
    }

    var isGeneration: Bool {
        if case .generate = work { true } else { false }
    }

    /// Most tokens the sequence will have in the cache. (The last token of a generated or scored block is never
    /// computed: nobody wants the logits after it.)
    var maximumLength: Int {
        switch work {
        case .generate(let maximumTokens): tokens.count + max(0, maximumTokens - 1)
        case .score: tokens.count - 1
        }
    }

    /// First position whose logits are wanted: everything before it may come from the cache.
    var firstLogits: Int {
        switch work {
        case .generate: tokens.count - 1
        case .score(let blockTokens): tokens.count - blockTokens - 1
        }
    }

    /// Past the last position whose logits are wanted.
    var endOfLogits: Int {
        switch work {
        case .generate: tokens.count
        case .score: tokens.count - 1
        }
    }
}

/// Why a request can never be run.
public enum BatchRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    case noContext
    case blockLongerThanTokens(block: Int, tokens: Int)
    case nothingAsked
    case cacheTooSmall(neededBlocks: Int, totalBlocks: Int)
    case identifierInUse(RequestID)

    public var description: String {
        switch self {
        case .noContext:
            "the context is empty; give at least one token (for most models the begin token)"
        case .blockLongerThanTokens(let block, let tokens):
            "the block has \(block) tokens, which leaves no context of \(tokens)"
        case .nothingAsked:
            "no token is asked for; generate or score at least one"
        case .cacheTooSmall(let needed, let total):
            "needs \(needed) KV blocks and the cache has \(total) in all; give the cache more memory"
        case .identifierInUse(let id):
            "request \(id) is already being worked on"
        }
    }
}
