import Dispatch
import Glibc
import Synchronization

/// Ends a pull from another thread: the child process that runs for it is ended, and the pull throws `interrupted`.
public final class PullCancellation: Sendable {
    private struct State {
        var isCancelled = false
        /// The child that runs and has not been reaped.
        var child: pid_t?
    }

    private let state = Mutex(State())

    /// How long a child may take to end before it is killed.
    static let graceMs = 3_000

    /// A pull that nobody has ended.
    public init() {}

    /// True once `cancel` was called.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Ends the pull; again and after its end without effect.
    public func cancel() {
        let child = state.withLock { state in
            state.isCancelled = true
            if let child = state.child { kill(-child, SIGTERM) }
            return state.child
        }
        guard let child else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.graceMs)) {
            self.state.withLock { if $0.child == child { kill(-child, SIGKILL) } }
        }
    }

    /// Registers the child that runs now; false, and the child ended, if the pull is cancelled already.
    func attach(_ child: pid_t) -> Bool {
        state.withLock { state in
            state.child = child
            if state.isCancelled { kill(-child, SIGKILL) }
            return !state.isCancelled
        }
    }

    func detach() {
        state.withLock { $0.child = nil }
    }
}
