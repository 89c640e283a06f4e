import COpenBLAS
import Synchronization

/// The OpenBLAS that this process is linked with.
enum OpenBLASLibrary {
    /// `0.3.21`.
    static let version: String = {
        let words = String(cString: openblas_get_config()).split(separator: " ")
        return words.count > 1 ? String(words[1]) : "unknown"
    }()

    /// The processor that its kernels are made for: `Haswell`. OPENBLAS_CORETYPE sets another.
    static let core = String(cString: openblas_get_corename())

    /// Threads that a product may take, this one included; 1 for ever in the flavour without threads.
    static var threads: Int { Int(openblas_get_num_threads()) }

    /// Whether two threads may not be in a product that packs: the flavour without threads (Debian's 0.3.21 `serial`)
    /// hands the same buffer to both.
    static let needsLock = openblas_get_parallel() == 0
    /// Held during such products.
    static let lock = Mutex(())

    /// Throws `openBLASThreads` if it would compute with threads of its own: they would fight with those of the pool,
    /// and bits would depend on how many there are.
    static func checkThreads() throws(TensorError) {
        let threads = threads
        if threads > 1 { throw .openBLASThreads(count: threads) }
    }
}
