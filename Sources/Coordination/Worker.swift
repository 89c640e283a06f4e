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
    var orders: [OrderID: PieceReference] = [:]
    /// How many of them run ahead.
    var aheadOrders = 0
    /// Run-ahead orders that were taken back, until the worker says how much it had written.
    var withdrawnAhead: Set<OrderID> = []
    /// Time that a token takes here, for work of whatever kind: of late, milliseconds. Nil before the first reply.
    var tokenMs: Double?
    /// Paths of its own that it may not draft for want of a verdict.
    var waitingPaths = 0
    /// Time in which it had room for one of these.
    var verdictWaitMs: Int64 = 0
    /// When it was last asked for the orders that it holds.
    var listAskedMs: Int64?
    /// The pieces that its death would be put down to.
    var blamed: [Blame] = []
    /// The longest silences between two of its signs of life, of the last minute or two.
    private var gaps = HeartbeatGaps()
    /// Segments it holds of each path, after the prompt.
    var held: [PathReference: [SegmentID]] = [:]
    var restarts = 0
    /// Earlier incarnations of this name: a late hello of theirs is not a new worker.
    var retired: [UInt64] = []
    /// It has one order whose piece may be deadly; it gets no other until that is done.
    var isAlone = false
    var times = WorkerTimes()
    var peakBytes: UInt64 = 0
    /// When it was first measured, for runs that were open before it came.
    var firstMeasuredMs: Int64?
    private var lastHeartbeat: Heartbeat?

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

    /// Orders that do not run ahead: these take up room.
    var confirmedOrders: Int { orders.count - aheadOrders }

    /// Takes in how long an order took from sending to reply, whatever was computed beside it.
    mutating func note(tokens: Int, elapsedMs: Int64) {
        let sample = Double(max(elapsedMs, 0)) / Double(max(tokens, 1))
        // The last eight orders or so count.
        tokenMs = tokenMs.map { $0 + (sample - $0) / 8 } ?? sample
    }

    /// Takes a heartbeat in.
    mutating func note(_ heartbeat: Heartbeat, nowMs: Int64) {
        // A younger process counts from nothing again; what it says first is where measuring begins.
        if let last = lastHeartbeat {
            times.computeMs += max(0, heartbeat.computeMs - last.computeMs)
            times.memoryMs += max(0, heartbeat.memoryWaitMs - last.memoryWaitMs)
        }
        lastHeartbeat = heartbeat
        times.measuredMs = nowMs
        peakBytes = max(peakBytes, heartbeat.residentBytes)
        if firstMeasuredMs == nil { firstMeasuredMs = nowMs }
        if heartbeat.progress != self.heartbeat.progress { lastProgressMs = nowMs }
        noteGap(until: nowMs)
        self.heartbeat = heartbeat
        // For people; the ids are of use only as they come.
        self.heartbeat.heldOrders = []
    }

    /// A sign of life after a silence.
    mutating func noteGap(until nowMs: Int64) {
        gaps.note(nowMs - lastHeardMs, atMs: nowMs)
        lastHeardMs = nowMs
    }

    /// How long it may be silent: so many heartbeats at the pace at which they come of late. On a machine that starves
    /// it heartbeats are late, and a clock alone would declare it dead again and again.
    ///
    /// - Parameter slowdown: the pace is followed up to this many intervals.
    func leaseMs(intervalMs: Int64, missed: Int, slowdown: Int) -> Int64 {
        // Half an interval is what any scheduler may be late.
        let pace = gaps.longestMs * 2 > intervalMs * 3 ? min(gaps.longestMs, intervalMs * Int64(slowdown)) : intervalMs
        return max(pace, intervalMs) * Int64(missed)
    }

    /// A new process under the same name.
    mutating func replace(with hello: Hello, peer: PeerID, nowMs: Int64) {
        if hello.incarnation != self.hello.incarnation {
            restarts += 1
            retired.append(self.hello.incarnation)
            // Eight are more than any network delays.
            if retired.count > 8 { retired.removeFirst() }
            lastHeartbeat = nil
        }
        self.hello = hello
        self.peer = peer
        state = .live
        reason = nil
        heartbeat = Heartbeat()
        lastHeardMs = nowMs
        lastProgressMs = nowMs
        orders = [:]
        aheadOrders = 0
        withdrawnAhead = []
        listAskedMs = nil
        blamed = []
        tokenMs = nil
        held = [:]
        isAlone = false
    }
}

/// Where a worker's time has gone, as of its last heartbeat.
struct WorkerTimes: Sendable, Hashable {
    var computeMs: Int64 = 0
    var memoryMs: Int64 = 0
    var measuredMs: Int64 = 0
    /// Counted by the coordinator itself: `Worker.verdictWaitMs`.
    var verdictWaitMs: Int64 = 0
    /// When that was read.
    var readMs: Int64 = 0
}

/// A piece of work that a worker held when it was believed dead, as the piece was then.
struct Blame: Sendable, Hashable {
    let piece: PieceReference
    /// `Piece.arrival`: names the piece among all that its path has.
    let arrival: Int
}

/// The longest silence of the running window and of the one before it, so that one silence counts for one to two
/// windows.
struct HeartbeatGaps: Sendable, Hashable {
    private static let windowMs: Int64 = 60_000
    private var beganMs: Int64?
    private var current: Int64 = 0
    private var previous: Int64 = 0

    var longestMs: Int64 { max(current, previous) }

    mutating func note(_ gapMs: Int64, atMs nowMs: Int64) {
        if let began = beganMs, nowMs - began >= Self.windowMs {
            previous = nowMs - began < 2 * Self.windowMs ? current : 0
            current = 0
            beganMs = nowMs
        }
        if beganMs == nil { beganMs = nowMs }
        current = max(current, gapMs)
    }
}
