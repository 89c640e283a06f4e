import Glibc

/// Memory for packed weights, taken from the system in one piece and given back with this object.
///
/// Large pages are asked for: weights are read from end to end at every step.
///
/// Sendable because it is written while it is filled, by one thread a place, and only read afterwards.
final class WeightArena: @unchecked Sendable {
    /// On a page's boundary.
    let start: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Throws `noMemory` if the system does not give it.
    init(byteCount: Int) throws(TensorError) {
        let size = max(1, byteCount)
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else {
            throw .noMemory(byteCount: size, purpose: "packed weights; exact mode takes none (exact: true, --exact)")
        }
        _ = madvise(start, size, MADV_HUGEPAGE)
        self.start = start
        self.byteCount = size
    }

    deinit {
        munmap(start, byteCount)
    }
}
