import CKernels
import Glibc
import Synchronization

/// What the threads of a `ComputePool` share. The threads hold it, not the pool, so that the pool can go.
///
/// `job` is written by the caller of `run` alone while no helper reads it: a helper reads it only
/// between seeing a new `generation` (acquire) and counting itself out of `working` (release), and
/// `run` waits for `working` to reach zero before it returns. That is why it is safe unchecked.
///
/// A loop costs one write that all helpers see, and one count down by each. What many threads touch lies in cache
/// lines of its own, so that a thread that takes an index does not slow those that wait for a loop.
final class ComputeCrew: @unchecked Sendable {
    private struct Job {
        let count: Int
        let body: ComputeLoop
    }

    /// As long as the two cache lines that processors fetch together.
    private typealias Gap = InlineArray<16, Int>

    /// Some tens of microseconds: longer than what lies between the loops of a step.
    private static let spinRounds = 4_000
    /// A few microseconds: as helpers that run end. One that does not run needs the processor.
    private static let spinRoundsForHelpers = 200

    // Of the callers of `run`, and of helpers that fall asleep.
    private let turn = Mutex<Void>(())
    private let helpers = Atomic<Int>(0)
    private let sleeping = Atomic<Int>(0)
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let wakeUp: UnsafeMutablePointer<pthread_cond_t>
    private let gapBeforeLoop = Gap(repeating: 0)
    // Written before a loop, read by all helpers.
    private var job: Job?
    private let stopping = Atomic<Bool>(false)
    private let generation = Atomic<Int>(0)
    private let gapBeforeNext = Gap(repeating: 0)
    // Written by all within a loop.
    private let next = Atomic<Int>(0)
    // Written by the caller of `run` before a loop, beside what all take anyway.
    private let loops = Atomic<Int>(0)
    private let gapBeforeWorking = Gap(repeating: 0)
    private let working = Atomic<Int>(0)
    private let gapAtEnd = Gap(repeating: 0)

    init() {
        mutex = .allocate(capacity: 1)
        wakeUp = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wakeUp, nil)
    }

    deinit {
        pthread_cond_destroy(wakeUp)
        pthread_mutex_destroy(mutex)
        wakeUp.deallocate()
        mutex.deallocate()
    }

    /// Starts a helper thread, or returns nil if the system has none left.
    static func start(_ crew: ComputeCrew, index: Int) -> pthread_t? {
        final class Start {
            let crew: ComputeCrew
            let index: Int
            init(_ crew: ComputeCrew, _ index: Int) {
                self.crew = crew
                self.index = index
            }
        }
        let start = Unmanaged.passRetained(Start(crew, index))
        var thread = pthread_t()
        let failure = pthread_create(&thread, nil, { argument in
            guard let argument else { return nil }
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            start.crew.help(thread: start.index)
            return nil
        }, start.toOpaque())
        guard failure == 0 else {
            start.release()
            return nil
        }
        return thread
    }

    func setHelpers(_ count: Int) { helpers.store(count, ordering: .releasing) }

    /// A number that changes with every loop and with every index of it that a thread takes. For any thread to read.
    var progress: UInt64 {
        UInt64(truncatingIfNeeded: loops.load(ordering: .relaxed)) << 24
            | UInt64(truncatingIfNeeded: next.load(ordering: .relaxed)) & 0xFF_FFFF
    }

    /// The loop in the caller's thread alone.
    func runAlone(count: Int, _ body: (Int, Int) -> Void) {
        turn.withLock { _ in
            loops.wrappingAdd(1, ordering: .relaxed)
            for index in 0..<count {
                next.store(index, ordering: .relaxed)
                body(index, 0)
            }
        }
    }

    func run(count: Int, _ body: (Int, Int) -> Void) {
        turn.withLock { _ in
            let job = Job(count: count, body: .of(body))
            self.job = job
            loops.wrappingAdd(1, ordering: .relaxed)
            next.store(0, ordering: .relaxed)
            working.store(helpers.load(ordering: .acquiring), ordering: .relaxed)
            generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
            wakeSleepers()
            work(job, thread: 0)
            waitForHelpers()
            self.job = nil
        }
    }

    func shutDown() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
        wakeSleepers()
    }

    private func wakeSleepers() {
        guard sleeping.load(ordering: .sequentiallyConsistent) > 0 else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wakeUp)
        pthread_mutex_unlock(mutex)
    }

    private func work(_ job: Job, thread: Int) {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < job.count else { return }
            job.body(index, thread)
        }
    }

    private func help(thread: Int) {
        var seen = 0
        while true {
            waitForGeneration(after: seen)
            seen += 1
            if stopping.load(ordering: .acquiring) { return }
            if let job { work(job, thread: thread) }
            working.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        }
    }

    private func waitForHelpers() {
        for _ in 0..<Self.spinRoundsForHelpers {
            guard working.load(ordering: .acquiring) > 0 else { return }
            a1_pause()
        }
        while working.load(ordering: .acquiring) > 0 { sched_yield() }
    }

    /// Every generation is waited for in turn: `run` does not begin one before all helpers ended the last.
    private func waitForGeneration(after seen: Int) {
        for _ in 0..<Self.spinRounds {
            guard generation.load(ordering: .acquiring) == seen else { return }
            a1_pause()
        }
        pthread_mutex_lock(mutex)
        sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while generation.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wakeUp, mutex) }
        sleeping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }
}
