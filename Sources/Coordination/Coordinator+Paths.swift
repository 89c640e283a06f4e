import Domain
import Evaluation

/// From a record to what it means: the next piece of work, or the end of a path, a problem, a run.
extension Coordinator {
    /// After the restoration of earlier lives: says what their records imply and nobody recorded any more, and puts
    /// every begun path's next piece in its queue.
    mutating func start() {
        for number in openRuns {
            markTimes(number)
            runs[number].lastProgressMs = now.monotonicMs
            runs[number].countsBefore = runs[number].counts
            tellDrift(number)
            for problem in runs[number].problems.indices where runs[number].problems[problem].phase == .open {
                for path in runs[number].problems[problem].paths.indices {
                    takeUp(PathReference(run: number, problem: problem, path: path))
                }
                settle(number, problem)
                passBarrier(number, problem)
                if !runs[number].isOpen { break }
            }
            settle(number)
        }
        log(
            .info, "coordinator started",
            fields: [
                .init("epoch", configuration.epoch), .init("open_runs", openRuns.count),
                .init("begun_paths", begunPaths),
            ])
    }

    private mutating func takeUp(_ reference: PathReference) {
        switch self[reference].path.state {
        case .over(let outcome): close(reference, outcome, reason: nil)
        case .opening, .scoring, .takingOver:
            guard self[reference].path.hasBegun else { return }
            markBegun(reference)
            newPiece(reference)
        case .ended: break
        }
    }

    /// After a record about the path: on to its next piece, or to its end and what follows from that.
    mutating func proceed(_ reference: PathReference) {
        switch self[reference].path.state {
        case .opening where winBet(reference): break
        case .opening, .scoring, .takingOver:
            newPiece(reference)
            passBarrier(reference.run, reference.problem)
        case .over(let outcome): end(reference, outcome, reason: nil)
        case .ended: preconditionFailure("\(key(reference)) has ended")
        }
    }

    /// Ends a path and, if that decides it, its problem and its run.
    mutating func end(_ reference: PathReference, _ outcome: PathOutcome, reason: String?) {
        close(reference, outcome, reason: reason)
        settle(reference.run, reference.problem)
        settle(reference.run)
        passBarrier(reference.run, reference.problem)
    }

    /// Ends a path: takes its order back, records the end, lets go of its contexts. Does not look at its problem.
    mutating func close(_ reference: PathReference, _ outcome: PathOutcome, reason: String?) {
        let path = key(reference)
        let round = self[reference].path.round
        dropAhead(reference)
        withdraw(PieceReference(path: reference))
        self[reference].desk.score = nil
        returnTakeoverSlot(reference)
        let patterns = runs[reference.run].policy.answerPatterns
        let answer = outcome.hasRunItsCourse ? self[reference].path.answer(patterns) : nil
        commit(
            .pathEnded(
                PathRecord(
                    path: path, outcome: outcome, answer: answer, reason: reason, recordedWallMs: now.wallMs)))
        updateWaiting(reference)
        for role in Role.allCases { forget(reference, role) }
        if self[reference].desk.hasBegun {
            begunPaths -= 1
            runs[reference.run].begunPaths -= 1
        }
        var fields = [LogEntry.Field("outcome", outcome.rawValue)]
        if let answer { fields.append(.init("answer", answer)) }
        if let reason { fields.append(.init("reason", reason)) }
        let isTrouble = outcome == .failed || outcome == .quarantined
        log(isTrouble ? .error : .info, "path ended", path: path, round: round, fields: fields)
    }

    /// Ends a problem whose paths have ended, or whose vote the open ones cannot change any more.
    private mutating func settle(_ run: Int, _ problem: Int) {
        guard runs[run].isOpen, runs[run].problems[problem].phase == .open else { return }
        let open = runs[run].problems[problem].paths.count - runs[run].problems[problem].pathsEnded
        let votes = runs[run].problems[problem].votes
        if open > 0 {
            guard isDecided(votes, openPaths: open, runs[run].spec.settings.vote) else { return }
            for path in runs[run].problems[problem].paths.indices {
                let reference = PathReference(run: run, problem: problem, path: path)
                if !self[reference].path.state.isEnded { close(reference, .undecisive, reason: nil) }
            }
        }
        // Under `first` there is one vote, but for paths that were lost together with the coordinator's last life.
        let counted = runs[run].spec.settings.vote == .first ? Array(votes.prefix(1)) : votes
        let majority = MajorityVote.decide(counted)
        let spec = runs[run].problems[problem].spec
        let isRight = spec.answer.map { known in majority.map { AnswerEquality.areEqual($0.answer, known) } ?? false }
        let id = runs[run].spec.id
        commit(
            .problemEnded(
                ProblemRecord(
                    run: id, problem: problem, answer: majority?.answer, votes: majority?.votes ?? 0,
                    isRight: isRight, recordedWallMs: now.wallMs)))
        log(
            .info, "problem ended", run: id,
            fields: [
                .init("problem", problem), .init("answer", majority?.answer ?? ""),
                .init("votes", majority?.votes ?? 0),
            ])
        tellDrift(run)
    }

    private func isDecided(_ votes: [Vote], openPaths: Int, _ rule: VoteRule) -> Bool {
        switch rule {
        case .majority: MajorityVote.isDecided(votes, openPaths: openPaths)
        case .first: !votes.isEmpty
        case .all: false
        }
    }

    /// Ends a run whose problems have ended.
    private mutating func settle(_ run: Int) {
        guard runs[run].isOpen, runs[run].counts.problemsEnded == runs[run].problems.count else { return }
        let id = runs[run].spec.id
        end(run, .finished)
        log(.info, "run finished", run: id)
    }

    /// Records the end of a run. Its paths have ended.
    mutating func end(_ run: Int, _ state: RunState) {
        let id = runs[run].spec.id
        commit(.measured(id, measures(run)))
        commit(.runEnded(id, state, recordedWallMs: now.wallMs))
    }

    // MARK: Pieces of work

    /// A piece of work has come up for the path.
    private mutating func newPiece(_ reference: PathReference) {
        arrivalSequence += 1
        self[reference].desk.due = Piece(arrival: arrivalSequence)
        let isOpening = self[reference].path.state == .opening
        if isOpening, runs[reference.run].policy.hasBarrier {
            self[reference].desk.due.place = .atBarrier
        } else {
            enqueue(PieceReference(path: reference))
        }
        runAhead(reference)
        updateWaiting(reference)
    }

    /// The same piece once more, at another worker or again at the same: at once the first two times, then after a
    /// pause that doubles. No report is answered by sending the same order again without end: after `returnsPerPiece`
    /// the path fails.
    ///
    /// - Parameter setback: why the order came back undone, in words that people see.
    mutating func putBack(_ piece: PieceReference, _ setback: String) {
        let returns = self[piece: piece].tries.attempt
        self[piece: piece].tries.attempt += 1
        self[piece: piece].tries.setback = setback
        guard returns < limits.returnsPerPiece else {
            giveUp(
                piece, .failed,
                reason: "ordered \(returns) times in vain (returns_per_piece), the last time: \(setback)")
            return
        }
        let pause = backoff(afterReturns: returns)
        guard pause > 0 else {
            enqueue(piece)
            return
        }
        ticketSequence += 1
        self[piece: piece].place = .backingOff(ticket: ticketSequence)
        let order = (Int(now.monotonicMs + pause), self[piece: piece].arrival)
        backingOff.insert(ReadyEntry(order: order, ticket: ticketSequence, piece: piece))
    }

    /// One worker that dies, and one more, is what happens to anybody's work.
    private static let returnsWithoutPause = 2

    /// Milliseconds until the next order.
    private func backoff(afterReturns returns: Int) -> Int64 {
        guard returns > Self.returnsWithoutPause else { return 0 }
        // 2^20 times any pause is above the longest.
        let doublings = min(returns - Self.returnsWithoutPause - 1, 20)
        return min(Int64(limits.retryMs) << doublings, Int64(limits.retryMaximumMs))
    }

    /// Puts the pieces whose pause is over into their queues.
    mutating func endBackoffs() {
        while let entry = firstBackingOff, entry.first <= now.monotonicMs {
            backingOff.removeFirst()
            self[piece: entry.piece].place = .nowhere
            enqueue(entry.piece)
        }
    }

    /// The piece whose pause ends first.
    var firstBackingOff: ReadyEntry? {
        mutating get {
            while let entry = backingOff.first {
                if isCurrent(entry) { return entry }
                backingOff.removeFirst()
            }
            return nil
        }
    }

    /// Counts a path among those that fill the workers' caches.
    mutating func markBegun(_ reference: PathReference) {
        guard !self[reference].desk.hasBegun else { return }
        self[reference].desk.hasBegun = true
        begunPaths += 1
        runs[reference.run].begunPaths += 1
    }

    /// Takes the piece's order back or takes it out of its queue.
    mutating func withdraw(_ piece: PieceReference) {
        switch self[piece: piece].place {
        case .nowhere: break
        case .atBarrier, .backingOff: self[piece: piece].place = .nowhere
        case .queued:
            count(piece, -1)
            self[piece: piece].place = .nowhere
        case .parked:
            let path = piece.path
            runs[path.run].problems[path.problem].parked.removeAll { $0 == path.path }
            self[piece: piece].place = .nowhere
        case .ordered(let order):
            finish(piece, order)
            if piece.isAhead { workers[order.worker].withdrawnAhead.insert(order.tag.order) }
            tell(order.worker, .cancel(order.tag.order))
        }
    }

    /// The order is done with, whatever came of it.
    mutating func finish(_ piece: PieceReference, _ order: OutstandingOrder) {
        self[piece: piece].place = .nowhere
        workers[order.worker].orders[order.tag.order] = nil
        workers[order.worker].isAlone = false
        if piece.isAhead { workers[order.worker].aheadOrders -= 1 }
        runs[piece.path.run].inFlight[role(of: piece)] -= 1
        updateWaiting(piece.path)
    }

    /// Lets a worker drop what it caches of the path.
    mutating func forget(_ reference: PathReference, _ role: Role) {
        guard let worker = self[reference].desk.homes[role] else { return }
        self[reference].desk.homes[role] = nil
        guard workers[worker].held.removeValue(forKey: reference) != nil else { return }
        tell(worker, .release(key(reference)))
    }

    /// The role whose workers the piece needs.
    func role(of piece: PieceReference) -> Role {
        if piece.isAhead { return .draft }
        guard let stage = self[piece.path].path.state.stage else {
            preconditionFailure("\(key(piece.path)) is over and needs nobody")
        }
        return runs[piece.path.run].policy.role(for: stage)
    }
}

extension PathOutcome {
    /// Whether the path came to an end by itself, so that what it says last counts as its answer.
    var hasRunItsCourse: Bool {
        switch self {
        case .answered, .ended, .roundsExhausted, .tokensExhausted, .contextFull: true
        case .undecisive, .cancelled, .quarantined, .failed: false
        }
    }
}
