import Domain

/// The workers that the coordinator knows, by name, address and role. What happens to one of them stands at `Worker`.
struct Roster: Sendable {
    private let limits: RosterLimits
    private var workers: [Worker] = []
    /// Indices of the workers of each role, ascending: dispatch asks often.
    private var ofRole = RolePair<[Int]>([])
    private var numbers: [String: Int] = [:]
    private var peers: [PeerID: Int] = [:]

    init(limits: Limits) { self.limits = RosterLimits(limits) }

    var indices: Range<Int> { workers.indices }

    /// Read and changed in place: to walk through the workers themselves copies each.
    subscript(worker: Int) -> Worker {
        _read { yield workers[worker] }
        _modify { yield &workers[worker] }
    }

    /// The worker that was last greeted from this address.
    func worker(at peer: PeerID) -> Int? { peers[peer] }

    /// The worker at this address if orders may be out at it.
    func presentWorker(at peer: PeerID) -> Int? {
        guard let worker = peers[peer], workers[worker].isPresent else { return nil }
        return worker
    }

    func worker(named name: String) -> Int? { numbers[name] }

    func workers(of role: Role) -> [Int] { ofRole[role] }

    /// The hellos of those that are here, in the order of their coming.
    var presentHellos: [Hello] { workers.filter(\.isPresent).map(\.hello) }

    func hasLive(_ role: Role) -> Bool { ofRole[role].contains { workers[$0].state == .live } }

    /// A live worker of each role. One speaks for all: workers of one role that differ are not let in together.
    var liveWorkers: RolePair<Int?> {
        var live = RolePair<Int?>(nil)
        for role in Role.allCases {
            for worker in ofRole[role] where workers[worker].state == .live {
                live[role] = worker
                break
            }
        }
        return live
    }

    var orderCount: Int { workers.reduce(0) { $0 + $1.orders.count } }

    /// Whether an order of the run is out that is no later than this one.
    func hasOrder(of run: Int, through last: OrderID) -> Bool {
        workers.contains { worker in worker.orders.contains { $0.key <= last && $0.value.item.path.run == run } }
    }

    // MARK: Coming

    /// What a new name found.
    enum Admission {
        case added(Int)
        /// In the place of a worker that was not there any more.
        case replaced(Int)
    }

    /// Remembers a new name; nil at the limit of present workers. Names of workers that are not there any more make
    /// room, the longest silent first.
    mutating func add(_ hello: Hello, _ peer: PeerID, nowMs: Int64) -> Admission? {
        let admission: Admission
        let worker: Int
        if workers.count < limits.workers {
            worker = workers.count
            workers.append(Worker(hello: hello, peer: peer, nowMs: nowMs))
            admission = .added(worker)
        } else {
            let absent = workers.indices.filter { !workers[$0].isPresent }
            guard let oldest = absent.min(by: { workers[$0].lastHeardMs < workers[$1].lastHeardMs }) else {
                return nil
            }
            worker = oldest
            numbers[workers[worker].hello.name] = nil
            peers[workers[worker].peer] = nil
            workers[worker] = Worker(hello: hello, peer: peer, nowMs: nowMs)
            admission = .replaced(worker)
        }
        numbers[hello.name] = worker
        peers[peer] = worker
        sortByRole()
        return admission
    }

    /// A new process under a known name, or the same at a new address.
    mutating func replace(_ worker: Int, with hello: Hello, _ peer: PeerID, nowMs: Int64) {
        peers[workers[worker].peer] = nil
        workers[worker].replace(with: hello, peer: peer, nowMs: nowMs)
        sortByRole()
        peers[peer] = worker
    }

    /// Nothing that comes from this address is the worker's.
    mutating func forget(_ peer: PeerID) { peers[peer] = nil }

    private mutating func sortByRole() {
        for role in Role.allCases { ofRole[role] = workers.indices.filter { workers[$0].hello.role == role } }
    }

    // MARK: Room

    /// Orders that a worker computes at once.
    func slots(_ worker: Int) -> Int { min(workers[worker].hello.slots, limits.ordersPerWorker) }

    /// For an order to be computed at once, or one that waits for its slot where it may have more for each.
    func hasRoom(_ worker: Int, _ ordersPerSlot: Int = 1) -> Bool {
        let room = min(slots(worker) * ordersPerSlot, limits.ordersPerWorker)
        return workers[worker].state == .live && !workers[worker].isAlone && workers[worker].confirmedOrders < room
    }

    /// For work that runs ahead.
    func hasSpareRoom(_ worker: Int) -> Bool { hasRoom(worker) && workers[worker].orders.count < slots(worker) }

    /// Paths that the live workers can hold in their caches.
    var begunPathsBound: Int {
        workers.indices.reduce(0) { bound, worker in
            workers[worker].state == .live ? bound + slots(worker) * limits.begunPathsPerSlot : bound
        }
    }

    /// What the fastest live worker of the role takes for a token; infinite where none is known.
    func fastestMs(_ role: Role) -> Double {
        var fastest = Double.infinity
        for worker in ofRole[role] where workers[worker].state == .live {
            fastest = min(fastest, workers[worker].tokenMs ?? .infinity)
        }
        return fastest
    }

    /// Of the workers of the role with room the one with the least load, the earlier if equal; one that takes much
    /// longer for a token than the fastest counts as the more loaded.
    func leastLoaded(_ role: Role, excluding isBarren: [Bool], _ ordersPerSlot: Int, fastestMs: Double) -> Int? {
        var best: (worker: Int, load: Double)?
        for worker in ofRole[role] where !isBarren[worker] {
            guard hasRoom(worker, ordersPerSlot) else { continue }
            let share = Double(workers[worker].confirmedOrders + 1) / Double(slots(worker))
            let load = share * slowness(worker, fastestMs: fastestMs)
            if best.map({ load < $0.load }) ?? true { best = (worker, load) }
        }
        return best?.worker
    }

    /// How many times as long as the fastest a worker takes for a token. What may be chance counts as 1.
    private func slowness(_ worker: Int, fastestMs: Double) -> Double {
        guard let own = workers[worker].tokenMs, fastestMs > 0 else { return 1 }
        return own > 1.5 * fastestMs ? own / fastestMs : 1
    }

    // MARK: Time

    /// How long the worker may be silent.
    func leaseMs(_ worker: Int) -> Int64 {
        workers[worker].leaseMs(
            intervalMs: limits.heartbeatIntervalMs, missed: limits.heartbeatsMissed,
            slowdown: limits.heartbeatSlowdown)
    }

    /// When the first lease of a present worker ends; nil while none is here.
    var firstLeaseEndsMs: Int64? {
        var first: Int64?
        for worker in workers.indices where workers[worker].isPresent {
            let ends = workers[worker].lastHeardMs + leaseMs(worker)
            first = min(first ?? ends, ends)
        }
        return first
    }

    /// The coordinator itself stood still: nobody is to blame for not having been heard.
    mutating func forgiveAbsence(ofMs absentMs: Int64, nowMs: Int64) {
        for worker in workers.indices where workers[worker].isPresent {
            workers[worker].forgiveAbsence(ofMs: absentMs, nowMs: nowMs)
        }
    }
}

/// Those of the limits that the roster keeps to. All limits together are half a kilobyte, which would be copied along.
private struct RosterLimits: Sendable {
    let workers: Int
    let ordersPerWorker: Int
    let begunPathsPerSlot: Int
    let heartbeatIntervalMs: Int64
    let heartbeatsMissed: Int
    let heartbeatSlowdown: Int

    init(_ limits: Limits) {
        workers = limits.workers
        ordersPerWorker = limits.ordersPerWorker
        begunPathsPerSlot = limits.begunPathsPerSlot
        heartbeatIntervalMs = Int64(limits.heartbeatIntervalMs)
        heartbeatsMissed = limits.heartbeatsMissed
        heartbeatSlowdown = limits.heartbeatSlowdown
    }
}

/// What is known of a worker's name: its latest incarnation.
struct Worker: Sendable {
    private(set) var hello: Hello
    private(set) var peer: PeerID
    private(set) var state = WorkerState.live
    private(set) var reason: String?
    private(set) var heartbeat = Heartbeat()
    private(set) var lastHeardMs: Int64
    /// When it last showed progress, or got its first order after having none.
    private(set) var lastProgressMs: Int64
    /// Orders it has. Walked through only in the order of their ids.
    private(set) var orders: [OrderID: OutstandingOrder] = [:]
    /// How many of them run ahead.
    private(set) var aheadOrders = 0
    /// Time that a token takes here, for work of whatever kind: of late, milliseconds. Nil before the first reply.
    private(set) var tokenMs: Double?
    /// The items that its death would be put down to.
    private(set) var blamed: [Blame] = []
    private(set) var restarts = 0
    /// It has one order whose item may be deadly; it gets no other until that is done.
    private(set) var isAlone = false
    private(set) var times = WorkerTimes()
    private(set) var peakBytes: UInt64 = 0
    /// When it was first measured, for runs that were open before it came.
    private(set) var firstMeasuredMs: Int64?
    private var lastHeartbeat: Heartbeat?
    /// Segments it holds of each path, after the prompt.
    private var held: [PathReference: [SegmentID]] = [:]
    /// When it was last asked for the orders that it holds.
    private var listAskedMs: Int64?
    /// Earlier incarnations of this name: a late hello of theirs is not a new worker.
    private var retired: [UInt64] = []
    /// The longest silences between two of its signs of life, of the last minute or two.
    private var gaps = HeartbeatGaps()

    fileprivate init(hello: Hello, peer: PeerID, nowMs: Int64) {
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

    /// Whether the process of this incarnation is not taken in any more.
    func isRetired(_ incarnation: UInt64) -> Bool { retired.contains(incarnation) }

    // MARK: Orders

    mutating func take(_ order: OutstandingOrder) {
        if orders.isEmpty { lastProgressMs = order.sentMs }
        orders[order.tag.order] = order
        if order.item.isAhead { aheadOrders += 1 }
    }

    /// The order is done with, whatever came of it.
    mutating func finish(_ order: OrderID) {
        guard let known = orders.removeValue(forKey: order) else { return }
        isAlone = false
        if known.item.isAhead { aheadOrders -= 1 }
    }

    /// An order that ran ahead is for the path's due item now.
    mutating func confirm(_ order: OrderID) {
        guard orders[order]?.item.isAhead == true else { return }
        orders[order]!.item.isAhead = false
        aheadOrders -= 1
    }

    /// The one order that it has may be deadly.
    mutating func stayAlone() { isAlone = true }

    /// Takes in how long an order took from sending to reply, whatever was computed beside it.
    mutating func note(tokens: Int, elapsedMs: Int64) {
        let sample = Double(max(elapsedMs, 0)) / Double(max(tokens, 1))
        // The last eight orders or so count.
        tokenMs = tokenMs.map { $0 + (sample - $0) / 8 } ?? sample
    }

    mutating func blame(_ item: WorkItemReference, arrival: Int) {
        blamed.append(Blame(item: item, arrival: arrival))
    }

    /// It is asked for the orders that it holds, once in so many milliseconds at most.
    ///
    /// - Returns: whether it may be asked now.
    mutating func askForList(everyMs interval: Int64, nowMs: Int64) -> Bool {
        guard nowMs - (listAskedMs ?? .min / 2) >= interval else { return false }
        listAskedMs = nowMs
        return true
    }

    // MARK: Contexts

    /// From an order on it counts as holding these segments of the path.
    ///
    /// - Returns: what it counted as holding before; nil for nothing, not even the prompt.
    mutating func hold(_ path: PathReference, _ segments: [SegmentID]) -> [SegmentID]? {
        held.updateValue(segments, forKey: path)
    }

    /// It has written or scored one more segment of a path that it holds.
    mutating func hold(_ path: PathReference, also segment: SegmentID) { held[path]?.append(segment) }

    /// - Returns: whether it held the path.
    @discardableResult
    mutating func drop(_ path: PathReference) -> Bool { held.removeValue(forKey: path) != nil }

    // MARK: Signs of life

    mutating func hear(nowMs: Int64) { lastHeardMs = nowMs }

    /// A reply to one of its orders.
    mutating func noteProgress(nowMs: Int64) { lastProgressMs = nowMs }

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
    fileprivate func leaseMs(intervalMs: Int64, missed: Int, slowdown: Int) -> Int64 {
        // Half an interval is what any scheduler may be late.
        let pace = gaps.longestMs * 2 > intervalMs * 3 ? min(gaps.longestMs, intervalMs * Int64(slowdown)) : intervalMs
        return max(pace, intervalMs) * Int64(missed)
    }

    fileprivate mutating func forgiveAbsence(ofMs absentMs: Int64, nowMs: Int64) {
        lastHeardMs = nowMs
        lastProgressMs += absentMs
    }

    // MARK: Coming and going

    mutating func drain() { state = .draining }

    /// It takes orders, whatever it said before.
    mutating func revive() { state = .live }

    /// It is not there any more, or could not start. Its orders are still to be finished.
    mutating func leave(_ state: WorkerState, reason: String?) {
        self.state = state
        self.reason = reason
        held = [:]
        blamed = []
    }

    /// For people only: a worker that is not there says why.
    mutating func show(_ state: WorkerState, reason: String?) {
        self.state = state
        self.reason = reason
    }

    /// This process shall not be taken back: it shall start anew.
    mutating func retire() {
        retired.append(hello.incarnation)
        // Eight are more than any network delays.
        if retired.count > 8 { retired.removeFirst() }
    }

    /// A new process under the same name, or the same at a new address.
    fileprivate mutating func replace(with hello: Hello, peer: PeerID, nowMs: Int64) {
        if hello.incarnation != self.hello.incarnation {
            restarts += 1
            retire()
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
    /// Counted by the coordinator itself: `VerdictWaits`.
    var verdictWaitMs: Int64 = 0
    /// When that was read.
    var readMs: Int64 = 0
}

/// A work item that a worker held when it was believed dead, as the item was then.
struct Blame: Sendable, Hashable {
    let item: WorkItemReference
    /// `WorkItem.arrival`: names the item among all that its path has.
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
