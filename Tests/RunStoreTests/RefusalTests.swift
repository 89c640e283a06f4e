import Domain
import Foundation
import Testing
@testable import RunStore

/// What contradicts the store is refused whole, and the store goes on.
@Suite struct RefusalTests {
    private static let run = RunID("0000000000000000000000000000000a")
    private static let path = PathKey(run: run, problem: 0, path: 0)
    private static let timing = WorkTiming(startedWallMs: 1, finishedWallMs: 2, queuedMs: 0)

    private static func submission(_ id: RunID = run, key: String = "key") -> Record {
        .runSubmitted(
            RunSpec(id: id, submissionKey: key, name: "n", settings: RunSettings()),
            problems: [ProblemSpec(id: "p", text: "t")], recordedWallMs: 1)
    }

    private static func block(_ path: PathKey = path, segment: UInt64 = 1) -> Record {
        .blockAccepted(BlockRecord(
            path: path, round: 0,
            block: Segment(id: SegmentID(rawValue: segment), author: .draft, text: [], tokens: [], vocabulary: ""),
            finish: .length, worker: "w", attempt: 1, timing: timing, recordedWallMs: 1))
    }

    private static func verdict(segment: UInt64 = 1, score: Double = 1) -> Record {
        .verdictReached(VerdictRecord(
            path: path, round: 0, segment: SegmentID(rawValue: segment), score: score, tokenCount: 1, pValue: 0.5,
            tieBreak: 0.5, stratum: "", bankCount: 0, rate: 0.4, verdict: .keep, worker: "w", timing: timing,
            recordedWallMs: 1))
    }

    private static let pathEnd = Record.pathEnded(
        PathRecord(path: path, outcome: .ended, answer: nil, reason: nil, recordedWallMs: 1))
    private static let problemEnd = Record.problemEnded(
        ProblemRecord(run: run, problem: 0, answer: nil, votes: 0, isRight: nil, recordedWallMs: 1))
    private static let runEnd = Record.runEnded(run, .finished, recordedWallMs: 1)
    private static let busy = Record.measured(run, RunMeasures())

    static func model(isDrift: Bool) -> Record {
        .modelBegun(run, RunModel(
            role: .target, name: "m", digest: isDrift ? "d2" : "d1", vocabulary: "v", promptTemplate: "t",
            worker: "target-0", isDrift: isDrift, recordedWallMs: 1))
    }

    struct Contradiction: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let record: Record

        init(_ what: String, _ record: Record) {
            testDescription = what
            self.record = record
        }
    }

    static let contradictions: [Contradiction] = [
        Contradiction("the same run", submission(key: "other")),
        Contradiction("the same submission key", submission(RunID("0b"))),
        Contradiction("a second first model of a role", model(isDrift: false)),
        Contradiction("the same segment", block()),
        Contradiction("a second verdict", verdict(score: 2)),
        Contradiction("a verdict on no block", verdict(segment: 9)),
        Contradiction("a score that is not a number", verdict(segment: 2, score: .nan)),
        Contradiction("a block of no problem", block(PathKey(run: run, problem: 1, path: 0))),
        Contradiction("a block of no run", block(PathKey(run: RunID("0c"), problem: 0, path: 0))),
        Contradiction("a second end of a path", pathEnd),
        Contradiction("a second end of a problem", problemEnd),
        Contradiction("a second end of a run", runEnd),
        Contradiction("busy shares twice", busy),
        Contradiction("two problems of one id", .runSubmitted(
            RunSpec(id: RunID("0d"), submissionKey: "d", name: "", settings: RunSettings()),
            problems: [ProblemSpec(id: "p", text: "t"), ProblemSpec(id: "p", text: "u")], recordedWallMs: 1)),
    ]

    @Test(arguments: contradictions) func contradictionsAreRefusedWhole(contradiction: Contradiction) throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.database)
        let there = [
            Self.submission(), Self.model(isDrift: false), Self.model(isDrift: true), Self.block(),
            Self.block(segment: 2), Self.verdict(), Self.pathEnd, Self.problemEnd, Self.busy, Self.runEnd,
        ]
        try store.append(there)
        do throws(RunStoreError) {
            try store.append([Self.block(segment: 3), contradiction.record])
            Issue.record("it was taken")
        } catch {
            guard case .refused(index: 1, _) = error else {
                Issue.record("refused oddly: \(error)")
                return
            }
            #expect(!error.isFatal)
        }
        #expect(try store.records(ofOpenRunsOnly: false) == there)
        // The place of the refused records is not lost.
        try store.append([Self.block(segment: 3)])
        #expect(try store.records(ofOpenRunsOnly: false) == there + [Self.block(segment: 3)])
    }

    @Test func aRunOfARefusedTransactionIsForgotten() throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.database)
        #expect(throws: RunStoreError.self) { try store.append([Self.submission(), Self.block(), Self.block()]) }
        #expect(throws: RunStoreError.self) { try store.append([Self.block()]) }
        try store.append([Self.submission(), Self.block()])
        #expect(try store.records(ofOpenRunsOnly: true) == [Self.submission(), Self.block()])
    }
}
