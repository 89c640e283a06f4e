import Domain

/// Which worker gets which piece of work.
///
/// Of the workers with room the one with the least load is served first. It gets work of the run that has the
/// fewest orders out at this role (the earlier run if equal), so that runs share the workers evenly and one alone
/// has them all. Within the run: begun paths first - opening blocks in the order of problem and path, so that a
/// problem is soon over; scores and takeovers in the order of their arrival - and of those, only paths that this
/// worker holds or nobody does; then a path never begun, within the bound on begun paths. A worker that would still
/// have room takes over paths that wait for one that has none.
extension Coordinator {
    mutating func dispatch() {
        guard !isDraining, !openRuns.isEmpty else { return }
        begunBound = 0
        for worker in workers.indices where workers[worker].state == .live {
            begunBound += capacity(worker) * limits.begunPathsPerSlot
        }
        checkModels()
        // What is begun of runs that wait for their models keeps no place from others.
        for run in openRuns where !runs[run].modelFaults.isEmpty { begunBound += runs[run].begunPaths }
        for role in Role.allCases { dispatch(role) }
    }

    private mutating func dispatch(_ role: Role) {
        guard queuedPieces[role] > 0 || hasRoomToBegin(role) else { return }
        let reserved = dispatchSuspects(role)
        var isBarren = [Bool](repeating: false, count: workers.count)
        if let reserved { isBarren[reserved] = true }
        while let worker = leastLoaded(role, excluding: isBarren) {
            if let path = takeWork(role, for: worker, reserved: reserved) {
                order(path, at: worker)
            } else {
                isBarren[worker] = true
            }
        }
    }

    /// Gives each suspect piece to a worker that has nothing else. While one waits, a worker is kept from new work
    /// until it is idle: the one returned.
    private mutating func dispatchSuspects(_ role: Role) -> Int? {
        while let entry = firstSuspect(role) {
            let present = workers.indices.filter { workers[$0].state == .live && workers[$0].hello.role == role }
            guard let chosen = present.min(by: { workers[$0].orders.count < workers[$1].orders.count }) else {
                return nil
            }
            guard workers[chosen].orders.isEmpty else { return chosen }
            queuedPieces[role] -= 1
            order(entry.path, at: chosen)
            workers[chosen].isAlone = true
        }
        return nil
    }

    /// Orders that a worker may have at once.
    func capacity(_ worker: Int) -> Int { min(workers[worker].hello.slots, limits.ordersPerWorker) }

    private func hasRoom(_ worker: Int) -> Bool {
        workers[worker].state == .live && !workers[worker].isAlone && workers[worker].orders.count < capacity(worker)
    }

    private func leastLoaded(_ role: Role, excluding isBarren: [Bool]) -> Int? {
        var best: Int?
        for worker in workers.indices where workers[worker].hello.role == role && !isBarren[worker] {
            guard hasRoom(worker) else { continue }
            guard let other = best else {
                best = worker
                continue
            }
            // a / b < c / d without division; the earlier worker if equal.
            let load = workers[worker].orders.count * capacity(other)
            if load < workers[other].orders.count * capacity(worker) { best = worker }
        }
        return best
    }

    private mutating func takeWork(_ role: Role, for worker: Int, reserved: Int?) -> PathReference? {
        var best: Int?
        for run in openRuns where hasWork(run, role, for: worker) {
            if let other = best, runs[other].inFlight[role] <= runs[run].inFlight[role] { continue }
            best = run
        }
        guard let run = best else { return takeOverWaiting(role, for: worker, reserved: reserved) }
        return takeFirst(run, role, for: worker) ?? firstFresh(run)
    }

    /// The piece that has waited longest of those that the worker may do, its own before others' if equal.
    private mutating func takeFirst(_ run: Int, _ role: Role, for worker: Int) -> PathReference? {
        var best: (entry: ReadyEntry, lane: Lane, isPinned: Bool)?
        for lane in lanes(run, for: worker) {
            if let entry = firstPinned(run, lane, to: worker), best.map({ entry < $0.entry }) ?? true {
                best = (entry, lane, true)
            }
            if let entry = firstFree(run, lane), best.map({ entry < $0.entry }) ?? true { best = (entry, lane, false) }
        }
        guard let best else { return nil }
        if best.isPinned {
            runs[run].lanes[best.lane].pinned[worker]!.removeFirst()
        } else {
            runs[run].lanes[best.lane].free.removeFirst()
        }
        return taken(best.entry, role)
    }

    private mutating func hasWork(_ run: Int, _ role: Role, for worker: Int) -> Bool {
        guard runs[run].modelFaults.isEmpty else { return false }
        for lane in lanes(run, for: worker) {
            if firstPinned(run, lane, to: worker) != nil || firstFree(run, lane) != nil { return true }
        }
        return runs[run].policy.opener.role == role && hasRoomToBegin(role) && firstFresh(run) != nil
    }

    private mutating func taken(_ entry: ReadyEntry, _ role: Role) -> PathReference {
        queuedPieces[role] -= 1
        return entry.path
    }

    /// What waits for another worker without room, its own or for new work.
    private mutating func takeOverWaiting(_ role: Role, for worker: Int, reserved: Int?) -> PathReference? {
        guard queuedPieces[role] > 0 else { return nil }
        for other in workers.indices where other != worker && workers[other].hello.role == role {
            guard other == reserved || !hasRoom(other) else { continue }
            for run in openRuns where runs[run].modelFaults.isEmpty {
                for lane in lanes(run, for: worker) {
                    guard let entry = firstPinned(run, lane, to: other) else { continue }
                    runs[run].lanes[lane].pinned[other]!.removeFirst()
                    return taken(entry, role)
                }
            }
        }
        return nil
    }

    /// Whether a path may begin at this role: more begun paths than the workers can hold in their caches would keep
    /// nobody busier and let every problem wait for every other.
    private func hasRoomToBegin(_ role: Role) -> Bool {
        begunPaths < begunBound
            && openRuns.contains { runs[$0].modelFaults.isEmpty && runs[$0].policy.opener.role == role }
    }
}
