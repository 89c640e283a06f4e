import Domain

/// What is known of a worker's name: its latest incarnation.
struct Worker: Sendable {
    var hello: Hello
    var peer: PeerID
    var state = WorkerState.live
    var reason: String?
    var heartbeat = Heartbeat()
    var lastHeardMs: Int64
    /// When it last showed progress, or got its first order after having none.
    var lastProgressMs: Int64
    /// Orders it has. Walked through only in the order of their ids.
    var orders: [OrderID: PathReference] = [:]
    /// Segments it holds of each path, after the prompt.
    var held: [PathReference: [SegmentID]] = [:]
    var restarts = 0
    /// Earlier incarnations of this name: a late hello of theirs is not a new worker.
    var retired: [UInt64] = []
    /// It has one order whose piece may be deadly; it gets no other until that is done.
    var isAlone = false
    var compute = ComputeMark()
    /// When it was first measured, for runs that were open before it came.
    var firstMeasuredMs: Int64?
    private var lastComputeMs: Int64?

    init(hello: Hello, peer: PeerID, nowMs: Int64) {
        self.hello = hello
        self.peer = peer
        lastHeardMs = nowMs
        lastProgressMs = nowMs
    }

    /// Whether orders may be out at it.
    var isPresent: Bool {
        switch state {
        case .live, .draining: true
        case .lost, .gone, .failed: false
        }
    }

    var sortedOrders: [OrderID] { orders.keys.sorted() }

    /// Takes a heartbeat in.
    mutating func note(_ heartbeat: Heartbeat, nowMs: Int64) {
        // A younger process counts from nothing again; what it says first is where measuring begins.
        let since = lastComputeMs.map { max(0, heartbeat.computeMs - $0) } ?? 0
        lastComputeMs = heartbeat.computeMs
        compute = ComputeMark(computedMs: compute.computedMs + since, measuredMs: nowMs)
        if firstMeasuredMs == nil { firstMeasuredMs = nowMs }
        if heartbeat.progress != self.heartbeat.progress { lastProgressMs = nowMs }
        lastHeardMs = nowMs
        self.heartbeat = heartbeat
    }

    /// A new process under the same name.
    mutating func replace(with hello: Hello, peer: PeerID, nowMs: Int64) {
        if hello.incarnation != self.hello.incarnation {
            restarts += 1
            retired.append(self.hello.incarnation)
            // Eight are more than any network delays.
            if retired.count > 8 { retired.removeFirst() }
            lastComputeMs = nil
        }
        self.hello = hello
        self.peer = peer
        state = .live
        reason = nil
        heartbeat = Heartbeat()
        lastHeardMs = nowMs
        lastProgressMs = nowMs
        orders = [:]
        held = [:]
        isAlone = false
    }
}

/// How long a worker has computed, as of its last heartbeat.
struct ComputeMark: Sendable, Hashable {
    var computedMs: Int64 = 0
    var measuredMs: Int64 = 0
}
