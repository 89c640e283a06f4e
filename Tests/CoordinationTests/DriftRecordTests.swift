import Domain
import Testing

@testable import Coordination

/// Drift alarms and the records of earlier lives; Scripts/drift.txt shows a run that raises one.
@Suite struct DriftRecordTests {
    private let run = RunID("aa")

    /// A run of 40 problems whose first so many have ended, each with a greater score than the one before.
    private func records(ended: Int) -> [Record] {
        let spec = RunSpec(
            id: run, submissionKey: "key", name: "batch",
            settings: makeSettings { ($0.paths, $0.rejectionRate, $0.onDrift) = (1, 0, .restart) })
        let problems = (0..<40).map { ProblemSpec(id: "p\($0)", text: "question \($0)") }
        return [.runSubmitted(spec, problems: problems, recordedWallMs: 0)] + (0..<ended).flatMap(problem)
    }

    private func problem(_ problem: Int) -> [Record] {
        let path = PathKey(run: run, problem: problem, path: 0)
        let segment = SegmentID(rawValue: 1)
        let timing = WorkTiming(startedWallMs: 0, finishedWallMs: 0, queuedMs: 0)
        let block = Segment(id: segment, author: .draft, text: Array("\\boxed{4}".utf8), tokens: [1], vocabulary: "v")
        return [
            .blockAccepted(
                BlockRecord(
                    path: path, round: 0, block: block, finish: .answer, worker: "d0", attempt: 1, timing: timing,
                    recordedWallMs: 0)),
            .verdictReached(
                VerdictRecord(
                    path: path, round: 0, segment: segment, score: Double(problem), tokenCount: 1, pValue: 0.5,
                    tieBreak: 0.5, stratum: "round=0", bankCount: problem, rate: 0, verdict: .keep, worker: "t0",
                    timing: timing, recordedWallMs: 0)),
            .pathEnded(PathRecord(path: path, outcome: .answered, answer: "4", reason: nil, recordedWallMs: 0)),
            .problemEnded(
                ProblemRecord(run: run, problem: problem, answer: "4", votes: 1, isRight: nil, recordedWallMs: 0)),
        ]
    }

    /// A new life from these records: its coordinator, and the alarms that it records when it starts.
    private func life(_ records: [Record]) throws -> (coordinator: Coordinator, told: [DriftRecord]) {
        var coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: 2, limits: .standard))
        try coordinator.restore(records)
        let effects = coordinator.step(.started, now: milliseconds(0))
        let told = effects.flatMap { effect -> [DriftRecord] in
            guard case .record(let records) = effect else { return [] }
            return records.compactMap { if case .driftFound(let drift) = $0 { drift } else { nil } }
        }
        return (coordinator, told)
    }

    private func status(_ coordinator: Coordinator) throws -> RunStatus {
        try #require(coordinator.status(now: milliseconds(0)).runs.first)
    }

    /// What the records imply and nobody recorded is recorded at the next start, once.
    @Test func anAlarmThatIsNotRecordedYetIsRecordedAtTheStart() throws {
        let before = records(ended: 20)
        let first = try life(before)
        let alarm = try #require(first.told.first)
        #expect(first.told.count == 1)
        #expect(alarm.problems == alarm.verdicts && (8...20).contains(alarm.verdicts) && alarm.stratum == nil)
        #expect(try status(first.coordinator).driftAlarms == 1)
        #expect(try status(first.coordinator).driftAfterProblems == alarm.problems)

        let second = try life(before + first.told.map { .driftFound($0) })
        #expect(second.told.isEmpty)
        #expect(second.coordinator.durableDescription == first.coordinator.durableDescription)
    }

    /// Alarms by verdicts of a stratum are counted as what they were, and change nothing else.
    @Test func recordsOfAnEarlierVersionAreRead() throws {
        let old = [nil, "round=0"].map {
            DriftRecord(run: run, problems: nil, stratum: $0, verdicts: 3, recordedWallMs: 0)
        }
        let coordinator = try life(records(ended: 3) + old.map { .driftFound($0) }).coordinator
        #expect(try status(coordinator).driftAlarms == 2)
        #expect(try status(coordinator).driftAfterProblems == nil)

        let later = try life(records(ended: 3) + old.map { .driftFound($0) } + (3..<20).flatMap(problem))
        #expect(later.told.count == 1)
        #expect(try status(later.coordinator).driftAlarms == 3)
    }

    @Test func anAlarmOfAnUnknownRunDoesNotFit() throws {
        let stray = DriftRecord(run: RunID("bb"), problems: 1, verdicts: 1, recordedWallMs: 0)
        #expect(throws: RestoreError.self) { try life(records(ended: 1) + [.driftFound(stray)]) }
    }
}
