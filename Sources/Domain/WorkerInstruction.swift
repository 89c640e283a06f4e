/// What the coordinator tells a worker.
public enum WorkerInstruction: Sendable, Hashable {
    /// The answer to a hello that was accepted.
    case welcome(Welcome)
    /// The answer to a hello that was not; the worker says the reason and exits.
    case refuse(reason: String)
    /// Work. Answered by exactly one block, score or failure report with the same tag.
    case order(Order)
    /// The block before this run-ahead order was kept: it is work like any other from here on. Unknown orders are
    /// ignored.
    case confirm(OrderID)
    /// This order is not wanted any more; what is still said about it is dropped. Unknown orders are ignored, others
    /// are answered by a withdrawal report.
    case cancel(OrderID)
    /// What is cached of this path may go. Never sent before the path's orders at this worker are done or cancelled.
    case release(PathKey)
    /// The problem is over: what is kept of its paths for others of it may go. Sent to workers that propose by lookup.
    case releaseProblem(RunID, problem: Int)
    /// The coordinator does not know this peer, or counted it as lost: say hello again.
    case introduceYourself
    /// A younger process came under the same name: exit, everything held is void.
    case superseded
    /// Time these passes. Answered by a probe report with the same number; nothing else is ordered meanwhile.
    case measure(ProbeOrder)
    /// Say which orders are held, now: answered by a heartbeat whose `listedThrough` is this order, the latest that was
    /// sent. It travels behind the orders, so that what the answer does not list has been lost or answered.
    case listOrders(through: OrderID)
    /// Exit; the reason says why: `stalled`.
    case shutDown(reason: String)
}

/// The terms on which a worker is taken in.
public struct Welcome: Sendable, Hashable {
    public let heartbeatIntervalMs: Int
    /// The coordinator's life that speaks: orders of an earlier one are void.
    public let epoch: UInt64
    /// True: the coordinator knows nothing of what this worker holds; the worker drops every order and every cached
    /// context before it reads on. False: the hello was a repetition and nothing changes.
    public let startsAfresh: Bool

    public init(heartbeatIntervalMs: Int, epoch: UInt64, startsAfresh: Bool) {
        self.heartbeatIntervalMs = heartbeatIntervalMs
        self.epoch = epoch
        self.startsAfresh = startsAfresh
    }
}

/// What a worker says when it goes. A worker that could not start says it without ever having said hello.
public struct Farewell: Sendable, Hashable {
    public let name: String
    public let role: Role
    /// Nil when it was asked to go; else what went wrong: `model.gguf: truncated at byte 4096`.
    public let reason: String?

    public init(name: String, role: Role, reason: String?) {
        self.name = name
        self.role = role
        self.reason = reason
    }
}
