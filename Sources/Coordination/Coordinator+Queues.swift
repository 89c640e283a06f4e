import Domain

/// Where a piece of work waits.
extension Coordinator {
    /// Puts the path's piece in its queue: with the worker that holds its context, else with the run's free ones,
    /// and apart from others if workers died of it.
    mutating func enqueue(_ reference: PathReference) {
        guard takesTakeoverSlot(reference) else { return }
        let role = role(of: reference)
        ticketSequence += 1
        let desk = self[reference].desk
        let stage = self[reference].path.state.stage
        let isOpening = stage == .draft
        let lane = stage == .takeOver ? Lane.takeovers : .work(role)
        let entry = ReadyEntry(
            first: isOpening ? reference.problem : desk.arrival, second: isOpening ? reference.path : 0,
            ticket: ticketSequence, path: reference)
        self[reference].desk.place = .queued(ticket: ticketSequence)
        queuedPieces[role] += 1
        if isSuspect(desk.tries) {
            suspects[role].insert(entry)
        } else if let home = desk.homes[role], workers[home].state == .live {
            runs[reference.run].lanes[lane].pinned[home, default: ReadyQueue()].insert(entry)
        } else {
            runs[reference.run].lanes[lane].free.insert(entry)
        }
    }

    /// Whether one more death would quarantine the path. Such a piece is tried where nothing else can be hurt by it
    /// and nothing else can be what kills: so no path is quarantined for its neighbours' sake.
    func isSuspect(_ tries: Tries) -> Bool { tries.deaths >= max(1, limits.deathsPerPath - 1) }

    /// The budget B: a takeover over the bound waits; it is never silently kept.
    private mutating func takesTakeoverSlot(_ reference: PathReference) -> Bool {
        guard self[reference].path.state == .takingOver, !self[reference].desk.holdsTakeoverSlot else { return true }
        let bound = runs[reference.run].spec.settings.takeoversInFlight
        if bound > 0, runs[reference.run].problems[reference.problem].takeoversInFlight >= bound {
            runs[reference.run].problems[reference.problem].parked.append(reference.path)
            self[reference].desk.place = .parked
            return false
        }
        runs[reference.run].problems[reference.problem].takeoversInFlight += 1
        self[reference].desk.holdsTakeoverSlot = true
        return true
    }

    /// The takeover is done: the path that has waited longest takes its slot.
    mutating func returnTakeoverSlot(_ reference: PathReference) {
        guard self[reference].desk.holdsTakeoverSlot else { return }
        self[reference].desk.holdsTakeoverSlot = false
        runs[reference.run].problems[reference.problem].takeoversInFlight -= 1
        guard let next = runs[reference.run].problems[reference.problem].parked.first else { return }
        runs[reference.run].problems[reference.problem].parked.removeFirst()
        let waiting = PathReference(run: reference.run, problem: reference.problem, path: next)
        self[waiting].desk.place = .nowhere
        enqueue(waiting)
    }

    /// What waited for a worker that takes no more work may go to any other.
    mutating func unpin(_ worker: Int) {
        let role = workers[worker].hello.role
        for run in openRuns {
            for lane in Lane.of(role) {
                guard let queue = runs[run].lanes[lane].pinned.removeValue(forKey: worker) else { continue }
                for entry in queue.entries where isCurrent(entry) { runs[run].lanes[lane].free.insert(entry) }
            }
        }
    }

    /// Whether the entry's path still waits under it.
    func isCurrent(_ entry: ReadyEntry) -> Bool {
        // Step by step, so that nothing is copied: the queues ask this often.
        let path = entry.path
        guard runs[path.run].isOpen, path.path < runs[path.run].problems[path.problem].paths.count else {
            return false
        }
        guard case .queued(let ticket) = runs[path.run].problems[path.problem].paths[path.path].desk.place else {
            return false
        }
        return ticket == entry.ticket
    }

    // MARK: The first of each queue that still counts

    mutating func firstFree(_ run: Int, _ lane: Lane) -> ReadyEntry? {
        while let entry = runs[run].lanes[lane].free.first {
            if isCurrent(entry) { return entry }
            runs[run].lanes[lane].free.removeFirst()
        }
        return nil
    }

    mutating func firstPinned(_ run: Int, _ lane: Lane, to worker: Int) -> ReadyEntry? {
        while let entry = runs[run].lanes[lane].pinned[worker]?.first {
            if isCurrent(entry) { return entry }
            runs[run].lanes[lane].pinned[worker]!.removeFirst()
        }
        return nil
    }

    /// What of the run a worker may do: takeovers only below their bound for each worker.
    func lanes(_ run: Int, for worker: Int) -> [Lane] {
        let bound = runs[run].spec.settings.takeoversPerWorker
        let lanes = Lane.of(workers[worker].hello.role)
        guard bound > 0 else { return lanes }
        let inFlight = workers[worker].orders.values.count { $0.run == run && self[$0].path.state == .takingOver }
        return inFlight < bound ? lanes : lanes.filter { $0 != .takeovers }
    }

    /// Of the runs that do not wait for their models. There are few suspects, so all are looked at; what is not
    /// current any more goes when it has come to the top.
    mutating func firstSuspect(_ role: Role) -> ReadyEntry? {
        while let entry = suspects[role].first, !isCurrent(entry) { suspects[role].removeFirst() }
        return suspects[role].entries.filter { isCurrent($0) && runs[$0.path.run].modelFaults.isEmpty }.min()
    }

    /// The next path of the run that was never begun, opening its problem if need be.
    mutating func firstFresh(_ run: Int) -> PathReference? {
        while runs[run].fresh.problem < runs[run].problems.count {
            let problem = runs[run].fresh.problem
            openProblem(run, problem)
            let paths = runs[run].problems[problem].paths
            while runs[run].fresh.path < paths.count {
                let path = paths[runs[run].fresh.path]
                if !path.desk.hasBegun, path.path.state == .opening {
                    return PathReference(run: run, problem: problem, path: runs[run].fresh.path)
                }
                runs[run].fresh.path += 1
            }
            runs[run].fresh = FreshCursor(problem: problem + 1, path: 0)
        }
        return nil
    }
}
