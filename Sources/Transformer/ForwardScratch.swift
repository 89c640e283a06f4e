import Glibc
import Tensors

/// What a forward pass writes between its products, allocated once for the largest step.
///
/// `@unchecked Sendable`: used by the thread that runs the pass, and row by row by its pool.
final class ForwardScratch: @unchecked Sendable {
    /// Rows of logits computed at a time. The product of the vocabulary reads its weights once for each
    /// such group, and a row takes as many floats as there are tokens.
    static let logitRows = 64

    /// `[row][embedding]`: the residual stream, and its normalised form.
    let residual, normalized: UnsafeMutablePointer<Float>
    /// `[row][query]`
    let queries, attended: UnsafeMutablePointer<Float>
    /// `[row][key value]`
    let keys, values: UnsafeMutablePointer<Float>
    /// `[row][feed forward]`
    let gate, up: UnsafeMutablePointer<Float>
    /// `[row][cosines, sines]`, for full and for sliding layers.
    let angles, slidingAngles: UnsafeMutablePointer<Float>
    /// `[thread][query heads of one key head][context]`
    let scores: UnsafeMutablePointer<Float>
    /// `[logit row][embedding]`
    let logitInput: UnsafeMutablePointer<Float>
    /// `[logit row][vocabulary]`
    let logits: UnsafeMutablePointer<Float>
    private let storage: UnsafeMutablePointer<Float>

    /// Throws `noScratchMemory` if the system does not give it.
    init(_ model: TransformerModel, rows: Int, context: Int, threads: Int) throws(TensorError) {
        let sizes = model.configuration
        var next = 0
        func reserve(_ count: Int) -> Int {
            defer { next += (count + 15) / 16 * 16 }
            return next
        }
        let residual = reserve(rows * sizes.embeddingLength)
        let normalized = reserve(rows * sizes.embeddingLength)
        let queries = reserve(rows * sizes.queryLength)
        let attended = reserve(rows * sizes.queryLength)
        let keys = reserve(rows * sizes.keyValueLength)
        let values = reserve(rows * sizes.keyValueLength)
        let gate = reserve(rows * sizes.feedForwardLength)
        let up = reserve(rows * sizes.feedForwardLength)
        let angles = reserve(rows * sizes.rotary.length)
        let slidingAngles = reserve(rows * sizes.slidingRotary.length)
        let scores = reserve(threads * sizes.queryHeadsPerKeyValueHead * context)
        let logitInput = reserve(Self.logitRows * sizes.embeddingLength)
        let logits = reserve(Self.logitRows * model.vocabularySize)

        let bytes = next * MemoryLayout<Float>.stride
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, 64, bytes) == 0, let raw = memory else {
            throw .noScratchMemory(byteCount: bytes)
        }
        let storage = raw.bindMemory(to: Float.self, capacity: next)
        self.storage = storage
        self.residual = storage + residual
        self.normalized = storage + normalized
        self.queries = storage + queries
        self.attended = storage + attended
        self.keys = storage + keys
        self.values = storage + values
        self.gate = storage + gate
        self.up = storage + up
        self.angles = storage + angles
        self.slidingAngles = storage + slidingAngles
        self.scores = storage + scores
        self.logitInput = storage + logitInput
        self.logits = storage + logits
    }

    deinit {
        free(storage)
    }
}
