import Batching
import Glibc

/// What callers ask of the engine's thread.
enum EngineCommand: Sendable {
    case generate(GenerateRequest, submitted: ContinuousClock.Instant)
    case score(ScoreRequest, submitted: ContinuousClock.Instant)
    case confirm(RequestID)
    case cancel(RequestID)
    case release(SequenceKey)
    case shutDown
}

/// Hands commands to the engine's thread, which may sleep until there is one.
///
/// `@unchecked Sendable`: `mutex` guards `commands` and `isClosed`.
final class CommandQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var commands: [EngineCommand] = []
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrival, nil)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    /// False if a shutdown was put before.
    func put(_ command: EngineCommand) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed else { return false }
        if case .shutDown = command { isClosed = true }
        commands.append(command)
        pthread_cond_signal(arrival)
        return true
    }

    /// Fills `taken`, which is empty, with all commands in order of arrival; waits for one if `waits`. The memory of
    /// `taken` serves the commands that come next.
    func take(into taken: inout [EngineCommand], waits: Bool) {
        precondition(taken.isEmpty, "commands were left over")
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waits, commands.isEmpty { pthread_cond_wait(arrival, mutex) }
        swap(&commands, &taken)
    }
}
