import Glibc
import Tensors

/// What a forward pass writes between its products, allocated once for the largest step.
///
/// `@unchecked Sendable`: used by the thread that runs the pass, and row by row by its pool.
final class ForwardScratch: @unchecked Sendable {
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
    /// `[thread]`: what attention needs.
    let attention: UnsafeMutablePointer<Float>
    /// `[logit row][embedding]`
    let logitInput: UnsafeMutablePointer<Float>
    /// `[logit row][vocabulary]`
    let logits: UnsafeMutablePointer<Float>
    private let storage: UnsafeMutablePointer<Float>

    /// Throws `noMemory` if the system does not give it.
    init(_ layout: ScratchLayout) throws(TensorError) {
        // Whole cache lines, since the layout rounds each part up to one.
        guard let raw = aligned_alloc(64, layout.byteCount) else {
            throw .noMemory(byteCount: layout.byteCount, purpose: layout.purpose)
        }
        let storage = raw.bindMemory(to: Float.self, capacity: layout.floatCount)
        self.storage = storage
        residual = storage + layout.residual
        normalized = storage + layout.normalized
        queries = storage + layout.queries
        attended = storage + layout.attended
        keys = storage + layout.keys
        values = storage + layout.values
        gate = storage + layout.gate
        up = storage + layout.up
        angles = storage + layout.angles
        slidingAngles = storage + layout.slidingAngles
        attention = storage + layout.attention
        logitInput = storage + layout.logitInput
        logits = storage + layout.logits
    }

    deinit {
        free(storage)
    }
}
