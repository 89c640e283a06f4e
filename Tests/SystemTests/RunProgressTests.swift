import Domain
import Testing

@testable import A1

@Suite struct RunProgressTests {
    private func status(
        pathsEnded: Int, pace: RunPace?, state: RunState = .open, waitingFor: [String] = []
    ) -> RunStatus {
        var status = RunStatus(
            run: RunID(String(repeating: "5", count: 32)), name: "batch", state: state, problems: 10, problemsEnded: 2,
            paths: 40, pathsEnded: pathsEnded, verdicts: 100, takeovers: 37, rejectionRate: 0.4,
            tokens: TokenCounts(draft: 900, target: 100), pathsByStage: [:], driftAlarms: 0, waitingFor: waitingFor,
            submittedWallMs: 0, endedWallMs: nil)
        status.votes = 7
        status.problemsJudged = 2
        status.problemsRight = 1
        status.pace = pace
        return status
    }

    /// The pace is the run's own in this life of the coordinator: whoever joins late sees the same.
    @Test func theTimeLeftComesFromTheRunsPace() {
        func left(_ ended: Int, _ pace: RunPace?) -> Double? {
            RunProgress.secondsLeft(status(pathsEnded: ended, pace: pace))
        }
        #expect(left(20, RunPace(elapsedMs: 10_000, pathsEnded: 20, tokens: 1)) == 10)
        // 10 of the 20 had ended before a restart; the other 10 took 10 s, so the last 20 take 20.
        #expect(left(20, RunPace(elapsedMs: 10_000, pathsEnded: 10, tokens: 1)) == 20)
        // Less than a fifth of what this life had to do says nothing yet.
        #expect(left(7, RunPace(elapsedMs: 10_000, pathsEnded: 7, tokens: 1)) == nil)
        #expect(left(8, RunPace(elapsedMs: 10_000, pathsEnded: 8, tokens: 1)) == 40)
        #expect(left(20, nil) == nil)
        #expect(left(40, RunPace(elapsedMs: 10_000, pathsEnded: 40, tokens: 1)) == nil)
    }

    @Test func aLineFitsItsTerminal() {
        let progress = RunProgress(
            status(pathsEnded: 20, pace: RunPace(elapsedMs: 10_000, pathsEnded: 20, tokens: 1_000)))
        let whole =
            "55555555 open  problems 2/10 (right 1/2)  paths 20/40  votes 7  taken over 37.0 % of 100 (asked 40.0 %)  "
            + "tokens 900 + 100  100 tokens/s  about 10.0 s left"
        #expect(progress.line(columns: nil) == whole)
        #expect(progress.line(columns: 200) == whole)
        let short = "55555555 open  problems 2/10 (right 1/2)  100 tokens/s  about 10.0 s left"
        #expect(progress.line(columns: 80) == short)
        #expect(progress.line(columns: 20) == "55555555 open  probl")
        #expect(progress.lineWithBar(columns: 90).hasPrefix("[##########----------] 55555555 open"))
        for columns in 20...160 {
            #expect(progress.line(columns: columns).count <= columns)
            #expect(progress.lineWithBar(columns: columns).count <= columns)
        }
    }

    @Test(arguments: [
        (0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (60, "1 min 00 s"), (249.4, "4 min 09 s"),
        (3_599.6, "1 h 00 min 00 s"), (3_849, "1 h 04 min 09 s"), (-1, "0.0 s"),
    ])
    func timesAreForPeople(seconds: Double, text: String) {
        #expect(duration(seconds) == text)
    }

    @Test func eventsSayWhatChanged() {
        let open = status(pathsEnded: 1, pace: nil)
        #expect(WatchEvent.events(from: nil, to: open).map(\.event) == [.progress])
        #expect(WatchEvent.events(from: open, to: open).isEmpty)
        let waiting = status(pathsEnded: 1, pace: nil, waitingFor: ["no draft worker"])
        #expect(WatchEvent.events(from: open, to: waiting).map(\.event) == [.waiting])
        var silent = waiting
        silent.silentMs = 60_000
        #expect(WatchEvent.events(from: waiting, to: silent).map(\.event) == [.noProgress])
        var later = silent
        later.silentMs = 61_000
        later.waitingFor = ["no progress for 61 s", "no draft worker"]
        #expect(WatchEvent.events(from: silent, to: later).isEmpty)
        let ended = status(pathsEnded: 40, pace: nil, state: .cancelled)
        #expect(WatchEvent.events(from: later, to: ended).map(\.event) == [.progress, .waiting, .cancelled])
    }
}
