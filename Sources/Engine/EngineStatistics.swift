import Synchronization

/// What an engine has done since it was made, and holds now.
public struct EngineStatistics: Sendable, Equatable {
    /// Requests being computed.
    public var active = 0
    /// Requests that wait for their turn or for memory.
    public var waiting = 0
    /// Sequences with anything in the cache, idle ones included.
    public var cachedSequences = 0
    public var kvBlocksTotal = 0
    public var kvBlocksFree = 0
    /// Tokens written by the model, end tokens not counted.
    public var generatedTokens = 0
    /// Tokens of contexts and of scored blocks that were computed.
    public var prefilledTokens = 0
    /// Tokens of scored blocks.
    public var scoredTokens = 0
    /// Passes through the model.
    public var steps = 0
    /// Time in passes, sampling included.
    public var computeSeconds = 0.0
    /// Time without any request.
    public var idleSeconds = 0.0
    /// Part of the compute time in which some request waited for KV blocks.
    public var memoryWaitSeconds = 0.0
}

/// The statistics as the compute thread last wrote them, for any thread to read.
final class StatisticsBoard: Sendable {
    let statistics = Mutex(EngineStatistics())
}
