import Batching

/// Names one request to the engine; unique among the requests in flight.
public typealias RequestID = Batching.RequestID

/// Names one cached sequence (a path).
public typealias SequenceKey = Batching.SequenceKey

/// Asks for a block of new tokens.
public struct GenerateRequest: Sendable {
    public var id: RequestID
    public var key: SequenceKey
    /// The whole context in the model's ids. What is cached of it, under this key or any other, is not
    /// computed again.
    public var context: [Int32]
    /// At least 1.
    public var maximumTokens: Int
    public var sampling: SamplingOptions
    /// Decides every draw, together with the token's position.
    public var seed: UInt64
    /// Of the block's first token among those whose draws the seed decides; at least 0.
    public var position: Int
    public var stop: StopRules
    /// Run-ahead work gets what confirmed work leaves.
    public var isRunAhead: Bool

    public init(
        id: RequestID, key: SequenceKey, context: [Int32], maximumTokens: Int, sampling: SamplingOptions = .greedy,
        seed: UInt64 = 0, position: Int = 0, stop: StopRules = StopRules(), isRunAhead: Bool = false
    ) {
        self.id = id
        self.key = key
        self.context = context
        self.maximumTokens = maximumTokens
        self.sampling = sampling
        self.seed = seed
        self.position = position
        self.stop = stop
        self.isRunAhead = isRunAhead
    }
}

/// How tokens are drawn at places that hold tokens already: to know where a model would have drawn others.
public struct TokenDraws: Sendable, Equatable {
    public var sampling: SamplingOptions
    public var seed: UInt64
    /// Of the block's first token, as in `GenerateRequest`.
    public var position: Int

    public init(sampling: SamplingOptions, seed: UInt64, position: Int) {
        self.sampling = sampling
        self.seed = seed
        self.position = position
    }
}

/// Asks for the log-probability of each token of a block, given the context and the block before it.
/// Afterwards the sequence cached under `key` is context and block but for the block's last token.
public struct ScoreRequest: Sendable {
    public var id: RequestID
    public var key: SequenceKey
    /// At least one token: the first token of a text has nothing to be judged by.
    public var context: [Int32]
    /// At least one token.
    public var block: [Int32]
    /// If not nil, the answer says beside each token which one the model draws there, given the tokens before.
    public var draws: TokenDraws?

    public init(id: RequestID, key: SequenceKey, context: [Int32], block: [Int32], draws: TokenDraws? = nil) {
        self.id = id
        self.key = key
        self.context = context
        self.block = block
        self.draws = draws
    }
}
