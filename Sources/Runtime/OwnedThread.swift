import Foundation
import Synchronization

/// A thread with an owner who joins it. For work that blocks or owns something that is not thread safe: sockets, the
/// store's writer, a model.
public final class OwnedThread: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let isStarted = Mutex(false)
    private let name: String

    /// - Parameter name: at most 15 bytes, as the system shows it.
    public init(name: String) { self.name = name }

    public func start(_ body: @escaping @Sendable () -> Void) {
        isStarted.withLock { started in
            precondition(!started, "a thread starts once")
            started = true
        }
        let thread = Thread { [done] in
            body()
            done.signal()
        }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Returns when the body has returned. Called once, not from the body.
    public func join() {
        if isStarted.withLock({ $0 }) { done.wait() }
    }
}
