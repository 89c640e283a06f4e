import Domain

/// Where every work item is in this life of the coordinator, and every count of them: begun paths, queues, pauses,
/// slots for takeovers, orders out. Which worker gets which item is not decided here.
///
/// The first entry of every queue is always one that counts, so that asking for it changes nothing.
struct WorkQueue: Sendable {
    private let epoch: UInt64
    private let deathsPerPath: Int
    private var paths = PathTable<PathItems>()
    /// By the number of the run.
    private var runs: [RunLanes] = []
    /// Items that were held by workers that died: one at a time, each at a worker that has nothing else.
    private var poisonSuspects = RolePair(ReadyQueue())
    /// By the time at which the pause is over.
    private var backingOff = ReadyQueue()
    /// Items in queues that do not run ahead, by the role they wait for; and those that do.
    private(set) var queuedItems = RolePair(0)
    private(set) var queuedAhead = 0
    /// Paths that have had an order and are not over.
    private(set) var begunPaths = 0
    /// Paths whose items or affinity have changed since `forgetChanges`; some more than once.
    private(set) var changedPaths: [PathReference] = []

    private var orderSequence: UInt64 = 0
    private var generationSequence: UInt64 = 0
    private var arrivalSequence = 0

    init(epoch: UInt64, limits: Limits) {
        self.epoch = epoch
        deathsPerPath = limits.deathsPerPath
    }

    // MARK: Runs, problems, paths

    /// - Parameters:
    ///   - counts: of each problem's paths.
    ///   - endedProblems: those of earlier lives.
    mutating func open(run: Int, paths counts: [Int], endedProblems: [Int], _ settings: RunSettings) {
        paths.open(run: run, problems: counts.count)
        while runs.count <= run { runs.append(RunLanes()) }
        var lanes = RunLanes()
        lanes.problemsInFlight = settings.problemsInFlight
        lanes.takeoversInFlight = settings.takeoversInFlight
        lanes.problems = counts.map { ProblemSlots(paths: $0) }
        for problem in endedProblems { lanes.problems[problem].isOver = true }
        runs[run] = lanes
        advanceFresh(run)
    }

    /// All its problems are over or it was cancelled: no item of it is anywhere any more.
    mutating func close(run: Int) {
        paths.close(run: run)
        runs[run] = RunLanes()
    }

    mutating func open(problem: Int, of run: Int) {
        paths.open(problem: problem, of: run, PathItems(), paths: runs[run].problems[problem].paths)
        runs[run].openProblems += 1
    }

    mutating func close(problem: Int, of run: Int) {
        if paths.isOpen(problem: problem, of: run) { runs[run].openProblems -= 1 }
        paths.close(problem: problem, of: run)
        runs[run].problems[problem].isOver = true
        advanceFresh(run)
    }

    func isOpen(problem: Int, of run: Int) -> Bool { paths.isOpen(problem: problem, of: run) }

    /// Whether the path's problem is open in this life.
    func contains(_ reference: PathReference) -> Bool { paths.contains(reference) }

    /// The path has had an order, in this life or an earlier one.
    mutating func begin(_ reference: PathReference) {
        guard paths[reference].phase == .fresh else { return }
        paths[reference].phase = .begun
        begunPaths += 1
        runs[reference.run].begunPaths += 1
        advanceFresh(reference.run)
    }

    /// The path is over. None of its items is anywhere any more.
    mutating func end(_ reference: PathReference) {
        if paths[reference].phase == .begun {
            begunPaths -= 1
            runs[reference.run].begunPaths -= 1
        }
        paths[reference].phase = .over
        paths[reference].due = nil
        paths[reference].ahead = nil
        advanceFresh(reference.run)
    }

    func begunPaths(of run: Int) -> Int { runs[run].begunPaths }

    func inFlight(_ run: Int, _ role: Role) -> Int { runs[run].inFlight[role] }

    /// Whether a path of the run was never begun.
    func hasFresh(_ run: Int) -> Bool { runs[run].fresh.problem < runs[run].problems.count }

    /// The next path of the run that was never begun; nil where the run's bound on problems at once is reached.
    func firstFresh(_ run: Int) -> PathReference? {
        guard hasFresh(run) else { return nil }
        let fresh = runs[run].fresh
        let bound = runs[run].problemsInFlight
        if bound > 0, !paths.isOpen(problem: fresh.problem, of: run), runs[run].openProblems >= bound { return nil }
        return PathReference(run: run, problem: fresh.problem, path: fresh.path)
    }

    /// Whether other paths of the problem of `firstFresh` have begun.
    func isProblemOfFreshBegun(_ run: Int) -> Bool {
        let problem = runs[run].fresh.problem
        guard paths.isOpen(problem: problem, of: run) else { return false }
        return paths.values(problem: problem, of: run).contains { $0.phase == .begun }
    }

    private mutating func advanceFresh(_ run: Int) {
        while runs[run].fresh.problem < runs[run].problems.count {
            let (problem, path) = runs[run].fresh
            if !runs[run].problems[problem].isOver, path < runs[run].problems[problem].paths {
                let reference = PathReference(run: run, problem: problem, path: path)
                guard paths.contains(reference), paths[reference].phase != .fresh else { return }
                runs[run].fresh.path += 1
            } else {
                runs[run].fresh = (problem + 1, 0)
            }
        }
    }

    // MARK: Homes and names

    func affinity(of reference: PathReference, _ role: Role) -> Int? { paths[reference].affinity[role] }

    mutating func setAffinity(of reference: PathReference, _ role: Role, _ worker: Int?) {
        paths[reference].affinity[role] = worker
        noteChange(reference)
    }

    /// The draft worker that has all paths of the problem; nil where each has its own.
    func home(ofProblemOf reference: PathReference) -> Int? { runs[reference.run].problems[reference.problem].home }

    mutating func setHome(ofProblemOf reference: PathReference, _ worker: Int) {
        runs[reference.run].problems[reference.problem].home = worker
    }

    /// Of all orders so far.
    var latestOrderID: OrderID { OrderID(epoch: epoch, sequence: orderSequence) }

    /// A name for an order.
    mutating func takeOrderID() -> OrderID {
        orderSequence += 1
        return OrderID(epoch: epoch, sequence: orderSequence)
    }

    /// An id for a new segment. Every order gets its own, so that two workers that wrote for the same place of a path
    /// never hold different texts under one id.
    ///
    /// - Parameter recorded: greater than the id of every recorded segment.
    mutating func takeSegmentID(_ reference: PathReference, recorded: SegmentID) -> SegmentID {
        let id = max(recorded, paths[reference].nextSegment)
        paths[reference].nextSegment = SegmentID(rawValue: id.rawValue + 1)
        return id
    }

    // MARK: Items

    /// The item that the reference means; nil where there is none.
    subscript(item: WorkItemReference) -> WorkItem? {
        _read { yield paths[item.path][isAhead: item.isAhead] }
    }

    /// A work item has come up. Its place is nowhere, and so is that of the one before, which it replaces.
    ///
    /// - Parameter blocksAhead: nil where it does not run ahead.
    mutating func add(_ reference: PathReference, _ stage: Stage, _ role: Role, blocksAhead: Int? = nil) {
        let isAhead = blocksAhead != nil
        precondition(
            paths[reference][isAhead: isAhead]?.place ?? .nowhere == .nowhere, "a item is replaced that is not done")
        arrivalSequence += 1
        let item = WorkItem(stage: stage, role: role, blocksAhead: blocksAhead, arrival: arrivalSequence)
        paths[reference][isAhead: isAhead] = item
        noteChange(reference)
    }

    /// Where the item goes. No other function changes a place, but that two queues of a lane may become one.
    private mutating func move(_ reference: WorkItemReference, to place: WorkItem.Place) {
        let item = paths[reference.path][isAhead: reference.isAhead]!
        paths[reference.path][isAhead: reference.isAhead]!.place = place
        noteChange(reference.path)
        let run = reference.path.run
        switch item.place {
        case .queued(_, let queue):
            count(item, -1)
            clean(queue, item, run)
        case .backingOff: Self.clean(&backingOff, paths)
        case .ordered: runs[run].inFlight[item.role] -= 1
        case .parked: runs[run].problems[reference.path.problem].parked.removeAll { $0 == reference.path.path }
        case .nowhere, .atBarrier: break
        }
        switch place {
        case .queued: count(item, 1)
        case .ordered: runs[run].inFlight[item.role] += 1
        case .parked: runs[run].problems[reference.path.problem].parked.append(reference.path.path)
        case .nowhere, .backingOff, .atBarrier: break
        }
    }

    private mutating func count(_ item: WorkItem, _ change: Int) {
        if item.blocksAhead != nil {
            queuedAhead += change
        } else {
            queuedItems[item.role] += change
        }
    }

    /// Puts the item in its queue: with the worker that holds the path's context, else with the run's free ones, and
    /// apart from others if workers died of it. A takeover over its problem's bound is parked first.
    ///
    /// - Parameter roster: whose live workers may have a queue of their own.
    mutating func enqueue(_ reference: WorkItemReference, _ roster: Roster) {
        guard claimTakeoverSlot(reference) else {
            move(reference, to: .parked)
            return
        }
        let item = paths[reference.path][isAhead: reference.isAhead]!
        generationSequence += 1
        let entry = ReadyEntry(
            order: orderOfService(item, reference.path), generation: generationSequence, item: reference)
        let queue: WorkItem.Queue
        if maybePoison(item.tries) {
            queue = .poisonSuspect
        } else if let home = home(of: reference.path, item.role), roster[home].state == .live {
            queue = .pinned(home)
        } else {
            queue = .free
        }
        insert(entry, queue, item)
        move(reference, to: .queued(generation: generationSequence, queue))
    }

    private func home(of reference: PathReference, _ role: Role) -> Int? {
        paths[reference].affinity[role] ?? (role == .draft ? home(ofProblemOf: reference) : nil)
    }

    private mutating func insert(_ entry: ReadyEntry, _ queue: WorkItem.Queue, _ item: WorkItem) {
        switch queue {
        case .free: runs[entry.item.path.run].lanes[item.lane].free.insert(entry)
        case .pinned(let worker):
            runs[entry.item.path.run].lanes[item.lane].pinned[worker, default: ReadyQueue()].insert(entry)
        case .poisonSuspect: poisonSuspects[item.role].insert(entry)
        }
    }

    /// What decides who is served first: the problem and the path for opening blocks, the arrival for scores and
    /// takeovers, the number of blocks ahead for those that are drafted ahead.
    private func orderOfService(_ item: WorkItem, _ reference: PathReference) -> (Int, Int) {
        if let blocks = item.blocksAhead { return (blocks, item.arrival) }
        return item.stage == .draft ? (reference.problem, reference.path) : (item.arrival, 0)
    }

    /// Whether one more death would quarantine the path. Such an item is tried where nothing else can be hurt by it
    /// and nothing else can be what kills: so no path is quarantined for its neighbours' sake.
    private func maybePoison(_ tries: Tries) -> Bool { tries.deaths >= max(1, deathsPerPath - 1) }

    /// Another role's workers shall do the item, which is nowhere.
    mutating func reassign(_ reference: WorkItemReference, _ role: Role) {
        guard let item = paths[reference.path][isAhead: reference.isAhead], item.role != role else { return }
        precondition(item.place == .nowhere, "an item changes its role that is somewhere")
        var moved = WorkItem(stage: item.stage, role: role, blocksAhead: item.blocksAhead, arrival: item.arrival)
        moved.tries = item.tries
        paths[reference.path][isAhead: reference.isAhead] = moved
        noteChange(reference.path)
    }

    /// Out of its queue or its order; it is nowhere then, and may be enqueued again.
    mutating func remove(_ item: WorkItemReference) { move(item, to: .nowhere) }

    /// A worker gets it.
    mutating func send(_ item: WorkItemReference, to worker: Int, _ order: OrderID) {
        move(item, to: .ordered(at: worker, order))
    }

    /// It waits for the other paths of its problem.
    mutating func hold(_ item: WorkItemReference) { move(item, to: .atBarrier) }

    /// It waits before it may be enqueued again, until this time.
    mutating func pause(_ item: WorkItemReference, untilMs: Int64) {
        generationSequence += 1
        let order = (Int(untilMs), paths[item.path][isAhead: item.isAhead]!.arrival)
        backingOff.insert(ReadyEntry(order: order, generation: generationSequence, item: item))
        move(item, to: .backingOff(generation: generationSequence))
    }

    /// When the first pause is over.
    var firstPauseEndsMs: Int64? { backingOff.first.map { Int64($0.first) } }

    /// Enqueues the items whose pause is over.
    mutating func endPauses(nowMs: Int64, _ roster: Roster) {
        while let entry = backingOff.first, entry.first <= nowMs {
            move(entry.item, to: .nowhere)
            enqueue(entry.item, roster)
        }
    }

    /// The item ahead is the path's due item now. It keeps its place.
    mutating func confirmAhead(_ reference: PathReference) {
        let ahead = paths[reference].ahead!
        var due = WorkItem(stage: ahead.stage, role: ahead.role, blocksAhead: nil, arrival: ahead.arrival)
        due.place = ahead.place
        due.tries = ahead.tries
        paths[reference].due = due
        paths[reference].ahead = nil
        noteChange(reference)
    }

    /// There is no item ahead any more. It is nowhere already.
    mutating func dropAhead(_ reference: PathReference) {
        paths[reference].ahead = nil
        noteChange(reference)
    }

    private mutating func noteChange(_ reference: PathReference) {
        if changedPaths.last != reference { changedPaths.append(reference) }
    }

    mutating func forgetChanges() { changedPaths.removeAll(keepingCapacity: true) }

    /// What a look at everything finds wrong with what is counted; for tests.
    var miscounts: [String] {
        var (queued, ahead, begun, inFlight) = (RolePair(0), 0, 0, 0)
        for run in runs.indices {
            for problem in paths.problems(of: run) {
                for path in paths.values(problem: problem, of: run) {
                    if path.phase == .begun { begun += 1 }
                    if let due = path.due, due.isQueued { queued[due.role] += 1 }
                    if let item = path.ahead, item.isQueued { ahead += 1 }
                    inFlight += [path.due, path.ahead].count { $0?.order != nil }
                }
            }
        }
        let isRight = [
            ("queued items", queued.draft == queuedItems.draft && queued.target == queuedItems.target),
            ("items queued ahead", ahead == queuedAhead), ("begun paths", begun == begunPaths),
            ("begun paths of runs", begun == runs.reduce(0) { $0 + $1.begunPaths }),
            ("orders out", inFlight == runs.reduce(0) { $0 + $1.inFlight.draft + $1.inFlight.target }),
        ]
        return isRight.filter { !$0.1 }.map(\.0)
    }

    // MARK: What went wrong

    /// The item came back undone.
    ///
    /// - Returns: how often it has been ordered.
    mutating func noteReturn(_ item: WorkItemReference, _ setback: String) -> Int {
        changeTries(item) { tries in
            tries.setback = setback
            tries.attempt += 1
            return tries.attempt - 1
        }
    }

    /// Each returns the number of times.
    mutating func noteDeath(_ item: WorkItemReference) -> Int { noteTrouble(item, \.deaths) }
    mutating func noteContextLoss(_ item: WorkItemReference) -> Int { noteTrouble(item, \.contextLosses) }
    mutating func noteFault(_ item: WorkItemReference) -> Int { noteTrouble(item, \.faults) }

    private mutating func noteTrouble(_ item: WorkItemReference, _ kind: WritableKeyPath<Tries, Int>) -> Int {
        changeTries(item) { tries in
            tries[keyPath: kind] += 1
            return tries[keyPath: kind]
        }
    }

    private mutating func changeTries(_ item: WorkItemReference, _ change: (inout Tries) -> Int) -> Int {
        change(&paths[item.path][isAhead: item.isAhead]!.tries)
    }

    /// A death that was none.
    mutating func forgiveDeath(_ blame: Blame) {
        guard !blame.item.isAhead, paths.contains(blame.item.path),
            let due = paths[blame.item.path].due, due.arrival == blame.arrival
        else { return }
        paths[blame.item.path].due!.tries.deaths = max(0, due.tries.deaths - 1)
    }
}

// MARK: Slots for takeovers

extension WorkQueue {
    /// The budget B: a takeover over the bound waits; it is never silently kept.
    private mutating func claimTakeoverSlot(_ item: WorkItemReference) -> Bool {
        let reference = item.path
        guard !item.isAhead, paths[reference].due!.stage == .takeOver, !paths[reference].holdsTakeoverSlot else {
            return true
        }
        let bound = runs[reference.run].takeoversInFlight
        guard bound == 0 || runs[reference.run].problems[reference.problem].takeoversInFlight < bound else {
            return false
        }
        runs[reference.run].problems[reference.problem].takeoversInFlight += 1
        paths[reference].holdsTakeoverSlot = true
        return true
    }

    /// The takeover is done: the path that has waited longest takes its slot.
    mutating func returnTakeoverSlot(_ reference: PathReference, _ roster: Roster) {
        guard paths[reference].holdsTakeoverSlot else { return }
        paths[reference].holdsTakeoverSlot = false
        runs[reference.run].problems[reference.problem].takeoversInFlight -= 1
        guard let next = runs[reference.run].problems[reference.problem].parked.first else { return }
        let waiting = WorkItemReference(
            path: PathReference(run: reference.run, problem: reference.problem, path: next))
        move(waiting, to: .nowhere)
        enqueue(waiting, roster)
    }
}

// MARK: The first of each queue

extension WorkQueue {
    func firstFree(_ run: Int, _ lane: Lane) -> ReadyEntry? { runs[run].lanes[lane].free.first }

    func firstPinned(_ run: Int, _ lane: Lane, to worker: Int) -> ReadyEntry? {
        runs[run].lanes[lane].pinned[worker]?.first
    }

    /// The first of the poisonSuspects whose runs may have work. There are few, so all are looked at.
    func firstPoisonSuspect(_ role: Role, where mayWork: (Int) -> Bool) -> ReadyEntry? {
        poisonSuspects[role].entries.filter { Self.isCurrent($0, paths) && mayWork($0.item.path.run) }.min()
    }

    /// What waited for a worker that takes no more work may go to any other.
    mutating func unpin(_ worker: Int, _ role: Role, in openRuns: [Int]) {
        for run in openRuns {
            for lane in Lane.of(role) {
                guard let queue = runs[run].lanes[lane].pinned.removeValue(forKey: worker) else { continue }
                for entry in queue.entries where Self.isCurrent(entry, paths) {
                    runs[run].lanes[lane].free.insert(entry)
                    paths[entry.item.path][isAhead: entry.item.isAhead]!.place =
                        .queued(generation: entry.generation, .free)
                }
            }
        }
    }

    /// An item has left this queue.
    private mutating func clean(_ queue: WorkItem.Queue, _ item: WorkItem, _ run: Int) {
        switch queue {
        case .free: Self.clean(&runs[run].lanes[item.lane].free, paths)
        case .pinned(let worker): Self.clean(&runs[run].lanes[item.lane].pinned[worker]!, paths)
        case .poisonSuspect: Self.clean(&poisonSuspects[item.role], paths)
        }
    }

    /// Lets the first entry be one that counts.
    private static func clean(_ queue: inout ReadyQueue, _ paths: PathTable<PathItems>) {
        while let entry = queue.first, !isCurrent(entry, paths) { queue.removeFirst() }
    }

    /// Whether the entry's item still waits under it.
    private static func isCurrent(_ entry: ReadyEntry, _ paths: PathTable<PathItems>) -> Bool {
        guard paths.contains(entry.item.path) else { return false }
        // By name, so that the item is read in place.
        return entry.item.isAhead
            ? paths[entry.item.path].ahead?.place.generation == entry.generation
            : paths[entry.item.path].due?.place.generation == entry.generation
    }
}
