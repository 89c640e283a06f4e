import Foundation
import Glibc
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a cancelled pull as long as it lives; the handling before is restored.
///
/// A signal handler that writes its number into a pipe, and one thread that reads it: unlike a dispatch source, no
/// signal is lost that comes before some other thread has registered for it.
public final class InterruptWatch: Sendable {
    private let number: Int

    /// Starts to watch: a signal from now on cancels.
    ///
    /// - Throws: `io` where no file descriptor is left.
    public init(_ cancellation: PullCancellation) throws(ModelStoreError) {
        number = try SignalHub.add(cancellation)
    }

    /// Stops to watch; again without effect.
    public func stop() {
        SignalHub.remove(number)
    }

    deinit {
        stop()
    }
}

/// The signal handling of the process, which is one for all watches.
private enum SignalHub {
    private struct State {
        var watches: [Int: PullCancellation] = [:]
        var nextNumber = 0
        var formerActions: [Int32: sigaction] = [:]
    }

    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    private static let state = Mutex(State())

    /// The end of the pipe that the handler writes to; a lock-free atomic is what a handler may read.
    private static let writing = Atomic<Int32>(-1)

    static func add(_ cancellation: PullCancellation) throws(ModelStoreError) -> Int {
        try state.withLock { state throws(ModelStoreError) in
            try startReading()
            if state.watches.isEmpty {
                for signal in signals {
                    var action = sigaction(), former = sigaction()
                    action.__sigaction_handler.sa_handler = { SignalHub.note($0) }
                    action.sa_flags = SA_RESTART
                    sigaction(signal, &action, &former)
                    state.formerActions[signal] = former
                }
            }
            state.nextNumber += 1
            state.watches[state.nextNumber] = cancellation
            return state.nextNumber
        }
    }

    static func remove(_ number: Int) {
        state.withLock { state in
            guard state.watches.removeValue(forKey: number) != nil, state.watches.isEmpty else { return }
            for (signal, former) in state.formerActions {
                var former = former
                sigaction(signal, &former, nil)
            }
            state.formerActions = [:]
        }
    }

    /// Runs inside the signal handler: one system call, `errno` kept.
    private static func note(_ signal: Int32) {
        let kept = errno
        var byte = UInt8(truncatingIfNeeded: signal)
        _ = write(writing.load(ordering: .relaxed), &byte, 1)
        errno = kept
    }

    /// Makes the pipe and its thread once in the life of the process.
    private static func startReading() throws(ModelStoreError) {
        guard writing.load(ordering: .relaxed) < 0 else { return }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .io(path: "pipe", action: "open", reason: systemMessage(errno)) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A full pipe holds thousands of signals that nobody has read; one more must not block the handler.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        writing.store(ends[1], ordering: .releasing)
        let reading = ends[0]
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(reading, &byte, 1)
                if count == 1 { cancelAll() } else if count == 0 || errno != EINTR { return }
            }
        }
    }

    private static func cancelAll() {
        for cancellation in state.withLock({ $0.watches.values.map { $0 } }) { cancellation.cancel() }
    }
}
