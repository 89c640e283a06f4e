import Domain
import GRDB
import Testing

@testable import RunStore

@Suite struct RecoveryTests {
    /// A run that is over is one row, whatever it has written; without a row that can be read its records come back.
    @Test func whatIsOverComesBackAsARow() throws {
        let folder = try TemporaryFolder()
        var maker = RecordMaker(seed: 11)
        let runs = (0..<4).map { maker.run(problems: 2, paths: 2, rounds: 2, isEnded: $0 > 0) }
        func ended(_ records: [Domain.Record], _ key: String) -> EndedRun {
            let run = RecordMaker.path(records[0]).run
            let status = RunStatus(
                run: run, name: "batch", state: .finished, problems: 2, problemsEnded: 2, paths: 4, pathsEnded: 4,
                verdicts: 8, takeovers: 3, rejectionRate: 0.4, tokens: TokenCounts(draft: 9, target: 5),
                pathsByStage: [:], driftAlarms: 0, waitingFor: [], submittedWallMs: 1, endedWallMs: 2)
            return EndedRun(status: status, submissionKey: key, contentDigest: .max - 1)
        }
        let first = ended(runs[1], "a")
        let second = ended(runs[2], "b")
        let store = try RunStore(path: folder.database)
        try store.append(runs[0])
        try store.append(runs[2], ended: [second])
        try store.append(runs[1], ended: [first])
        try store.append(runs[3])
        // In the order in which they ended; the third has no row.
        #expect(try store.recover().ended == [second, first])
        #expect(try store.recover().records == runs[0] + runs[3])
        try store.append([], ended: [ended(runs[3], "c")])
        #expect(try store.recover().records == runs[0])
        #expect(try store.records(ofOpenRunsOnly: true) == runs[0])

        // A row of another version is as good as none.
        try store.queue.write { database in
            try database.execute(
                sql: "UPDATE run_summaries SET summary = '{}' WHERE summary LIKE '%\"submissionKey\":\"b\"%'")
        }
        #expect(try store.recover().ended.map(\.submissionKey) == ["a", "c"])
        #expect(try store.recover().records == runs[0] + runs[2])
    }
}
