import Domain

/// Where every piece of work is in this life of the coordinator, and every count of them: begun paths, queues, pauses,
/// slots for takeovers, orders out. Which worker gets which piece is not decided here.
///
/// The first entry of every queue is always one that counts, so that asking for it changes nothing.
struct WorkQueue: Sendable {
    private let epoch: UInt64
    private let deathsPerPath: Int
    private var desks = PathTable<Desk>()
    /// By the number of the run.
    private var runs: [RunLanes] = []
    /// Pieces that were held by workers that died: one at a time, each at a worker that has nothing else.
    private var suspects = RolePair(ReadyQueue())
    /// By the time at which the pause is over.
    private var backingOff = ReadyQueue()
    /// Pieces in queues that do not run ahead, by the role they wait for; and those that do.
    private(set) var queuedPieces = RolePair(0)
    private(set) var queuedAhead = 0
    /// Paths that have had an order and are not over.
    private(set) var begunPaths = 0
    /// Paths whose pieces or homes have changed since `forgetChanges`; some more than once.
    private(set) var changedPaths: [PathReference] = []

    private var orderSequence: UInt64 = 0
    private var ticketSequence: UInt64 = 0
    private var arrivalSequence = 0

    init(epoch: UInt64, limits: Limits) {
        self.epoch = epoch
        deathsPerPath = limits.deathsPerPath
    }

    /// Of one path.
    private struct Desk: Sendable {
        enum Phase: Sendable { case fresh, begun, over }

        var phase = Phase.fresh
        var due: Piece?
        var ahead: Piece?
        /// Whether it holds one of its problem's slots for takeovers.
        var holdsTakeoverSlot = false
        /// Which worker of each role holds its context.
        var homes = RolePair<Int?>(nil)
        /// Greater than the id of every segment that an order of this life asked for.
        var nextSegment = SegmentID(rawValue: 1)

        subscript(isAhead isAhead: Bool) -> Piece? {
            _read { if isAhead { yield ahead } else { yield due } }
            _modify { if isAhead { yield &ahead } else { yield &due } }
        }
    }

    /// Of one run.
    private struct RunLanes: Sendable {
        var lanes = Lanes()
        var paths = 0
        var problemsInFlight = 0
        var takeoversInFlight = 0
        var problems: [ProblemSlots] = []
        /// The first path that was never begun; all before it were, or are over.
        var fresh = (problem: 0, path: 0)
        /// Problems that have begun and not ended.
        var openProblems = 0
        var begunPaths = 0
        /// Orders out, by the role that has them.
        var inFlight = RolePair(0)
    }

    /// Of one problem.
    private struct ProblemSlots: Sendable {
        var isOver = false
        var takeoversInFlight = 0
        /// Paths that wait for a takeover's slot, in order of arrival.
        var parked: [Int] = []
    }

    // MARK: Runs, problems, paths

    /// - Parameter endedProblems: those of earlier lives.
    mutating func open(run: Int, problems: Int, endedProblems: [Int], _ settings: RunSettings) {
        desks.open(run: run, problems: problems)
        while runs.count <= run { runs.append(RunLanes()) }
        var lanes = RunLanes()
        lanes.paths = settings.paths
        lanes.problemsInFlight = settings.problemsInFlight
        lanes.takeoversInFlight = settings.takeoversInFlight
        lanes.problems = Array(repeating: ProblemSlots(), count: problems)
        for problem in endedProblems { lanes.problems[problem].isOver = true }
        runs[run] = lanes
        advanceFresh(run)
    }

    /// All its problems are over or it was cancelled: no piece of it is anywhere any more.
    mutating func close(run: Int) {
        desks.close(run: run)
        runs[run] = RunLanes()
    }

    mutating func open(problem: Int, of run: Int) {
        desks.open(problem: problem, of: run, Desk(), paths: runs[run].paths)
        runs[run].openProblems += 1
    }

    mutating func close(problem: Int, of run: Int) {
        if desks.isOpen(problem: problem, of: run) { runs[run].openProblems -= 1 }
        desks.close(problem: problem, of: run)
        runs[run].problems[problem].isOver = true
        advanceFresh(run)
    }

    func isOpen(problem: Int, of run: Int) -> Bool { desks.isOpen(problem: problem, of: run) }

    /// Whether the path's problem is open in this life.
    func contains(_ reference: PathReference) -> Bool { desks.contains(reference) }

    /// The path has had an order, in this life or an earlier one.
    mutating func begin(_ reference: PathReference) {
        guard desks[reference].phase == .fresh else { return }
        desks[reference].phase = .begun
        begunPaths += 1
        runs[reference.run].begunPaths += 1
        advanceFresh(reference.run)
    }

    /// The path is over. None of its pieces is anywhere any more.
    mutating func end(_ reference: PathReference) {
        if desks[reference].phase == .begun {
            begunPaths -= 1
            runs[reference.run].begunPaths -= 1
        }
        desks[reference].phase = .over
        desks[reference].due = nil
        desks[reference].ahead = nil
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
        if bound > 0, !desks.isOpen(problem: fresh.problem, of: run), runs[run].openProblems >= bound { return nil }
        return PathReference(run: run, problem: fresh.problem, path: fresh.path)
    }

    /// Whether other paths of the problem of `firstFresh` have begun.
    func isProblemOfFreshBegun(_ run: Int) -> Bool {
        let problem = runs[run].fresh.problem
        guard desks.isOpen(problem: problem, of: run) else { return false }
        return desks.values(problem: problem, of: run).contains { $0.phase == .begun }
    }

    private mutating func advanceFresh(_ run: Int) {
        while runs[run].fresh.problem < runs[run].problems.count {
            let (problem, path) = runs[run].fresh
            if !runs[run].problems[problem].isOver, path < runs[run].paths {
                let reference = PathReference(run: run, problem: problem, path: path)
                guard desks.contains(reference), desks[reference].phase != .fresh else { return }
                runs[run].fresh.path += 1
            } else {
                runs[run].fresh = (problem + 1, 0)
            }
        }
    }

    // MARK: Homes and names

    func home(of reference: PathReference, _ role: Role) -> Int? { desks[reference].homes[role] }

    mutating func setHome(of reference: PathReference, _ role: Role, _ worker: Int?) {
        desks[reference].homes[role] = worker
        noteChange(reference)
    }

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
        let id = max(recorded, desks[reference].nextSegment)
        desks[reference].nextSegment = SegmentID(rawValue: id.rawValue + 1)
        return id
    }

    // MARK: Pieces

    /// The piece that the reference means; nil where there is none.
    subscript(piece: PieceReference) -> Piece? {
        _read { yield desks[piece.path][isAhead: piece.isAhead] }
    }

    /// A piece of work has come up. Its place is nowhere, and so is that of the one before, which it replaces.
    ///
    /// - Parameter blocksAhead: nil where it does not run ahead.
    mutating func add(_ reference: PathReference, _ stage: Stage, _ role: Role, blocksAhead: Int? = nil) {
        let isAhead = blocksAhead != nil
        precondition(
            desks[reference][isAhead: isAhead]?.place ?? .nowhere == .nowhere, "a piece is replaced that is not done")
        arrivalSequence += 1
        let piece = Piece(stage: stage, role: role, blocksAhead: blocksAhead, arrival: arrivalSequence)
        desks[reference][isAhead: isAhead] = piece
        noteChange(reference)
    }

    /// Where the piece goes. No other function changes a place, but that two queues of a lane may become one.
    private mutating func move(_ reference: PieceReference, to place: Piece.Place) {
        let piece = desks[reference.path][isAhead: reference.isAhead]!
        desks[reference.path][isAhead: reference.isAhead]!.place = place
        noteChange(reference.path)
        let run = reference.path.run
        switch piece.place {
        case .queued(_, let queue):
            count(piece, -1)
            clean(queue, piece, run)
        case .backingOff: Self.clean(&backingOff, desks)
        case .ordered: runs[run].inFlight[piece.role] -= 1
        case .parked: runs[run].problems[reference.path.problem].parked.removeAll { $0 == reference.path.path }
        case .nowhere, .atBarrier: break
        }
        switch place {
        case .queued: count(piece, 1)
        case .ordered: runs[run].inFlight[piece.role] += 1
        case .parked: runs[run].problems[reference.path.problem].parked.append(reference.path.path)
        case .nowhere, .backingOff, .atBarrier: break
        }
    }

    private mutating func count(_ piece: Piece, _ change: Int) {
        if piece.blocksAhead != nil {
            queuedAhead += change
        } else {
            queuedPieces[piece.role] += change
        }
    }

    /// Puts the piece in its queue: with the worker that holds the path's context, else with the run's free ones, and
    /// apart from others if workers died of it. A takeover over its problem's bound is parked first.
    ///
    /// - Parameter roster: whose live workers may have a queue of their own.
    mutating func enqueue(_ reference: PieceReference, _ roster: Roster) {
        guard takesTakeoverSlot(reference) else {
            move(reference, to: .parked)
            return
        }
        let piece = desks[reference.path][isAhead: reference.isAhead]!
        ticketSequence += 1
        let entry = ReadyEntry(
            order: orderOfService(piece, reference.path), ticket: ticketSequence, piece: reference)
        let queue: Piece.Queue
        if isSuspect(piece.tries) {
            queue = .suspect
        } else if let home = desks[reference.path].homes[piece.role], roster[home].state == .live {
            queue = .pinned(home)
        } else {
            queue = .free
        }
        insert(entry, queue, piece)
        move(reference, to: .queued(ticket: ticketSequence, queue))
    }

    private mutating func insert(_ entry: ReadyEntry, _ queue: Piece.Queue, _ piece: Piece) {
        switch queue {
        case .free: runs[entry.piece.path.run].lanes[piece.lane].free.insert(entry)
        case .pinned(let worker):
            runs[entry.piece.path.run].lanes[piece.lane].pinned[worker, default: ReadyQueue()].insert(entry)
        case .suspect: suspects[piece.role].insert(entry)
        }
    }

    /// What decides who is served first: the problem and the path for opening blocks, the arrival for scores and
    /// takeovers, the number of blocks ahead for those that are drafted ahead.
    private func orderOfService(_ piece: Piece, _ reference: PathReference) -> (Int, Int) {
        if let blocks = piece.blocksAhead { return (blocks, piece.arrival) }
        return piece.stage == .draft ? (reference.problem, reference.path) : (piece.arrival, 0)
    }

    /// Whether one more death would quarantine the path. Such a piece is tried where nothing else can be hurt by it
    /// and nothing else can be what kills: so no path is quarantined for its neighbours' sake.
    private func isSuspect(_ tries: Tries) -> Bool { tries.deaths >= max(1, deathsPerPath - 1) }

    /// Out of its queue or its order; it is nowhere then, and may be enqueued again.
    mutating func remove(_ piece: PieceReference) { move(piece, to: .nowhere) }

    /// A worker gets it.
    mutating func send(_ piece: PieceReference, to worker: Int, _ order: OrderID) {
        move(piece, to: .ordered(at: worker, order))
    }

    /// It waits for the other paths of its problem.
    mutating func hold(_ piece: PieceReference) { move(piece, to: .atBarrier) }

    /// It waits before it may be enqueued again, until this time.
    mutating func pause(_ piece: PieceReference, untilMs: Int64) {
        ticketSequence += 1
        let order = (Int(untilMs), desks[piece.path][isAhead: piece.isAhead]!.arrival)
        backingOff.insert(ReadyEntry(order: order, ticket: ticketSequence, piece: piece))
        move(piece, to: .backingOff(ticket: ticketSequence))
    }

    /// When the first pause is over.
    var firstPauseEndsMs: Int64? { backingOff.first.map { Int64($0.first) } }

    /// Enqueues the pieces whose pause is over.
    mutating func endPauses(nowMs: Int64, _ roster: Roster) {
        while let entry = backingOff.first, entry.first <= nowMs {
            move(entry.piece, to: .nowhere)
            enqueue(entry.piece, roster)
        }
    }

    /// The piece ahead is the path's due piece now. It keeps its place.
    mutating func confirmAhead(_ reference: PathReference) {
        let ahead = desks[reference].ahead!
        var due = Piece(stage: ahead.stage, role: ahead.role, blocksAhead: nil, arrival: ahead.arrival)
        due.place = ahead.place
        due.tries = ahead.tries
        desks[reference].due = due
        desks[reference].ahead = nil
        noteChange(reference)
    }

    /// There is no piece ahead any more. It is nowhere already.
    mutating func dropAhead(_ reference: PathReference) {
        desks[reference].ahead = nil
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
            for problem in desks.problems(of: run) {
                for desk in desks.values(problem: problem, of: run) {
                    if desk.phase == .begun { begun += 1 }
                    if let due = desk.due, due.isQueued { queued[due.role] += 1 }
                    if let piece = desk.ahead, piece.isQueued { ahead += 1 }
                    inFlight += [desk.due, desk.ahead].count { $0?.order != nil }
                }
            }
        }
        let isRight = [
            ("queued pieces", queued.draft == queuedPieces.draft && queued.target == queuedPieces.target),
            ("pieces queued ahead", ahead == queuedAhead), ("begun paths", begun == begunPaths),
            ("begun paths of runs", begun == runs.reduce(0) { $0 + $1.begunPaths }),
            ("orders out", inFlight == runs.reduce(0) { $0 + $1.inFlight.draft + $1.inFlight.target }),
        ]
        return isRight.filter { !$0.1 }.map(\.0)
    }

    // MARK: What went wrong

    /// The piece came back undone.
    ///
    /// - Returns: how often it has been ordered.
    mutating func noteReturn(_ piece: PieceReference, _ setback: String) -> Int {
        changeTries(piece) { tries in
            tries.setback = setback
            tries.attempt += 1
            return tries.attempt - 1
        }
    }

    /// Each returns the number of times.
    mutating func noteDeath(_ piece: PieceReference) -> Int { noteTrouble(piece, \.deaths) }
    mutating func noteContextLoss(_ piece: PieceReference) -> Int { noteTrouble(piece, \.contextLosses) }
    mutating func noteFault(_ piece: PieceReference) -> Int { noteTrouble(piece, \.faults) }

    private mutating func noteTrouble(_ piece: PieceReference, _ kind: WritableKeyPath<Tries, Int>) -> Int {
        changeTries(piece) { tries in
            tries[keyPath: kind] += 1
            return tries[keyPath: kind]
        }
    }

    private mutating func changeTries(_ piece: PieceReference, _ change: (inout Tries) -> Int) -> Int {
        change(&desks[piece.path][isAhead: piece.isAhead]!.tries)
    }

    /// A death that was none.
    mutating func forgiveDeath(_ blame: Blame) {
        guard !blame.piece.isAhead, desks.contains(blame.piece.path),
            let due = desks[blame.piece.path].due, due.arrival == blame.arrival
        else { return }
        desks[blame.piece.path].due!.tries.deaths = max(0, due.tries.deaths - 1)
    }
}

// MARK: Slots for takeovers

extension WorkQueue {
    /// The budget B: a takeover over the bound waits; it is never silently kept.
    private mutating func takesTakeoverSlot(_ piece: PieceReference) -> Bool {
        let reference = piece.path
        guard !piece.isAhead, desks[reference].due!.stage == .takeOver, !desks[reference].holdsTakeoverSlot else {
            return true
        }
        let bound = runs[reference.run].takeoversInFlight
        guard bound == 0 || runs[reference.run].problems[reference.problem].takeoversInFlight < bound else {
            return false
        }
        runs[reference.run].problems[reference.problem].takeoversInFlight += 1
        desks[reference].holdsTakeoverSlot = true
        return true
    }

    /// The takeover is done: the path that has waited longest takes its slot.
    mutating func returnTakeoverSlot(_ reference: PathReference, _ roster: Roster) {
        guard desks[reference].holdsTakeoverSlot else { return }
        desks[reference].holdsTakeoverSlot = false
        runs[reference.run].problems[reference.problem].takeoversInFlight -= 1
        guard let next = runs[reference.run].problems[reference.problem].parked.first else { return }
        let waiting = PieceReference(
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

    /// The first of the suspects whose runs may have work. There are few, so all are looked at.
    func firstSuspect(_ role: Role, where mayWork: (Int) -> Bool) -> ReadyEntry? {
        suspects[role].entries.filter { Self.isCurrent($0, desks) && mayWork($0.piece.path.run) }.min()
    }

    /// What waited for a worker that takes no more work may go to any other.
    mutating func unpin(_ worker: Int, _ role: Role, in openRuns: [Int]) {
        for run in openRuns {
            for lane in Lane.of(role) {
                guard let queue = runs[run].lanes[lane].pinned.removeValue(forKey: worker) else { continue }
                for entry in queue.entries where Self.isCurrent(entry, desks) {
                    runs[run].lanes[lane].free.insert(entry)
                    desks[entry.piece.path][isAhead: entry.piece.isAhead]!.place =
                        .queued(ticket: entry.ticket, .free)
                }
            }
        }
    }

    /// A piece has left this queue.
    private mutating func clean(_ queue: Piece.Queue, _ piece: Piece, _ run: Int) {
        switch queue {
        case .free: Self.clean(&runs[run].lanes[piece.lane].free, desks)
        case .pinned(let worker): Self.clean(&runs[run].lanes[piece.lane].pinned[worker]!, desks)
        case .suspect: Self.clean(&suspects[piece.role], desks)
        }
    }

    /// Lets the first entry be one that counts.
    private static func clean(_ queue: inout ReadyQueue, _ desks: PathTable<Desk>) {
        while let entry = queue.first, !isCurrent(entry, desks) { queue.removeFirst() }
    }

    /// Whether the entry's piece still waits under it.
    private static func isCurrent(_ entry: ReadyEntry, _ desks: PathTable<Desk>) -> Bool {
        desks.contains(entry.piece.path)
            && desks[entry.piece.path][isAhead: entry.piece.isAhead]?.place.ticket == entry.ticket
    }
}
