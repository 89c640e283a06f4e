import Domain

/// Which worker gets which work item.
///
/// Of the workers with room the one with the least load is served first (`Roster.leastLoaded`). It gets work of the run
/// that has the fewest orders out at this role (the earlier run if equal), so that runs share the workers evenly and
/// one alone has them all. Within the run: begun paths first - opening blocks in the order of problem and path, so that
/// a problem is soon over; scores and takeovers in the order of their arrival - and of those, only paths that this
/// worker holds or nobody does; then a path never begun, within the bound on begun paths. A worker that would still
/// have room takes over paths that wait for one that has none. What room is left then is filled with blocks that run
/// ahead; confirmed work that comes later takes no notice of these, and the worker puts them off for it.
extension Coordinator {
    /// What a worker is to do next.
    private enum NextWork {
        case item(WorkItemReference)
        /// The first block of a path that was never begun.
        case fresh(PathReference)
    }

    mutating func dispatch() {
        guard !isDraining, !ledger.openRuns.isEmpty, !measuring.isUnderWay else { return }
        checkModels()
        // What is begun of runs that wait for their models keeps no place from others.
        let bound = ledger.openRuns.reduce(roster.begunPathsBound) { $0 + (mayWork($1) ? 0 : queue.begunPaths(of: $1)) }
        for role in Role.allCases { dispatch(role, begunPathsBound: bound) }
    }

    private mutating func dispatch(_ role: Role, begunPathsBound bound: Int) {
        let reserved = dispatchPoisonSuspects(role)
        if mayHaveWork(role, bound) { dispatchConfirmed(role, bound, reserved: reserved) }
        guard role == .draft, queue.queuedAhead > 0 else { return }
        for worker in roster.workers(of: role) where worker != reserved {
            guard queue.queuedAhead > 0 else { break }
            while roster.hasSpareRoom(worker), let entry = firstAhead(for: worker) { send(entry.item, to: worker) }
        }
    }

    private mutating func dispatchConfirmed(_ role: Role, _ bound: Int, reserved: Int?) {
        let fastestMs = roster.fastestMs(role)
        var isBarren = [Bool](repeating: false, count: roster.indices.count)
        if let reserved { isBarren[reserved] = true }
        // Every slot gets its order before any gets a second.
        for ordersPerSlot in limits.ordersPerSlot > 1 ? [1, limits.ordersPerSlot] : [1] {
            while mayHaveWork(role, bound),
                let worker = roster.leastLoaded(role, excluding: isBarren, ordersPerSlot, fastestMs: fastestMs)
            {
                admit(role, bound, for: worker)
                switch nextWork(role, bound, for: worker, reserved: reserved) {
                case .item(let item): send(item, to: worker)
                case .fresh(let path): orderFirst(path, at: worker)
                case nil: isBarren[worker] = true
                }
            }
        }
    }

    /// Opens problems of which this worker could begin a path: they count among their run's problems at once.
    private mutating func admit(_ role: Role, _ bound: Int, for worker: Int) {
        for run in ledger.openRuns {
            // What is seldom so is asked first.
            guard let path = queue.firstFresh(run), !queue.isOpen(problem: path.problem, of: run), mayWork(run),
                mayBegin(run, role, bound), !hasQueued(run, for: worker)
            else { continue }
            open(path.problem, of: run)
        }
    }

    private mutating func send(_ item: WorkItemReference, to worker: Int) {
        queue.remove(item)
        order(item, at: worker)
    }

    /// Gives each suspect item to a worker that has nothing else. While one waits, a worker is kept from new work
    /// until it is idle: the one returned.
    private mutating func dispatchPoisonSuspects(_ role: Role) -> Int? {
        while let entry = queue.firstPoisonSuspect(role, where: { mayWork($0) }) {
            let present = roster.workers(of: role).filter { roster[$0].state == .live }
            guard let chosen = present.min(by: { roster[$0].orders.count < roster[$1].orders.count }) else {
                return nil
            }
            guard roster[chosen].orders.isEmpty else { return chosen }
            send(entry.item, to: chosen)
            roster[chosen].stayAlone()
        }
        return nil
    }

    // MARK: Questions

    /// Whether the run does not wait for its models.
    private func mayWork(_ run: Int) -> Bool { volatileRuns[run].modelFaults.isEmpty }

    /// Whether there is an item for the role that does not run ahead, or a path to begin.
    private func mayHaveWork(_ role: Role, _ bound: Int) -> Bool {
        queue.queuedItems[role] > 0 || ledger.openRuns.contains { mayBegin($0, role, bound) }
    }

    private func nextWork(_ role: Role, _ bound: Int, for worker: Int, reserved: Int?) -> NextWork? {
        var best: Int?
        for run in ledger.openRuns where hasWork(run, role, bound, for: worker) {
            if let other = best, queue.inFlight(other, role) <= queue.inFlight(run, role) { continue }
            best = run
        }
        guard let run = best else {
            return firstToSteal(role, for: worker, reserved: reserved).map { .item($0.item) }
        }
        return first(of: lanes(run, for: worker).map { (run, $0) }, for: worker).map { .item($0.item) }
            ?? queue.firstFresh(run).map { .fresh($0) }
    }

    private func hasWork(_ run: Int, _ role: Role, _ bound: Int, for worker: Int) -> Bool {
        mayWork(run)
            && (hasQueued(run, for: worker) || mayBegin(run, role, bound) && queue.firstFresh(run) != nil)
    }

    private func hasQueued(_ run: Int, for worker: Int) -> Bool {
        lanes(run, for: worker).contains {
            queue.firstPinned(run, $0, to: worker) != nil || queue.firstFree(run, $0) != nil
        }
    }

    /// The entry that is first of those that the worker may do in these lanes, its own before others' if equal.
    private func first(of lanes: [(run: Int, lane: Lane)], for worker: Int) -> ReadyEntry? {
        var best: ReadyEntry?
        for (run, lane) in lanes {
            if let entry = queue.firstPinned(run, lane, to: worker), best.map({ entry < $0 }) ?? true { best = entry }
            if let entry = queue.firstFree(run, lane), best.map({ entry < $0 }) ?? true { best = entry }
        }
        return best
    }

    /// The block to be drafted ahead that has the fewest before it, of paths that this worker holds or nobody does.
    private func firstAhead(for worker: Int) -> ReadyEntry? {
        first(of: ledger.openRuns.filter { mayWork($0) }.map { ($0, .ahead) }, for: worker)
    }

    /// What waits for another worker without room, its own or for new work.
    private func firstToSteal(_ role: Role, for worker: Int, reserved: Int?) -> ReadyEntry? {
        guard queue.queuedItems[role] > 0 else { return nil }
        for other in roster.workers(of: role) where other != worker {
            // What was written for a problem is there alone.
            guard other == reserved || !roster.hasRoom(other), !roster[other].hello.proposesByLookup else { continue }
            for run in ledger.openRuns where mayWork(run) {
                for lane in lanes(run, for: worker) {
                    if let entry = queue.firstPinned(run, lane, to: other) { return entry }
                }
            }
        }
        return nil
    }

    /// What of the run a worker may do that does not run ahead: takeovers only below their bound for each worker.
    private func lanes(_ run: Int, for worker: Int) -> [Lane] {
        let bound = ledger.runs[run].spec.settings.takeoversPerWorker
        let role = roster[worker].hello.role
        guard role == .target else { return [.work(.draft)] }
        let lanes = Lane.of(role)
        guard bound > 0 else { return lanes }
        let inFlight = roster[worker].orders.values.count {
            $0.item.path.run == run && $0.tag.stage == .takeOver
        }
        return inFlight < bound ? lanes : lanes.filter { $0 != .takeovers }
    }

    /// Whether a path of the run may begin at this role: more begun paths than the workers can hold in their caches
    /// would keep nobody busier and let every problem wait for every other. A path that others wait for at a barrier
    /// may begin whatever the bound.
    private func mayBegin(_ run: Int, _ role: Role, _ bound: Int) -> Bool {
        guard ledger.runs[run].opener.role == role, queue.hasFresh(run) else { return false }
        if queue.begunPaths < bound { return true }
        return ledger.runs[run].policy.hasBarrier && mayWork(run) && queue.isProblemOfFreshBegun(run)
    }
}
