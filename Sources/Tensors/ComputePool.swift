import CKernels
import Glibc
import Synchronization

/// A fixed set of threads that share loops; the caller of `run` is one of them.
///
/// Work is handed out index by index from a counter, so a slow core takes fewer. What an index computes
/// must not depend on the thread that gets it. Between loops the threads spin for a moment, then sleep.
public final class ComputePool: Sendable {
    /// Threads that take part in `run`, the caller's included.
    public let threadCount: Int

    private static let mostProcessors = 8_192

    private let crew: ComputeCrew
    private let threads: [pthread_t]

    /// Starts `threadCount - 1` threads. Fewer take part if the system refuses to start as many.
    public init(threadCount: Int) {
        precondition(threadCount > 0, "a pool needs at least one thread")
        let crew = ComputeCrew()
        var threads: [pthread_t] = []
        for index in 1..<max(1, threadCount) {
            guard let thread = ComputeCrew.start(crew, index: index) else { break }
            threads.append(thread)
        }
        crew.setHelpers(threads.count)
        self.crew = crew
        self.threads = threads
        self.threadCount = threads.count + 1
    }

    /// A number that changes with every loop that begins and with every index that a thread takes: stands still when
    /// nothing is computed. For any thread to read, at any time.
    public var progress: UInt64 { crew.progress }

    deinit {
        crew.shutDown()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Keeps each thread on a processor of its own: in the order of thread numbers, on those that the thread that calls
    /// this may run on, which threads that are started inherit.
    ///
    /// - Parameter caller: the thread that will call `run`.
    /// - Returns: each thread's processor. Empty, with no thread kept anywhere, if there are fewer processors than
    ///   threads or the system refuses.
    public func pin(caller: pthread_t) -> [Int] {
        let allowed = [Int32](unsafeUninitializedCapacity: Self.mostProcessors) { buffer, count in
            count = Int(a1_allowed_processors(buffer.baseAddress, Int32(buffer.count)))
        }
        guard allowed.count >= threadCount else { return [] }
        let all = [caller] + threads
        for (thread, processor) in zip(all, allowed) where !a1_keep_thread(thread, [processor], 1) {
            for thread in all { _ = a1_keep_thread(thread, allowed, Int32(allowed.count)) }
            return []
        }
        return allowed.prefix(threadCount).map(Int.init)
    }

    /// Runs `body(index, thread)` for every index below `count`, each once, and returns when all are
    /// done. `thread` is below `threadCount` and no two bodies run with the same one at a time. Calls
    /// from several threads take turns; a body must not call `run` of the same pool. Takes no memory.
    public func run(count: Int, _ body: (_ index: Int, _ thread: Int) -> Void) {
        guard count > 0 else { return }
        guard threadCount > 1, count > 1 else {
            crew.runAlone(count: count, body)
            return
        }
        crew.run(count: count, body)
    }
}
