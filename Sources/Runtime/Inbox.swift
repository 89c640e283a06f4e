import Dispatch
import Synchronization

/// A queue from many threads to one that waits for it. The bound is the caller's: everything posted here comes from
/// sockets and timers that have theirs.
public final class Inbox<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    private let arrived = DispatchSemaphore(value: 0)

    public init() {}

    public func post(_ element: Element) {
        let wasEmpty = elements.withLock { elements in
            elements.append(element)
            return elements.count == 1
        }
        if wasEmpty { arrived.signal() }
    }

    /// Everything that has been posted, in order; waits until there is something or the time has come.
    /// - Parameter deadlineMs: on the clock of `Clocks.monotonicMs`; nil waits as long as it takes.
    public func take(until deadlineMs: Int64? = nil) -> [Element] {
        while true {
            let taken = elements.withLock { elements in
                defer { elements = [] }
                return elements
            }
            if !taken.isEmpty { return taken }
            guard let deadlineMs else {
                arrived.wait()
                continue
            }
            let remainingMs = deadlineMs - Clocks.monotonicMs
            if remainingMs <= 0 { return [] }
            _ = arrived.wait(timeout: .now() + .milliseconds(Int(min(remainingMs, 1 << 30))))
        }
    }
}
