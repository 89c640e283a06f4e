/// How much a forward pass writes between its products, and where in one piece of memory each part lies.
///
/// `ForwardScratch` allocates by it and `a1 model inspect` prints it. Nothing overflows: the configuration bounds
/// each of its sizes by 2^24, and threads and rows are below 2^17.
public struct ScratchLayout: Sendable, Equatable {
    /// Rows of logits computed at a time. The product of the vocabulary reads its weights once for each
    /// such group, and a row takes as many floats as there are tokens.
    static let logitRows = 64

    // First float of each part.
    let residual, normalized, queries, attended, keys, values, gate, up: Int
    let angles, slidingAngles, scores, logitInput, logits: Int
    /// Of the whole.
    let floatCount: Int
    private let scoreCount: Int
    private let threads: Int
    private let context: Int
    private let group: Int

    /// - Parameters:
    ///   - rows: most tokens of a step.
    ///   - context: most tokens of a sequence.
    public init(_ sizes: ModelConfiguration, vocabularySize: Int, rows: Int, context: Int, threads: Int) {
        var next = 0
        func reserve(_ count: Int) -> Int {
            defer { next += (count + 15) / 16 * 16 }
            return next
        }
        self.threads = threads
        self.context = context
        group = sizes.queryHeadsPerKeyValueHead
        scoreCount = threads * group * context
        residual = reserve(rows * sizes.embeddingLength)
        normalized = reserve(rows * sizes.embeddingLength)
        queries = reserve(rows * sizes.queryLength)
        attended = reserve(rows * sizes.queryLength)
        keys = reserve(rows * sizes.keyValueLength)
        values = reserve(rows * sizes.keyValueLength)
        gate = reserve(rows * sizes.feedForwardLength)
        up = reserve(rows * sizes.feedForwardLength)
        angles = reserve(rows * sizes.rotary.length)
        slidingAngles = reserve(rows * sizes.slidingRotary.length)
        scores = reserve(scoreCount)
        logitInput = reserve(Self.logitRows * sizes.embeddingLength)
        logits = reserve(Self.logitRows * vocabularySize)
        floatCount = next
    }

    /// Bytes of all.
    public var byteCount: Int { floatCount * MemoryLayout<Float>.stride }
    /// Bytes of the scores of attention: of each thread, for the query heads of one key head, over the context.
    public var scoreBytes: Int { scoreCount * MemoryLayout<Float>.stride }
    /// Bytes of the logits.
    public var logitBytes: Int { (floatCount - logits) * MemoryLayout<Float>.stride }

    /// What it is for and how to need less, for messages.
    var purpose: String {
        "what a forward pass writes (\(scoreBytes) of them are scores of attention: \(threads) threads x \(group) "
            + "heads x \(context) tokens); use fewer threads, or give less memory to keys and values, which shortens "
            + "the context (kv_memory_mib of a model, --kv-memory of a tool)"
    }
}
