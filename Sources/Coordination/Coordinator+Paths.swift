import Domain
import Evaluation

/// From a record to what it means: the next piece of work, or the end of a path, a problem, a run.
extension Coordinator {
    /// After the restoration of earlier lives: says what their records imply and nobody recorded any more, and puts
    /// every begun path's next piece in its queue.
    mutating func start() {
        for number in openRuns {
            markCompute(number)
            for problem in runs[number].problems.indices where runs[number].problems[problem].phase == .open {
                for path in runs[number].problems[problem].paths.indices {
                    takeUp(PathReference(run: number, problem: problem, path: path))
                }
                settle(number, problem)
                if !runs[number].isOpen { break }
            }
            settle(number)
        }
        log(
            .info, "coordinator started",
            fields: [
                .init("epoch", "\(configuration.epoch)"), .init("open_runs", "\(openRuns.count)"),
                .init("begun_paths", "\(begunPaths)"),
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
        case .opening, .scoring, .takingOver: newPiece(reference)
        case .over(let outcome): end(reference, outcome, reason: nil)
        case .ended: preconditionFailure("\(key(reference)) has ended")
        }
    }

    /// Ends a path and, if that decides it, its problem and its run.
    mutating func end(_ reference: PathReference, _ outcome: PathOutcome, reason: String?) {
        close(reference, outcome, reason: reason)
        settle(reference.run, reference.problem)
        settle(reference.run)
    }

    /// Ends a path: takes its order back, records the end, lets go of its contexts. Does not look at its problem.
    mutating func close(_ reference: PathReference, _ outcome: PathOutcome, reason: String?) {
        let path = key(reference)
        let round = self[reference].path.round
        withdraw(reference)
        returnTakeoverSlot(reference)
        let answer = outcome.hasRunItsCourse ? self[reference].path.answer : nil
        commit(
            .pathEnded(
                PathRecord(
                    path: path, outcome: outcome, answer: answer, reason: reason, recordedWallMs: now.wallMs)))
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

    /// Ends a problem whose paths have ended, or whose open paths cannot change its majority.
    private mutating func settle(_ run: Int, _ problem: Int) {
        guard runs[run].isOpen, runs[run].problems[problem].phase == .open else { return }
        let open = runs[run].problems[problem].paths.count - runs[run].problems[problem].pathsEnded
        let votes = runs[run].problems[problem].votes
        if open > 0 {
            guard runs[run].spec.settings.decidesEarly, MajorityVote.isDecided(votes, openPaths: open) else { return }
            for path in runs[run].problems[problem].paths.indices {
                let reference = PathReference(run: run, problem: problem, path: path)
                if !self[reference].path.state.isEnded { close(reference, .undecisive, reason: nil) }
            }
        }
        let majority = MajorityVote.decide(votes)
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
                .init("problem", "\(problem)"), .init("answer", majority?.answer ?? ""),
                .init("votes", "\(majority?.votes ?? 0)"),
            ])
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
        commit(.busyMeasured(id, busyShares(run)))
        commit(.runEnded(id, state, recordedWallMs: now.wallMs))
    }

    // MARK: Pieces of work

    /// A piece of work has come up for the path.
    private mutating func newPiece(_ reference: PathReference) {
        self[reference].desk.tries = Tries()
        arrivalSequence += 1
        self[reference].desk.arrival = arrivalSequence
        enqueue(reference)
    }

    /// The same piece once more, at another worker or again at the same.
    mutating func putBack(_ reference: PathReference) {
        self[reference].desk.tries.attempt += 1
        enqueue(reference)
    }

    /// Counts a path among those that fill the workers' caches.
    mutating func markBegun(_ reference: PathReference) {
        guard !self[reference].desk.hasBegun else { return }
        self[reference].desk.hasBegun = true
        begunPaths += 1
        runs[reference.run].begunPaths += 1
    }

    /// Takes the path's order back or takes it out of its queue.
    private mutating func withdraw(_ reference: PathReference) {
        switch self[reference].desk.place {
        case .nowhere: break
        case .queued:
            queuedPieces[role(of: reference)] -= 1
            self[reference].desk.place = .nowhere
        case .parked:
            runs[reference.run].problems[reference.problem].parked.removeAll { $0 == reference.path }
            self[reference].desk.place = .nowhere
        case .ordered(let order):
            finish(reference, order)
            tell(order.worker, .cancel(order.tag.order))
        }
    }

    /// The order is done with, whatever came of it.
    mutating func finish(_ reference: PathReference, _ order: OutstandingOrder) {
        self[reference].desk.place = .nowhere
        workers[order.worker].orders[order.tag.order] = nil
        workers[order.worker].isAlone = false
        runs[reference.run].inFlight[role(of: reference)] -= 1
    }

    /// Lets a worker drop what it caches of the path.
    mutating func forget(_ reference: PathReference, _ role: Role) {
        guard let worker = self[reference].desk.homes[role] else { return }
        self[reference].desk.homes[role] = nil
        guard workers[worker].held.removeValue(forKey: reference) != nil else { return }
        tell(worker, .release(key(reference)))
    }

    /// The role whose workers the path's next piece needs.
    func role(of reference: PathReference) -> Role {
        guard let stage = self[reference].path.state.stage else {
            preconditionFailure("\(key(reference)) is over and needs nobody")
        }
        return runs[reference.run].policy.role(for: stage)
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
