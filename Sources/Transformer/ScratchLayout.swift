import CKernels

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
    let angles, slidingAngles, attention, logitInput, logits: Int
    /// Of the whole.
    let floatCount: Int
    private let rows: Int
    private let threads: Int

    /// - Parameters:
    ///   - rows: most tokens of a step.
    public init(_ sizes: ModelConfiguration, vocabularySize: Int, rows: Int, threads: Int) {
        var next = 0
        func reserve(_ count: Int) -> Int {
            defer { next += (count + 15) / 16 * 16 }
            return next
        }
        self.rows = rows
        self.threads = threads
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
        attention = reserve(threads * Self.attentionFloats(sizes))
        logitInput = reserve(Self.logitRows * sizes.embeddingLength)
        logits = reserve(Self.logitRows * vocabularySize)
        floatCount = next
    }

    /// Bytes of all.
    public var byteCount: Int { floatCount * MemoryLayout<Float>.stride }
    /// Bytes of attention, of all threads.
    public var attentionBytes: Int { (logitInput - attention) * MemoryLayout<Float>.stride }
    /// Bytes of the logits.
    public var logitBytes: Int { (floatCount - logits) * MemoryLayout<Float>.stride }

    /// What it is for and how to need less, for messages.
    var purpose: String {
        "what a forward pass writes for \(rows) tokens (\(attentionBytes) of them for attention in \(threads) threads, "
            + "\(logitBytes) for logits); use fewer threads or compute fewer sequences at once"
    }

    /// What one thread needs for attention: whole cache lines, whatever the context.
    static func attentionFloats(_ sizes: ModelConfiguration) -> Int {
        Int(a1_attention_scratch(Int64(sizes.headLength)))
    }
}
