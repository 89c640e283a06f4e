import CKernels
import Glibc

/// What the processor does at most with so many threads, measured: bytes read from memory, and operations in registers,
/// a multiply-add counted as two.
///
/// The instructions are the best that the processor has, whatever `A1_KERNELS` says.
public struct MachinePeaks: Sendable, Equatable {
    public var readBytesPerSecond: Double
    /// Float32.
    public var floatOperationsPerSecond: Double
    /// Products of int8, summed up in int32.
    public var byteOperationsPerSecond: Double

    public init(
        readBytesPerSecond: Double, floatOperationsPerSecond: Double, byteOperationsPerSecond: Double
    ) {
        self.readBytesPerSecond = readBytesPerSecond
        self.floatOperationsPerSecond = floatOperationsPerSecond
        self.byteOperationsPerSecond = byteOperationsPerSecond
    }

    /// What int8 products were measured with: `amx`, `avx512-vnni`, `avx2` or `plain`.
    public static var byteInstructions: String { String(cString: a1_peak_byte_instructions()) }

    /// How often each is measured; the best counts, since whatever disturbs makes it slower.
    private static let attempts = 5
    private static let chunkBytes = 1 << 20
    /// Several times what caches hold: memory is what is measured.
    private static let leastBytes = 512 << 20
    private static let cacheMultiple = 8

    /// Measures for a second or two, in memory of its own. Throws `noMemory` if the system does not give that.
    public static func measured(threadCount: Int) throws(TensorError) -> MachinePeaks {
        let pool = ComputePool(threadCount: threadCount)
        let floats = operationsPerSecond(pool, a1_peak_float_operations)
        let bytes = operationsPerSecond(pool, a1_peak_byte_operations)
        return MachinePeaks(
            readBytesPerSecond: try readBytesPerSecond(pool), floatOperationsPerSecond: floats,
            byteOperationsPerSecond: bytes)
    }

    /// All threads at once, each taking the next piece of the work when it has done one.
    private static func operationsPerSecond(_ pool: ComputePool, _ loop: @Sendable (Int64) -> Int64) -> Double {
        let rounds: Int64 = 100_000
        let pieces = 64 * pool.threadCount
        let operations = Double(loop(rounds)) * Double(pieces)
        return operations / bestSeconds { pool.run(count: pieces) { _, _ in _ = loop(rounds) } }
    }

    private static func readBytesPerSecond(_ pool: ComputePool) throws(TensorError) -> Double {
        let cache = max(0, sysconf(Int32(_SC_LEVEL3_CACHE_SIZE)))
        let chunks = max(leastBytes, cacheMultiple * cache) / chunkBytes
        let count = chunks * chunkBytes
        guard let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else { throw .noMemory(byteCount: count, purpose: "the measurement of memory") }
        defer { munmap(start, count) }
        // A page that was never written is one of zeros that all share.
        memset(start, 1, count)
        nonisolated(unsafe) let base = start
        let seconds = bestSeconds {
            pool.run(count: chunks) { chunk, _ in _ = a1_peak_read(base + chunk * chunkBytes, Int64(chunkBytes)) }
        }
        return Double(count) / seconds
    }

    private static func bestSeconds(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        body()
        return (0..<attempts).map { _ in clock.measure(body) / .seconds(1) }.min() ?? 0
    }
}
