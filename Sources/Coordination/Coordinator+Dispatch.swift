import Domain

/// Which worker gets which piece of work.
///
/// Of the workers with room the one with the least load is served first; one that takes much longer for a token than
/// the fastest of its role counts as the more loaded. It gets work of the run that has the fewest orders out at this
/// role (the earlier run if equal), so that runs share the workers evenly and one alone has them all. Within the run:
/// begun paths first - opening blocks in the order of problem and path, so that a problem is soon over; scores and
/// takeovers in the order of their arrival - and of those, only paths that this worker holds or nobody does; then a
/// path never begun, within the bound on begun paths. A worker that would still have room takes over paths that wait
/// for one that has none. What room is left then is filled with blocks that run ahead; confirmed work that comes later
/// takes no notice of these, and the worker puts them off for it.
extension Coordinator {
    mutating func dispatch() {
        guard !isDraining, !openRuns.isEmpty else { return }
        begunBound = 0
        for worker in workers.indices where workers[worker].state == .live {
            begunBound += slots(worker) * limits.begunPathsPerSlot
        }
        checkModels()
        // What is begun of runs that wait for their models keeps no place from others.
        for run in openRuns where !runs[run].modelFaults.isEmpty { begunBound += runs[run].begunPaths }
        for role in Role.allCases { dispatch(role) }
    }

    private mutating func dispatch(_ role: Role) {
        let reserved = dispatchSuspects(role)
        if mayHaveWork(role) { dispatchConfirmed(role, reserved: reserved) }
        guard role == .draft, queuedAhead > 0 else { return }
        for worker in workersOfRole[role] where worker != reserved {
            guard queuedAhead > 0 else { break }
            while hasSpareRoom(worker), let piece = takeAheadWork(for: worker) { order(piece, at: worker) }
        }
    }

    private mutating func dispatchConfirmed(_ role: Role, reserved: Int?) {
        var fastestMs = Double.infinity
        for worker in workersOfRole[role] where workers[worker].state == .live {
            fastestMs = min(fastestMs, workers[worker].tokenMs ?? .infinity)
        }
        var isBarren = [Bool](repeating: false, count: workers.count)
        if let reserved { isBarren[reserved] = true }
        // Every slot gets its order before any gets a second.
        for ordersPerSlot in limits.ordersPerSlot > 1 ? [1, limits.ordersPerSlot] : [1] {
            while mayHaveWork(role),
                let worker = leastLoaded(role, excluding: isBarren, ordersPerSlot, fastestMs: fastestMs)
            {
                if let piece = takeWork(role, for: worker, reserved: reserved) {
                    order(piece, at: worker)
                } else {
                    isBarren[worker] = true
                }
            }
        }
    }

    /// Whether there is a piece for the role that does not run ahead, or a path to begin.
    private func mayHaveWork(_ role: Role) -> Bool {
        queuedPieces[role] > 0 || openRuns.contains { mayBegin($0, role) }
    }

    /// Gives each suspect piece to a worker that has nothing else. While one waits, a worker is kept from new work
    /// until it is idle: the one returned.
    private mutating func dispatchSuspects(_ role: Role) -> Int? {
        while let entry = firstSuspect(role) {
            let present = workersOfRole[role].filter { workers[$0].state == .live }
            guard let chosen = present.min(by: { workers[$0].orders.count < workers[$1].orders.count }) else {
                return nil
            }
            guard workers[chosen].orders.isEmpty else { return chosen }
            count(entry.piece, -1)
            order(entry.piece, at: chosen)
            workers[chosen].isAlone = true
        }
        return nil
    }

    /// Orders that a worker computes at once.
    func slots(_ worker: Int) -> Int { min(workers[worker].hello.slots, limits.ordersPerWorker) }

    /// For an order to be computed at once, or one that waits for its slot where it may have more for each.
    private func hasRoom(_ worker: Int, _ ordersPerSlot: Int = 1) -> Bool {
        let room = min(slots(worker) * ordersPerSlot, limits.ordersPerWorker)
        return workers[worker].state == .live && !workers[worker].isAlone && workers[worker].confirmedOrders < room
    }

    /// For work that runs ahead.
    func hasSpareRoom(_ worker: Int) -> Bool {
        hasRoom(worker) && workers[worker].orders.count < slots(worker)
    }

    private func leastLoaded(
        _ role: Role, excluding isBarren: [Bool], _ ordersPerSlot: Int, fastestMs: Double
    ) -> Int? {
        var best: (worker: Int, load: Double)?
        for worker in workersOfRole[role] where !isBarren[worker] {
            guard hasRoom(worker, ordersPerSlot) else { continue }
            let share = Double(workers[worker].confirmedOrders + 1) / Double(slots(worker))
            let load = share * slowness(worker, fastestMs: fastestMs)
            // The earlier worker if equal.
            if best.map({ load < $0.load }) ?? true { best = (worker, load) }
        }
        return best?.worker
    }

    /// How many times as long as the fastest a worker takes for a token. What may be chance counts as 1.
    private func slowness(_ worker: Int, fastestMs: Double) -> Double {
        guard let own = workers[worker].tokenMs, fastestMs > 0 else { return 1 }
        return own > 1.5 * fastestMs ? own / fastestMs : 1
    }

    private mutating func takeWork(_ role: Role, for worker: Int, reserved: Int?) -> PieceReference? {
        var best: Int?
        for run in openRuns where hasWork(run, role, for: worker) {
            if let other = best, runs[other].inFlight[role] <= runs[run].inFlight[role] { continue }
            best = run
        }
        guard let run = best else { return takeOverWaiting(role, for: worker, reserved: reserved) }
        return takeFirst(lanes(run, for: worker).map { (run, $0) }, for: worker)
            ?? firstFresh(run).map { PieceReference(path: $0) }
    }

    /// The piece that is first of those that the worker may do in these lanes, its own before others' if equal.
    private mutating func takeFirst(_ lanes: [(run: Int, lane: Lane)], for worker: Int) -> PieceReference? {
        var best: (entry: ReadyEntry, run: Int, lane: Lane, isPinned: Bool)?
        for (run, lane) in lanes {
            if let entry = firstPinned(run, lane, to: worker), best.map({ entry < $0.entry }) ?? true {
                best = (entry, run, lane, true)
            }
            if let entry = firstFree(run, lane), best.map({ entry < $0.entry }) ?? true {
                best = (entry, run, lane, false)
            }
        }
        guard let best else { return nil }
        if best.isPinned {
            runs[best.run].lanes[best.lane].pinned[worker]!.removeFirst()
        } else {
            runs[best.run].lanes[best.lane].free.removeFirst()
        }
        return taken(best.entry)
    }

    private mutating func hasWork(_ run: Int, _ role: Role, for worker: Int) -> Bool {
        guard runs[run].modelFaults.isEmpty else { return false }
        for lane in lanes(run, for: worker) {
            if firstPinned(run, lane, to: worker) != nil || firstFree(run, lane) != nil { return true }
        }
        return mayBegin(run, role) && firstFresh(run) != nil
    }

    private mutating func taken(_ entry: ReadyEntry) -> PieceReference {
        count(entry.piece, -1)
        return entry.piece
    }

    /// The block to be drafted ahead that has the fewest before it, of paths that this worker holds or nobody does.
    private mutating func takeAheadWork(for worker: Int) -> PieceReference? {
        takeFirst(openRuns.filter { runs[$0].modelFaults.isEmpty }.map { ($0, .ahead) }, for: worker)
    }

    /// What waits for another worker without room, its own or for new work.
    private mutating func takeOverWaiting(_ role: Role, for worker: Int, reserved: Int?) -> PieceReference? {
        guard queuedPieces[role] > 0 else { return nil }
        for other in workersOfRole[role] where other != worker {
            guard other == reserved || !hasRoom(other) else { continue }
            for run in openRuns where runs[run].modelFaults.isEmpty {
                for lane in lanes(run, for: worker) {
                    guard let entry = firstPinned(run, lane, to: other) else { continue }
                    runs[run].lanes[lane].pinned[other]!.removeFirst()
                    return taken(entry)
                }
            }
        }
        return nil
    }

    /// Whether a path of the run may begin at this role: more begun paths than the workers can hold in their caches
    /// would keep nobody busier and let every problem wait for every other. A path that others wait for at a barrier
    /// may begin whatever the bound.
    private func mayBegin(_ run: Int, _ role: Role) -> Bool {
        guard runs[run].policy.opener.role == role, runs[run].fresh.problem < runs[run].problems.count else {
            return false
        }
        if begunPaths < begunBound { return true }
        guard runs[run].policy.hasBarrier, runs[run].modelFaults.isEmpty else { return false }
        let paths = runs[run].problems[runs[run].fresh.problem].paths
        return paths.contains { $0.desk.hasBegun } && paths.contains { !$0.desk.hasBegun && $0.path.state == .opening }
    }
}
