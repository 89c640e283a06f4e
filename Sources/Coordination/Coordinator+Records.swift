import Conformal
import Domain
import Evaluation

/// The store's records cannot have been made by a coordinator in this order.
public struct RestoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Place of the record among those given, from 0.
    public let record: Int
    /// What does not fit.
    public let reason: String

    public var description: String {
        "record \(record) of the store does not fit those before it: \(reason); "
            + "the store was changed or damaged, restore it from a backup"
    }
}

/// The fold of the records: the only code that changes durable state.
extension Coordinator {
    /// Feeds in what earlier lives recorded, in its order. To be followed by `Event.started`.
    ///
    /// - Parameter ended: runs that are over and of which no record is given, in the order in which they ended.
    /// - Throws: the first record that does not fit. The coordinator is then of no use.
    public mutating func restore(_ records: [Record], ended: [EndedRun] = []) throws(RestoreError) {
        for run in ended { remember(run) }
        for (index, record) in records.enumerated() {
            do throws(RecordError) {
                try apply(record)
            } catch {
                throw RestoreError(record: index, reason: error.reason)
            }
        }
    }

    /// Makes a record durable and its consequences true.
    mutating func commit(_ record: Record) {
        newRecords.append(record)
        do throws(RecordError) {
            try apply(record)
        } catch {
            preconditionFailure("the coordinator made a record that it cannot apply: \(error.reason)")
        }
        noteProgress(record.run)
    }

    private mutating func apply(_ record: Record) throws(RecordError) {
        switch record {
        case .runSubmitted(let spec, let problems, let wallMs): try applySubmission(spec, problems, wallMs)
        case .modelBegun(let run, let model): try apply(model, to: run)
        case .blockAccepted(let block):
            let event = PathEvent.written(WrittenBlock(segment: block.block, finish: block.finish))
            try advance(block.path, event)
        case .verdictReached(let verdict): try apply(verdict)
        // The end of the problem before it has raised the alarm.
        case .driftFound(let drift): runs[try number(of: drift.run)].driftRecords.append(drift)
        case .pathEnded(let end): try apply(end)
        case .problemEnded(let end): try apply(end)
        case .measured: break
        case .runEnded(let run, let state, let wallMs): try applyEnd(of: run, state, wallMs)
        }
    }

    private mutating func applySubmission(
        _ spec: RunSpec, _ problems: [ProblemSpec], _ wallMs: Int64
    ) throws(RecordError) {
        guard runNumbers[spec.id] == nil, endedRuns[spec.id] == nil else {
            throw RecordError("run \(spec.id) is submitted twice")
        }
        // Only what would break the arithmetic: a run stays valid when limits are lowered after its submission.
        guard (0...1).contains(spec.settings.rejectionRate), spec.settings.paths >= 1 else {
            throw RecordError("the settings of run \(spec.id) are impossible")
        }
        if let fault = spec.bank?.fault { throw RecordError("run \(spec.id): \(fault)") }
        let number = runs.count
        runs.append(
            Run(
                spec: spec, problems: problems, contentDigest: ContentDigest.of(spec, problems),
                submittedWallMs: wallMs))
        runNumbers[spec.id] = number
        openRuns.append(number)
        submissions[spec.submissionKey] = spec.id
    }

    private mutating func apply(_ model: RunModel, to id: RunID) throws(RecordError) {
        let number = try number(of: id)
        guard (runs[number].models[model.role] != nil) == model.isDrift else {
            throw RecordError("run \(id) begins twice with a \(model.role.rawValue) model, or drifts from none")
        }
        runs[number].models[model.role] = model
    }

    private mutating func apply(_ verdict: VerdictRecord) throws(RecordError) {
        let isFinal = isFinalBlock(verdict.path)
        let path = try advance(
            verdict.path, .judged(verdict.verdict, segment: verdict.segment, cut: verdict.cut))
        self[path].path.note(score: verdict.score)
        runs[path.run].counts.verdicts += 1
        runs[path.run].counts.takeovers += verdict.verdict == .takeOver ? 1 : 0
        // The bank belongs to whoever judges by it.
        guard runs[path.run].policy.judge == .rank else { return }
        do throws(ScoreError) {
            try runs[path.run].controller.note(
                score: verdict.score, pValue: verdict.pValue, verdict.verdict, round: verdict.round,
                problem: path.problem, isFinal: isFinal)
        } catch {
            throw RecordError("the verdict on segment \(verdict.segment) of \(verdict.path): \(error)")
        }
    }

    /// Whether the path's block under judgement would end it; false where there is none.
    private func isFinalBlock(_ key: PathKey) -> Bool {
        guard let path = reference(key), case .scoring(let block) = self[path].path.state else { return false }
        return self[path].path.isFinal(block)
    }

    private mutating func apply(_ end: PathRecord) throws(RecordError) {
        let path = try advance(end.path, .closed(end.outcome))
        runs[path.run].counts.pathsEnded += 1
        runs[path.run].problems[path.problem].pathsEnded += 1
        if let answer = end.answer {
            runs[path.run].counts.votes += 1
            let score = self[path].path.meanScore
            runs[path.run].problems[path.problem].votes.append(
                Vote(path: path.path, answer: answer, meanScore: score))
        }
    }

    private mutating func apply(_ end: ProblemRecord) throws(RecordError) {
        let number = try number(of: end.run)
        guard runs[number].problems.indices.contains(end.problem),
            runs[number].problems[end.problem].phase != .ended
        else { throw RecordError("problem \(end.problem) of run \(end.run) ends twice or does not exist") }
        guard runs[number].problems[end.problem].paths.allSatisfy({ $0.path.state.isEnded }) else {
            throw RecordError("problem \(end.problem) of run \(end.run) ends before its paths")
        }
        lookForDrift(number, end.problem)
        if runs[number].problems[end.problem].phase == .open { runs[number].openProblems -= 1 }
        runs[number].problems[end.problem].phase = .ended
        runs[number].problems[end.problem].answer = end.answer
        runs[number].problems[end.problem].paths = []
        runs[number].counts.problemsEnded += 1
        if let isRight = end.isRight {
            runs[number].counts.problemsJudged += 1
            runs[number].counts.problemsRight += isRight ? 1 : 0
        }
    }

    /// Compares a problem that has ended, but not its paths let go of, with those before it in the batch.
    private mutating func lookForDrift(_ run: Int, _ problem: Int) {
        // The bank belongs to whoever judges by it.
        guard runs[run].policy.judge == .rank else { return }
        let u = Seeds.uniform(
            Seeds.derive(
                run: runs[run].spec.settings.seed, problem: problem, path: 0, round: 0, purpose: .drift))
        let firstScores = runs[run].problems[problem].paths.compactMap(\.path.firstScore)
        runs[run].alarms += runs[run].controller.endProblem(problem, firstScores: firstScores, tieBreak: u)
    }

    private mutating func applyEnd(of id: RunID, _ state: RunState, _ wallMs: Int64) throws(RecordError) {
        let number = try number(of: id)
        let run = runs[number]
        var status = runStatus(run, waitingFor: [], now: now)
        status.state = state
        status.endedWallMs = wallMs
        status.pathsByStage = [:]
        remember(
            EndedRun(status: status, submissionKey: run.spec.submissionKey, contentDigest: run.contentDigest))
        runs[number].close()
        runNumbers[id] = nil
        openRuns.removeAll { $0 == number }
    }

    private mutating func remember(_ run: EndedRun) {
        let id = run.status.run
        endedRuns[id] = run
        endedOrder.append(id)
        submissions[run.submissionKey] = id
    }

    /// What is remembered of a run that is over; nil of others.
    public func endedRun(_ id: RunID) -> EndedRun? { endedRuns[id] }

    /// Moves a path on, opening its problem if it is the first of it to be heard of, and counts its tokens.
    @discardableResult
    private mutating func advance(_ key: PathKey, _ event: PathEvent) throws(RecordError) -> PathReference {
        let number = try number(of: key.run)
        guard runs[number].problems.indices.contains(key.problem),
            (0..<runs[number].spec.settings.paths).contains(key.path)
        else { throw RecordError("\(key) is no path of its run") }
        openProblem(number, key.problem)
        guard let path = reference(key) else { throw RecordError("the problem of \(key) has ended") }
        let before = self[path].path.tokensWritten
        do throws(IllegalPathEvent) {
            try self[path].path.advance(event, policy: runs[number].policy)
        } catch {
            throw RecordError("\(key): \(error)")
        }
        // A path that is closed keeps what it wrote.
        if case .closed = event { return path }
        let after = self[path].path.tokensWritten
        runs[number].counts.tokens.draft += after.draft - before.draft
        runs[number].counts.tokens.target += after.target - before.target
        return path
    }

    /// Makes the paths of a problem that has none yet.
    mutating func openProblem(_ run: Int, _ problem: Int) {
        guard runs[run].problems[problem].phase == .waiting else { return }
        runs[run].problems[problem].phase = .open
        runs[run].openProblems += 1
        runs[run].problems[problem].paths = Array(repeating: OpenPath(), count: runs[run].spec.settings.paths)
    }

    private func number(of id: RunID) throws(RecordError) -> Int {
        guard let number = runNumbers[id] else { throw RecordError("run \(id) is not open") }
        return number
    }
}

/// Why a record cannot be applied.
private struct RecordError: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
