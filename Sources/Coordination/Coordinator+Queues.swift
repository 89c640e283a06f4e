import Domain

/// Where a piece of work waits.
extension Coordinator {
    /// Puts the piece in its queue: with the worker that holds the path's context, else with the run's free ones,
    /// and apart from others if workers died of it.
    mutating func enqueue(_ piece: PieceReference) {
        guard takesTakeoverSlot(piece) else { return }
        let reference = piece.path
        let role = role(of: piece)
        ticketSequence += 1
        let entry = ReadyEntry(order: orderOfService(piece), ticket: ticketSequence, piece: piece)
        let lane = lane(of: piece)
        self[piece: piece].place = .queued(ticket: ticketSequence)
        count(piece, 1)
        if isSuspect(self[piece: piece].tries) {
            suspects[role].insert(entry)
        } else if let home = self[reference].desk.homes[role], workers[home].state == .live {
            runs[reference.run].lanes[lane].pinned[home, default: ReadyQueue()].insert(entry)
        } else {
            runs[reference.run].lanes[lane].free.insert(entry)
        }
    }

    /// Counts a piece that comes into a queue or leaves it.
    mutating func count(_ piece: PieceReference, _ change: Int) {
        if piece.isAhead {
            queuedAhead += change
        } else {
            queuedPieces[role(of: piece)] += change
        }
    }

    private func lane(of piece: PieceReference) -> Lane {
        if piece.isAhead { return .ahead }
        return self[piece.path].path.state.stage == .takeOver ? .takeovers : .work(role(of: piece))
    }

    /// What decides who is served first: the problem and the path for opening blocks, the arrival for scores and
    /// takeovers, the number of blocks ahead for those that are drafted ahead.
    private func orderOfService(_ piece: PieceReference) -> (Int, Int) {
        let desk = self[piece.path].desk
        if let ahead = desk.ahead, piece.isAhead { return (ahead.blocks.count, ahead.piece.arrival) }
        let isOpening = self[piece.path].path.state.stage == .draft
        return isOpening ? (piece.path.problem, piece.path.path) : (desk.due.arrival, 0)
    }

    /// Whether one more death would quarantine the path. Such a piece is tried where nothing else can be hurt by it
    /// and nothing else can be what kills: so no path is quarantined for its neighbours' sake.
    func isSuspect(_ tries: Tries) -> Bool { tries.deaths >= max(1, limits.deathsPerPath - 1) }

    /// The budget B: a takeover over the bound waits; it is never silently kept.
    private mutating func takesTakeoverSlot(_ piece: PieceReference) -> Bool {
        let reference = piece.path
        guard !piece.isAhead, self[reference].path.state == .takingOver, !self[reference].desk.holdsTakeoverSlot else {
            return true
        }
        let bound = runs[reference.run].spec.settings.takeoversInFlight
        if bound > 0, runs[reference.run].problems[reference.problem].takeoversInFlight >= bound {
            runs[reference.run].problems[reference.problem].parked.append(reference.path)
            self[reference].desk.due.place = .parked
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
        self[waiting].desk.due.place = .nowhere
        enqueue(PieceReference(path: waiting))
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

    /// Whether the entry's piece still waits under it.
    func isCurrent(_ entry: ReadyEntry) -> Bool {
        // Step by step, so that nothing is copied: the queues ask this often.
        let path = entry.piece.path
        guard runs[path.run].isOpen, path.path < runs[path.run].problems[path.problem].paths.count else {
            return false
        }
        if entry.piece.isAhead {
            return runs[path.run].problems[path.problem].paths[path.path].desk.ahead?.piece.place.ticket
                == entry.ticket
        }
        return runs[path.run].problems[path.problem].paths[path.path].desk.due.place.ticket == entry.ticket
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

    /// What of the run a worker may do that does not run ahead: takeovers only below their bound for each worker.
    func lanes(_ run: Int, for worker: Int) -> [Lane] {
        let bound = runs[run].spec.settings.takeoversPerWorker
        let role = workers[worker].hello.role
        guard role == .target else { return [.work(.draft)] }
        let lanes = Lane.of(role)
        guard bound > 0 else { return lanes }
        let inFlight = workers[worker].orders.values.count {
            $0.path.run == run && self[$0.path].path.state == .takingOver
        }
        return inFlight < bound ? lanes : lanes.filter { $0 != .takeovers }
    }

    /// Of the runs that do not wait for their models. There are few suspects, so all are looked at; what is not
    /// current any more goes when it has come to the top.
    mutating func firstSuspect(_ role: Role) -> ReadyEntry? {
        while let entry = suspects[role].first, !isCurrent(entry) { suspects[role].removeFirst() }
        return suspects[role].entries.filter { isCurrent($0) && runs[$0.piece.path.run].modelFaults.isEmpty }.min()
    }

    /// The next path of the run that was never begun, opening its problem if need be; nil where the run's bound on
    /// problems at once is reached.
    mutating func firstFresh(_ run: Int) -> PathReference? {
        let bound = runs[run].spec.settings.problemsInFlight
        while runs[run].fresh.problem < runs[run].problems.count {
            let problem = runs[run].fresh.problem
            if bound > 0, runs[run].problems[problem].phase == .waiting, runs[run].openProblems >= bound { return nil }
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
