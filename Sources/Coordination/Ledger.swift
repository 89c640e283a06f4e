import Conformal
import Domain
import Evaluation

/// The persistent state: runs, problems, paths, banks. It is the fold of the records: `apply` is the only thing that
/// changes it, whether a record has just been made or comes back from the store.
struct Ledger: Sendable {
    /// By the number that `PathReference.run` means; what ended keeps its place and nothing else.
    private(set) var runs: [Run] = []
    /// Open runs in order of submission.
    private(set) var openRuns: [Int] = []
    /// In the order in which they ended.
    private(set) var endedOrder: [RunID] = []
    private var numbers: [RunID: Int] = [:]
    private var endedRuns: [RunID: EndedRun] = [:]
    /// Every submission key ever seen.
    private var submissions: [String: RunID] = [:]

    // MARK: Questions

    /// The open run's number; nil of others.
    func number(of run: RunID) -> Int? { numbers[run] }

    /// What is remembered of a run that is over; nil of others.
    func endedRun(_ run: RunID) -> EndedRun? { endedRuns[run] }

    func run(submittedAs key: String) -> RunID? { submissions[key] }

    /// The content digest of a run that is open or over.
    func contentDigest(of run: RunID) -> UInt64? {
        numbers[run].map { runs[$0].contentDigest } ?? endedRuns[run]?.contentDigest
    }

    func isKnown(_ run: RunID) -> Bool { numbers[run] != nil || endedRuns[run] != nil }

    /// A path of an open run, as its records left it. Read in place.
    subscript(reference: PathReference) -> Path {
        _read {
            if runs[reference.run].problems[reference.problem].phase == .open {
                yield runs[reference.run].problems[reference.problem].paths[reference.path]
            } else {
                yield Self.untouched
            }
        }
    }

    private static let untouched = Path()

    /// What the settings of the path's problem mean for it.
    func policy(_ reference: PathReference) -> PathPolicy { runs[reference.run].problems[reference.problem].policy }

    /// The name of a path of an open run.
    func key(_ reference: PathReference) -> PathKey {
        PathKey(run: runs[reference.run].spec.id, problem: reference.problem, path: reference.path)
    }

    /// The path of this name whose problem has a record and has not ended; nil when there is none, whatever the
    /// numbers in it.
    private func reference(_ key: PathKey) -> PathReference? {
        guard let number = numbers[key.run], runs[number].problems.indices.contains(key.problem),
            runs[number].problems[key.problem].paths.indices.contains(key.path)
        else { return nil }
        return PathReference(run: number, problem: key.problem, path: key.path)
    }

    // MARK: The fold

    /// Takes in a run that is over and of which no record is given.
    mutating func remember(_ run: EndedRun) {
        let id = run.status.run
        endedRuns[id] = run
        endedOrder.append(id)
        submissions[run.submissionKey] = id
    }

    /// Makes a record's consequences true.
    ///
    /// - Throws: when it does not fit those before it. The ledger is then of no use.
    mutating func apply(_ record: Record) throws(RecordError) {
        switch record {
        case .runSubmitted(let spec, let problems, let wallMs): try applySubmission(spec, problems, wallMs)
        case .modelBegun(let run, let model): try apply(model, to: run)
        case .blockAccepted(let block): try apply(block)
        case .verdictReached(let verdict): try apply(verdict)
        case .problemGated(let gate): try apply(gate)
        case .auditScored(let audit):
            try advance(audit.path, .audited(audit.segment))
        // The end of the problem before it has raised the alarm.
        case .strategyChosen(let choice): try apply(choice)
        case .driftFound(let drift): runs[try openNumber(of: drift.run)].driftRecords.append(drift)
        case .pathEnded(let end): try apply(end)
        case .problemEnded(let end): try apply(end)
        case .measured: break
        case .runEnded(let run, let state, let wallMs): try applyEnd(of: run, state, wallMs)
        }
    }

    private mutating func applySubmission(
        _ spec: RunSpec, _ problems: [ProblemSpec], _ wallMs: Int64
    ) throws(RecordError) {
        guard !isKnown(spec.id) else { throw RecordError("run \(spec.id) is submitted twice") }
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
        numbers[spec.id] = number
        openRuns.append(number)
        submissions[spec.submissionKey] = spec.id
    }

    private mutating func apply(_ model: RunModel, to id: RunID) throws(RecordError) {
        let number = try openNumber(of: id)
        guard (runs[number].models[model.role] != nil) == model.isDrift else {
            throw RecordError("run \(id) begins twice with a \(model.role.rawValue) model, or drifts from none")
        }
        runs[number].models[model.role] = model
    }

    private mutating func apply(_ choice: StrategyChoice) throws(RecordError) {
        let number = try openNumber(of: choice.run)
        guard runs[number].policy.isAuto, choice.strategy == .target || choice.strategy == .async else {
            throw RecordError("run \(choice.run) chooses \(choice.strategy.rawValue), which it cannot")
        }
        runs[number].chosen = choice
    }

    private mutating func apply(_ block: BlockRecord) throws(RecordError) {
        let wasRead = reference(block.path).map { self[$0].isRead } ?? false
        let written = WrittenBlock(segment: block.block, finish: block.finish, gate: block.gate?.decision)
        let path = try advance(block.path, .written(written))
        runs[path.run].noteLength(of: block)
        guard let gate = block.gate else { return }
        runs[path.run].problems[path.problem].paths[path.path].note(gateScore: gate.score)
        let group = policy(path).settingsGroup
        do throws(ScoreError) {
            let opensPath = !wasRead && gate.decision == .score
            try runs[path.run].gate?.note(
                gate, round: block.round, problem: path.problem, group: group, opensPath: opensPath)
        } catch {
            throw RecordError("what the gate decided about segment \(block.block.id) of \(block.path): \(error)")
        }
        if gate.decision != .score { runs[path.run].noteLeftOut(round: block.round, problem: path.problem) }
    }

    private mutating func apply(_ record: ProblemGateRecord) throws(RecordError) {
        let number = try openNumber(of: record.run)
        guard runs[number].problems.indices.contains(record.problem),
            runs[number].problems[record.problem].phase == .open
        else { throw RecordError("the gate decides about problem \(record.problem) of \(record.run): not open") }
        let decision = record.gate.decision
        for path in runs[number].problems[record.problem].paths.indices {
            let key = PathKey(run: record.run, problem: record.problem, path: path)
            let blocks = runs[number].problems[record.problem].paths[path].drafted.count
            guard !runs[number].problems[record.problem].paths[path].state.isEnded else { continue }
            try advance(key, .gated(decision))
            guard decision != .score else { continue }
            for round in 0..<blocks { runs[number].noteLeftOut(round: round, problem: record.problem) }
        }
        let group = runs[number].problems[record.problem].policy.settingsGroup
        do throws(ScoreError) {
            try runs[number].gate?.note(record.gate, round: 0, problem: record.problem, group: group)
        } catch {
            throw RecordError("what the gate decided about problem \(record.problem) of run \(record.run): \(error)")
        }
    }

    private mutating func apply(_ verdict: VerdictRecord) throws(RecordError) {
        let isFinal = isFinalBlock(verdict.path)
        let judged = judgedTokens(verdict.path)
        let path = try advance(
            verdict.path, .judged(verdict.verdict, segment: verdict.segment, cut: verdict.cut))
        runs[path.run].problems[path.problem].paths[path.path].note(score: verdict.score)
        runs[path.run].noteLength(verdict, judged: judged)
        runs[path.run].counts.verdicts += 1
        runs[path.run].counts.takeovers += verdict.verdict == .takeOver ? 1 : 0
        // The bank belongs to whoever judges by it.
        guard runs[path.run].policy.judge == .rank else { return }
        let group = policy(path).settingsGroup
        do throws(ScoreError) {
            try runs[path.run].controller.note(
                score: verdict.score, pValue: verdict.pValue, verdict.verdict, round: verdict.round,
                problem: path.problem, group: group, isFinal: isFinal)
        } catch {
            throw RecordError("the verdict on segment \(verdict.segment) of \(verdict.path): \(error)")
        }
    }

    /// Whether the path's block under judgement would end it; false where there is none.
    private func isFinalBlock(_ key: PathKey) -> Bool {
        guard let path = reference(key), case .scoring(let block) = self[path].state else { return false }
        return self[path].isFinal(block, policy(path))
    }

    /// Of the path's block under judgement; 0 where there is none.
    private func judgedTokens(_ key: PathKey) -> Int {
        guard let path = reference(key), case .scoring(let block) = self[path].state else { return 0 }
        return block.segment.tokens.count
    }

    private mutating func apply(_ end: PathRecord) throws(RecordError) {
        let path = try advance(end.path, .closed(end.outcome))
        if runs[path.run].policy.gate == .path, end.outcome.hasRunItsCourse, !self[path].isRead {
            runs[path.run].gate?.noteUnreadPath()
        }
        runs[path.run].counts.pathsEnded += 1
        runs[path.run].problems[path.problem].pathsEnded += 1
        if let answer = end.answer {
            runs[path.run].counts.votes += 1
            runs[path.run].problems[path.problem].votes.append(
                Vote(path: path.path, answer: answer, meanScore: self[path].meanScore))
        }
    }

    private mutating func apply(_ end: ProblemRecord) throws(RecordError) {
        let number = try openNumber(of: end.run)
        guard runs[number].problems.indices.contains(end.problem),
            runs[number].problems[end.problem].phase != .ended
        else { throw RecordError("problem \(end.problem) of run \(end.run) ends twice or does not exist") }
        guard runs[number].problems[end.problem].paths.allSatisfy(\.state.isEnded) else {
            throw RecordError("problem \(end.problem) of run \(end.run) ends before its paths")
        }
        lookForDrift(number, end.problem)
        runs[number].problems[end.problem].phase = .ended
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
        // Where a gate chooses what is scored, the draft's own scores say whether the problems have changed.
        let isGated = runs[run].policy.gate != nil
        // Those of other settings are no sign of other problems.
        let isComparable = runs[run].problems[problem].policy.settingsGroup == 0
        let paths = isComparable ? runs[run].problems[problem].paths : []
        let firstScores = paths.compactMap { isGated ? $0.firstGateScore : $0.firstScore }
        runs[run].alarms += runs[run].controller.endProblem(problem, firstScores: firstScores, tieBreak: u)
    }

    private mutating func applyEnd(of id: RunID, _ state: RunState, _ wallMs: Int64) throws(RecordError) {
        let number = try openNumber(of: id)
        var status = runs[number].status
        status.state = state
        status.endedWallMs = wallMs
        remember(
            EndedRun(
                status: status, submissionKey: runs[number].spec.submissionKey,
                contentDigest: runs[number].contentDigest))
        runs[number].close()
        numbers[id] = nil
        openRuns.removeAll { $0 == number }
    }

    /// Moves a path on, opening its problem if it is the first of it to be heard of, and counts its tokens.
    @discardableResult
    private mutating func advance(_ key: PathKey, _ event: PathEvent) throws(RecordError) -> PathReference {
        let number = try openNumber(of: key.run)
        guard runs[number].problems.indices.contains(key.problem),
            (0..<runs[number].problems[key.problem].policy.paths).contains(key.path)
        else { throw RecordError("\(key) is no path of its run") }
        runs[number].open(key.problem)
        guard let path = reference(key) else { throw RecordError("the problem of \(key) has ended") }
        let before = self[path].tokensWritten
        let (standing, round) = (self[path].tokens.total, self[path].round)
        do throws(IllegalPathEvent) {
            try runs[path.run].problems[path.problem].paths[path.path].advance(event, policy: policy(path))
        } catch {
            throw RecordError("\(key): \(error)")
        }
        // A path that is closed keeps what it wrote.
        if case .closed = event { return path }
        let after = self[path].tokensWritten
        runs[number].counts.tokens.draft += after.draft - before.draft
        runs[number].counts.tokens.target += after.target - before.target
        runs[number].counts.standingTokens += self[path].tokens.total - standing
        runs[number].counts.standingBlocks += self[path].round - round
        return path
    }

    private func openNumber(of id: RunID) throws(RecordError) -> Int {
        guard let number = numbers[id] else { throw RecordError("run \(id) is not open") }
        return number
    }
}

/// One open run, as its records left it.
struct Run: Sendable {
    let spec: RunSpec
    let policy: PathPolicy
    let contentDigest: UInt64
    let submittedWallMs: Int64
    /// Of all problems.
    let pathCount: Int
    fileprivate(set) var isOpen = true
    fileprivate(set) var problems: [Problem]
    fileprivate(set) var controller: ConformalController
    fileprivate(set) var gate: GateController?
    fileprivate(set) var counts = RunCounts()
    fileprivate(set) var lengths: DraftLengths
    /// In the order in which they were raised.
    fileprivate(set) var alarms: [DriftAlarm] = []
    /// Those of them that are recorded, after those of earlier versions.
    fileprivate(set) var driftRecords: [DriftRecord] = []
    /// The latest model of each role; nil before its first worker got work.
    fileprivate(set) var models = RolePair<RunModel?>(nil)
    /// Of `strategy: auto` the last choice.
    fileprivate(set) var chosen: StrategyChoice?

    fileprivate init(spec: RunSpec, problems: [ProblemSpec], contentDigest: UInt64, submittedWallMs: Int64) {
        self.spec = spec
        policy = PathPolicy(spec.settings)
        self.contentDigest = contentDigest
        self.submittedWallMs = submittedWallMs
        self.problems = ProblemPolicies(spec.settings, policy).problems(problems)
        pathCount = self.problems.reduce(0) { $0 + $1.policy.paths }
        lengths = DraftLengths(doubtShare: spec.settings.doubtShare)
        controller = ConformalController(
            ConformalSettings(
                rejectionRate: spec.settings.rejectionRate,
                finalRejectionRate: spec.settings.finalRejectionRate, pValue: spec.settings.pValue,
                strata: spec.settings.strata, adaptation: spec.settings.adaptive, bankSize: spec.settings.bankSize,
                isFrozen: spec.settings.bankMode == .frozen, onDrift: spec.settings.onDrift, gate: policy.gate),
            bank: spec.bank?.scoresByRound ?? [:])
        gate = policy.gate.map {
            GateController(
                unit: $0, share: spec.settings.gate, audit: spec.settings.audit, strata: spec.settings.strata)
        }
    }

    /// Who writes the block that opens a round, as it is now.
    var opener: Author {
        guard policy.isAuto else { return policy.opener }
        return chosen?.strategy == .async ? .draft : .target
    }

    /// The worker that a stage needs, as it is now.
    func role(for stage: Stage) -> Role {
        switch stage {
        case .draft: opener.role
        case .score, .takeOver: .target
        }
    }

    fileprivate mutating func noteLeftOut(round: Int, problem: Int) {
        counts.leftOut += 1
        controller.noteLeftOut(round: round, problem: problem, group: problems[problem].policy.settingsGroup)
    }

    /// Makes the paths of a problem that has none yet.
    fileprivate mutating func open(_ problem: Int) {
        guard problems[problem].phase == .waiting else { return }
        problems[problem].phase = .open
        problems[problem].paths = Array(repeating: Path(), count: problems[problem].policy.paths)
    }

    fileprivate mutating func noteLength(of block: BlockRecord) {
        guard policy.boundary == .doubt, block.block.author == .draft else { return }
        lengths.note(
            block: block.block.tokens.count, isDoubtful: block.finish == .doubt, share: policy.doubtShare)
    }

    fileprivate mutating func noteLength(_ verdict: VerdictRecord, judged tokens: Int) {
        guard policy.boundary == .adaptive else { return }
        let isCut = verdict.verdict == .takeOver && verdict.cut?.segment != verdict.segment
        lengths.note(
            stood: isCut ? verdict.cut?.tokens ?? 0 : tokens, isCut: isCut, atMost: policy.blockTokens(.draft))
    }

    /// The run has ended: lets go of everything that is large.
    fileprivate mutating func close() {
        var spec = spec
        spec.bank = nil
        self = Run(spec: spec, problems: [], contentDigest: contentDigest, submittedWallMs: submittedWallMs)
        isOpen = false
    }

    /// What the records say of the run.
    var status: RunStatus {
        var status = RunStatus(
            run: spec.id, name: spec.name, state: .open, problems: problems.count,
            problemsEnded: counts.problemsEnded, paths: pathCount,
            pathsEnded: counts.pathsEnded, verdicts: counts.verdicts + counts.leftOut, takeovers: counts.takeovers,
            rejectionRate: spec.settings.rejectionRate, tokens: counts.tokens, pathsByStage: [:],
            driftAlarms: driftRecords.count, driftAfterProblems: driftRecords.first?.problems, waitingFor: [],
            submittedWallMs: submittedWallMs, endedWallMs: nil)
        status.chosenStrategy = chosen?.strategy
        status.votes = counts.votes
        status.problemsJudged = counts.problemsJudged
        status.problemsRight = counts.problemsRight
        return status
    }
}

/// What a run counts.
struct RunCounts: Sendable, Hashable {
    var problemsEnded = 0
    var pathsEnded = 0
    var verdicts = 0
    var takeovers = 0
    /// Blocks that the gate left out, those of the audit included.
    var leftOut = 0
    var tokens = TokenCounts()
    /// Of blocks that nobody will judge any more, and the rounds that they ended.
    var standingTokens = 0
    var standingBlocks = 0
    /// Paths that ended with an answer.
    var votes = 0
    /// Ended problems with a known answer, and those of them that are right.
    var problemsJudged = 0
    var problemsRight = 0
}

/// One problem of an open run, as its records left it.
struct Problem: Sendable {
    enum Phase: Sendable, Hashable {
        /// No record speaks of any of its paths.
        case waiting
        case open
        case ended
    }

    let spec: ProblemSpec
    /// Of the run, or the problem's own.
    let policy: PathPolicy
    fileprivate(set) var phase = Phase.waiting
    /// Its m paths while it is open, else none.
    fileprivate(set) var paths: [Path] = []
    fileprivate(set) var votes: [Vote] = []
    fileprivate(set) var pathsEnded = 0
}

/// Gives each problem of a run its policy; equal settings have one together.
private struct ProblemPolicies {
    private let settings: RunSettings
    private let ofRun: PathPolicy
    private var known: [ProblemSettings: PathPolicy] = [:]
    private var groups: SettingsGroups

    init(_ settings: RunSettings, _ ofRun: PathPolicy) {
        self.settings = settings
        groups = SettingsGroups(settings)
        self.ofRun = ofRun
    }

    consuming func problems(_ specs: [ProblemSpec]) -> [Problem] {
        specs.map { Problem(spec: $0, policy: policy(of: $0)) }
    }

    private mutating func policy(of spec: ProblemSpec) -> PathPolicy {
        guard let own = spec.settings else { return ofRun }
        if let policy = known[own] { return policy }
        let policy = PathPolicy(settings.with(own), own: own, group: groups.number(of: own))
        known[own] = policy
        return policy
    }
}

/// Why a record cannot be applied.
struct RecordError: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
