import Glibc

/// A block of floats on a cache-line boundary, zero at first, allocated once and owned.
///
/// Sendable because whoever holds it decides which thread uses it: scratch is per thread.
final class AlignedFloats: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int

    /// Throws `noMemory` if the system does not give it.
    init(count: Int) throws(TensorError) {
        self.count = count
        let bytes = (max(1, count) * MemoryLayout<Float>.stride + 63) / 64 * 64
        guard let raw = aligned_alloc(64, bytes) else {
            throw .noMemory(byteCount: bytes, purpose: "the products of one thread; use fewer threads or other kernels")
        }
        pointer = raw.initializeMemory(as: Float.self, repeating: 0, count: max(1, count))
    }

    deinit {
        free(pointer)
    }
}
