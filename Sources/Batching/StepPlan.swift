/// A run of tokens of one request that the next step computes.
public struct PlannedChunk: Equatable, Sendable {
    public var request: RequestID
    public var key: SequenceKey
    /// Positions in the sequence that are computed.
    public var positions: Range<Int>
    /// Positions among these whose logits are wanted.
    public var logits: Range<Int>
}

/// What the next step computes. An empty plan means that there is nothing to do. Filled anew for each step; keeps its
/// memory.
public struct StepPlan: Equatable, Sendable {
    /// To be made, in order, before the chunks are computed.
    public var copies: [BlockCopy] = []
    public var chunks: [PlannedChunk] = []
    /// A request waits for KV blocks that others hold.
    public var isWaitingForMemory = false

    /// With memory for so many chunks, and as many copies.
    public init(maximumChunks: Int = 0) {
        copies.reserveCapacity(maximumChunks)
        chunks.reserveCapacity(maximumChunks)
    }

    mutating func removeAll() {
        copies.removeAll(keepingCapacity: true)
        chunks.removeAll(keepingCapacity: true)
        isWaitingForMemory = false
    }

    public var tokenCount: Int {
        chunks.reduce(0) { $0 + $1.positions.count }
    }
}

/// Bounds of the batcher.
public struct BatchLimits: Equatable, Sendable {
    /// KV blocks of the cache.
    public var blockCount: Int
    /// Most tokens computed in one step.
    public var maximumStepTokens: Int
    /// Most requests worked on at once. Below `maximumStepTokens`, so that decoding leaves room for
    /// prompts and blocks in every step.
    public var maximumSequences: Int

    public init(blockCount: Int, maximumStepTokens: Int, maximumSequences: Int) {
        precondition(blockCount > 0 && maximumSequences > 0 && maximumSequences < maximumStepTokens)
        self.blockCount = blockCount
        self.maximumStepTokens = maximumStepTokens
        self.maximumSequences = maximumSequences
    }
}
