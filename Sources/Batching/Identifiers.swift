/// Names one request to the engine; chosen by the caller, unique among the requests in flight.
public typealias RequestID = UInt64

/// Names one cached sequence of tokens (a path). Its KV blocks stay cached between requests.
public struct SequenceKey: Hashable, Sendable {
    public var rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// Index of one KV block in the cache's storage.
public typealias BlockID = Int32

/// The tokens of one full KV block.
typealias BlockTokens = SIMD16<Int32>

/// How positions of a sequence map to KV blocks.
public enum BlockLayout {
    /// Tokens in one KV block.
    public static let tokensPerBlock = BlockTokens.scalarCount

    /// Blocks that hold `tokens` tokens.
    public static func blocks(for tokens: Int) -> Int {
        (tokens + tokensPerBlock - 1) / tokensPerBlock
    }
}
