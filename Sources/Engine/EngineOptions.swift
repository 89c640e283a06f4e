/// Bounds of an engine, all allocated when it is made.
public struct EngineOptions: Sendable, Equatable {
    /// Threads that compute, the one that owns the loop included.
    public var threadCount: Int
    /// Most tokens computed in one step. More make prompts faster and decoding beside them jerkier.
    public var maximumStepTokens: Int
    /// Most requests worked on at once; below `maximumStepTokens`.
    public var maximumSequences: Int
    /// Memory for keys and values. Only what is used is taken from the system.
    public var kvCacheBytes: Int
    /// Most tokens of one sequence, where the model and the memory would take more.
    public var maximumContext: Int
    /// Float32 activations; otherwise products with quantised weights quantise them to int8, and the keys and values of
    /// such models are float16.
    public var isExact: Bool
    /// Each thread is kept on a processor of its own, of those that the thread may run on that makes the engine.
    public var pinsThreads: Bool

    public init(
        threadCount: Int = 1, maximumStepTokens: Int = 256, maximumSequences: Int = 64,
        kvCacheBytes: Int = 1 << 30, maximumContext: Int = .max, isExact: Bool = false, pinsThreads: Bool = false
    ) {
        self.threadCount = threadCount
        self.maximumStepTokens = maximumStepTokens
        self.maximumSequences = maximumSequences
        self.kvCacheBytes = kvCacheBytes
        self.maximumContext = maximumContext
        self.isExact = isExact
        self.pinsThreads = pinsThreads
    }

    func check() throws(EngineError) {
        try Self.require("threadCount", threadCount, 1...1024)
        try Self.require("maximumStepTokens", maximumStepTokens, 2...65_536)
        try Self.require("maximumSequences", maximumSequences, 1...maximumStepTokens - 1)
        try Self.require("maximumContext", maximumContext, 1...Int.max)
    }

    /// KV blocks that fit.
    func blockCount(bytesPerBlock: Int) throws(EngineError) -> Int {
        let count = kvCacheBytes / bytesPerBlock
        try Self.require("kvCacheBytes", kvCacheBytes, bytesPerBlock...(Int(Int32.max) * bytesPerBlock))
        return count
    }

    private static func require(
        _ name: String, _ value: Int, _ range: ClosedRange<Int>
    ) throws(EngineError) {
        guard range.contains(value) else {
            throw .invalidOption(
                name: name, value: "\(value)", rule: "from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
