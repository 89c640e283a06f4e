import Domain
import Evaluation

/// From a record to what it means: the next work item, or the end of a path, a problem, a run.
extension Coordinator {
    /// After the restoration of earlier lives: says what their records imply and nobody recorded any more, and puts
    /// every begun path's next item in its queue.
    mutating func start() {
        for number in ledger.openRuns {
            open(number)
            watchStrategy(number, nil)
            tellDrift(number)
            for problem in ledger.runs[number].problems.indices
            where ledger.runs[number].problems[problem].phase == .open {
                open(problem, of: number)
                for path in 0..<ledger.runs[number].problems[problem].policy.paths {
                    takeUp(PathReference(run: number, problem: problem, path: path))
                }
                settle(number, problem)
                passBarrier(number, problem)
                passGate(number, problem)
                if !ledger.runs[number].isOpen { break }
            }
            settle(number)
        }
        log(
            .info, "coordinator started",
            fields: [
                .init("epoch", configuration.epoch), .init("open_runs", ledger.openRuns.count),
                .init("begun_paths", queue.begunPaths),
            ])
    }

    private mutating func takeUp(_ reference: PathReference) {
        switch ledger[reference].state {
        case .over(let outcome): close(reference, outcome, reason: nil)
        case .drafted: queue.begin(reference)
        case .opening, .scoring, .takingOver:
            guard ledger[reference].hasBegun else { return }
            queue.begin(reference)
            addItem(reference)
        case .ended: queue.end(reference)
        }
    }

    // MARK: What this life knows of runs and problems

    /// An open run is new in this life.
    mutating func open(_ run: Int) {
        let problems = ledger.runs[run].problems
        let ended = problems.indices.filter { problems[$0].phase == .ended }
        queue.open(
            run: run, paths: problems.map(\.policy.paths), endedProblems: ended, ledger.runs[run].spec.settings)
        speculation.open(run: run, problems: problems.count)
        waits.open(run: run, problems: problems.count)
        volatileRuns.open(run, countsBefore: ledger.runs[run].counts, times: workerTimes(), nowMs: nowMs)
    }

    /// The paths of a problem may begin in this life.
    mutating func open(_ problem: Int, of run: Int) {
        let paths = ledger.runs[run].problems[problem].policy.paths
        queue.open(problem: problem, of: run)
        speculation.open(problem: problem, of: run, paths: paths)
        waits.open(problem: problem, of: run, paths: paths)
    }

    private mutating func closeProblem(_ problem: Int, of run: Int) {
        queue.close(problem: problem, of: run)
        speculation.close(problem: problem, of: run)
        waits.close(problem: problem, of: run)
        for worker in roster.workers(of: .draft) where roster[worker].hello.proposesByLookup {
            tell(worker, .releaseProblem(ledger.runs[run].spec.id, problem: problem))
        }
    }

    /// The paths of a problem that is open in this life, and not over.
    func openPaths(_ run: Int, _ problem: Int) -> [PathReference] {
        guard queue.isOpen(problem: problem, of: run) else { return [] }
        return (0..<ledger.runs[run].problems[problem].policy.paths)
            .map { PathReference(run: run, problem: problem, path: $0) }
            .filter { !ledger[$0].state.isEnded }
    }

    // MARK: Ends

    /// After a record about the path: on to its next item, or to its end and what follows from that.
    mutating func proceed(_ reference: PathReference) {
        switch ledger[reference].state {
        case .opening where acceptAhead(reference): break
        case .opening, .scoring, .takingOver:
            // What is scored next may have been there all along, and then nothing was drafted behind it.
            if ledger.runs[reference.run].policy.gate == .problem { dropAhead(reference) }
            addItem(reference)
            passBarrier(reference.run, reference.problem)
        case .drafted: passGate(reference.run, reference.problem)
        case .over(let outcome): end(reference, outcome, reason: nil)
        case .ended: preconditionFailure("\(ledger.key(reference)) has ended")
        }
    }

    /// Ends a path and, if that decides it, its problem and its run.
    mutating func end(_ reference: PathReference, _ outcome: PathOutcome, reason: String?) {
        close(reference, outcome, reason: reason)
        settle(reference.run, reference.problem)
        settle(reference.run)
        passBarrier(reference.run, reference.problem)
        passGate(reference.run, reference.problem)
    }

    /// Ends a path: takes its order back, records the end, lets go of its contexts. Does not look at its problem.
    mutating func close(_ reference: PathReference, _ outcome: PathOutcome, reason: String?) {
        let path = ledger.key(reference)
        let round = ledger[reference].round
        dropAhead(reference)
        withdraw(WorkItemReference(path: reference))
        barrier.leave(reference)
        queue.returnTakeoverSlot(reference, roster)
        let patterns = ledger.runs[reference.run].policy.answerPatterns
        let answer = outcome.hasRunItsCourse ? ledger[reference].answer(patterns) : nil
        commit(
            .pathEnded(
                PathRecord(
                    path: path, outcome: outcome, answer: answer, reason: reason, recordedWallMs: now.wallMs)))
        for role in Role.allCases { forget(reference, role) }
        queue.end(reference)
        var fields = [LogEntry.Field("outcome", outcome.rawValue)]
        if let answer { fields.append(.init("answer", answer)) }
        if let reason { fields.append(.init("reason", reason)) }
        let isTrouble = outcome == .failed || outcome == .quarantined
        log(isTrouble ? .error : .info, "path ended", path: path, round: round, fields: fields)
    }

    /// Ends a problem whose paths have ended, or whose vote the open ones cannot change any more.
    private mutating func settle(_ run: Int, _ problem: Int) {
        guard ledger.runs[run].isOpen, ledger.runs[run].problems[problem].phase == .open else { return }
        let settings = ledger.runs[run].spec.settings
        let open = ledger.runs[run].problems[problem].policy.paths - ledger.runs[run].problems[problem].pathsEnded
        let votes = ledger.runs[run].problems[problem].votes
        if open > 0 {
            guard isDecided(votes, openPaths: open, settings.vote) else { return }
            for path in openPaths(run, problem) { close(path, .undecisive, reason: nil) }
        }
        // Under `first` there is one vote, but for paths that were lost together with the coordinator's last life.
        let counted = settings.vote == .first ? Array(votes.prefix(1)) : votes
        let majority = MajorityVote.decide(counted)
        let known = ledger.runs[run].problems[problem].spec.answer
        let isRight = known.map { known in majority.map { AnswerEquality.areEqual($0.answer, known) } ?? false }
        let id = ledger.runs[run].spec.id
        commit(
            .problemEnded(
                ProblemRecord(
                    run: id, problem: problem, answer: majority?.answer, votes: majority?.votes ?? 0,
                    isRight: isRight, recordedWallMs: now.wallMs)))
        closeProblem(problem, of: run)
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
        guard ledger.runs[run].isOpen, ledger.runs[run].counts.problemsEnded == ledger.runs[run].problems.count else {
            return
        }
        let id = ledger.runs[run].spec.id
        end(run, .finished)
        log(.info, "run finished", run: id)
    }

    /// Records the end of a run. Its paths have ended.
    mutating func end(_ run: Int, _ state: RunState) {
        let id = ledger.runs[run].spec.id
        let counts = ledger.runs[run].counts
        commit(.measured(id, measures(run)))
        volatileRuns.close(run, id, counts, nowMs: nowMs)
        watches.close(run)
        queue.close(run: run)
        speculation.close(run: run)
        waits.close(run: run)
        commit(.runEnded(id, state, recordedWallMs: now.wallMs))
    }

    // MARK: Items of work

    /// A work item has come up for the path.
    private mutating func addItem(_ reference: PathReference) {
        let policy = ledger.runs[reference.run].policy
        guard let stage = ledger[reference].state.stage else {
            preconditionFailure("\(ledger.key(reference)) is over and needs nobody")
        }
        queue.add(reference, stage, ledger.runs[reference.run].role(for: stage))
        if stage == .draft, policy.hasBarrier {
            queue.hold(WorkItemReference(path: reference))
        } else {
            queue.enqueue(WorkItemReference(path: reference), roster)
        }
        runAhead(reference)
    }

    /// The same item once more, at another worker or again at the same: at once the first two times, then after a
    /// pause that doubles. No report is answered by sending the same order again without end: after `returnsPerPiece`
    /// the path fails.
    ///
    /// - Parameter setback: why the order came back undone, in words that people see.
    mutating func putBack(_ item: WorkItemReference, _ setback: String) {
        if queue[item]?.stage == .draft { queue.reassign(item, ledger.runs[item.path.run].opener.role) }
        let returns = queue.noteReturn(item, setback)
        guard returns < limits.returnsPerPiece else {
            giveUp(
                item, .failed,
                reason: "ordered \(returns) times in vain (returns_per_piece), the last time: \(setback)")
            return
        }
        let pauseMs = backoffMs(afterReturns: returns)
        if pauseMs > 0 {
            queue.pause(item, untilMs: nowMs + pauseMs)
        } else {
            queue.enqueue(item, roster)
        }
    }

    /// One worker that dies, and one more, is what happens to anybody's work.
    private static let returnsWithoutPause = 2

    /// Time until the next order.
    private func backoffMs(afterReturns returns: Int) -> Int64 {
        guard returns > Self.returnsWithoutPause else { return 0 }
        // 2^20 times any pause is above the longest.
        let doublings = min(returns - Self.returnsWithoutPause - 1, 20)
        return min(Int64(limits.retryMs) << doublings, Int64(limits.retryMaximumMs))
    }

    /// Takes the item's order back or takes it out of its queue.
    mutating func withdraw(_ item: WorkItemReference) {
        guard let known = queue[item] else { return }
        queue.remove(item)
        guard let order = known.order else { return }
        roster[order.worker].finish(order.id)
        if item.isAhead { speculation.withdraw(order.id, from: order.worker) }
        tell(order.worker, .cancel(order.id))
    }

    /// The order is done with, whatever came of it.
    mutating func finish(_ order: OutstandingOrder) {
        queue.remove(order.item)
        roster[order.worker].finish(order.tag.order)
    }

    /// Lets a worker drop what it caches of the path.
    mutating func forget(_ reference: PathReference, _ role: Role) {
        guard let worker = queue.affinity(of: reference, role) else { return }
        queue.setAffinity(of: reference, role, nil)
        guard roster[worker].drop(reference) else { return }
        tell(worker, .release(ledger.key(reference)))
    }

    // MARK: Drift

    /// Records the alarms of a run that are not recorded yet.
    private mutating func tellDrift(_ run: Int) {
        let recorded = ledger.runs[run].driftRecords.count { $0.problems != nil }
        for alarm in ledger.runs[run].alarms.dropFirst(recorded) {
            let spec = ledger.runs[run].spec
            commit(
                .driftFound(
                    DriftRecord(
                        run: spec.id, problems: alarm.problems, verdicts: alarm.verdicts, recordedWallMs: now.wallMs)))
            log(
                .warning, "the scores have drifted", run: spec.id,
                fields: [
                    .init("after_problem", alarm.problems), .init("problems", ledger.runs[run].problems.count),
                    .init("verdicts", alarm.verdicts), .init("response", spec.settings.onDrift.rawValue),
                ])
        }
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
