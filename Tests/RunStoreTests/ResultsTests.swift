import Domain
import Foundation
import Testing
@testable import RunStore

@Suite struct ResultsTests {
    /// A run made by hand: two problems with known answers and one without, two paths each.
    private struct Example {
        let run = RunID("7f3a9c12000000000000000000000001")
        var segment: UInt64 = 0
        var records: [Record] = []

        init(_ takeover: TakeoverRule, isEnded: Bool = true) {
            var settings = RunSettings()
            settings.paths = 2
            settings.takeover = takeover
            records.append(.runSubmitted(
                RunSpec(id: run, submissionKey: "key", name: "batch", settings: settings),
                problems: [
                    ProblemSpec(id: "one", text: "1+1", answer: "2"), ProblemSpec(id: "two", text: "2+2", answer: "4"),
                    ProblemSpec(id: "three", text: "3+3"),
                ], recordedWallMs: 1_000))
            for isDrift in [false, true] {
                records.append(.modelBegun(run, Self.model(isDrift: isDrift)))
            }
            block(0, 0, 0, .draft, tokens: 3, from: 1_000, to: 2_000, verdict: .keep)
            block(0, 1, 0, .draft, tokens: 5, from: 1_000, to: 3_000, verdict: .takeOver)
            block(0, 1, 0, .target, tokens: 7, from: 3_000, to: 4_500)
            block(0, 1, 1, .draft, tokens: 1, from: 4_500, to: 5_000, verdict: .keep)
            end(0, 0, .answered, "2")
            end(0, 1, .answered, "3")
            problemEnd(0, "2", 1, true)
            block(1, 0, 0, .draft, tokens: 2, from: 1_000, to: 2_000)
            end(1, 0, .roundsExhausted, nil)
            end(1, 1, .undecisive, nil)
            problemEnd(1, nil, 0, false)
            records.append(.driftFound(DriftRecord(run: run, problems: 2, verdicts: 3, recordedWallMs: 9_000)))
            end(2, 0, .answered, "6")
            if isEnded {
                end(2, 1, .cancelled, nil)
                problemEnd(2, "6", 1, nil)
                records.append(
                    .measured(
                        run,
                        RunMeasures(
                            workers: [WorkerShare(worker: "draft-0", role: .draft, busy: 0.75, verdictWait: 0.5)],
                            discardedTokens: 17)))
                records.append(.runEnded(run, .finished, recordedWallMs: 11_000))
            }
        }

        static func model(isDrift: Bool) -> RunModel {
            RunModel(
                role: .target, name: isDrift ? "small" : "large", digest: "d", vocabulary: "v", promptTemplate: "t",
                worker: "target-0", isDrift: isDrift, recordedWallMs: 1_000)
        }

        mutating func block(
            _ problem: Int, _ path: Int, _ round: Int, _ author: Author, tokens: Int, from start: Int64,
            to finish: Int64, verdict: Verdict? = nil
        ) {
            segment += 1
            let key = PathKey(run: run, problem: problem, path: path)
            let timing = WorkTiming(startedWallMs: start, finishedWallMs: finish, queuedMs: 1)
            records.append(.blockAccepted(BlockRecord(
                path: key, round: round,
                block: Segment(
                    id: SegmentID(rawValue: segment), author: author, text: [0x61, 0xC3],
                    tokens: [Int32](repeating: 1, count: tokens), vocabulary: "v"),
                finish: .length, worker: "\(author)-0", attempt: 1, timing: timing, recordedWallMs: finish)))
            guard let verdict else { return }
            records.append(.verdictReached(VerdictRecord(
                path: key, round: round, segment: SegmentID(rawValue: segment), score: 0.5, tokenCount: tokens,
                pValue: 0.25, tieBreak: 0.5, stratum: "round=\(round)", bankCount: 3, rate: 0.4, verdict: verdict,
                worker: "target-0", timing: timing, recordedWallMs: finish)))
        }

        mutating func end(_ problem: Int, _ path: Int, _ outcome: PathOutcome, _ answer: String?) {
            records.append(.pathEnded(PathRecord(
                path: PathKey(run: run, problem: problem, path: path), outcome: outcome, answer: answer,
                reason: nil, recordedWallMs: 9_000)))
        }

        mutating func problemEnd(_ problem: Int, _ answer: String?, _ votes: Int, _ isRight: Bool?) {
            records.append(.problemEnded(ProblemRecord(
                run: run, problem: problem, answer: answer, votes: votes, isRight: isRight, recordedWallMs: 9_000)))
        }
    }

    private func stored(_ example: Example) throws -> (RunStore, TemporaryFolder) {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.database)
        try store.append(example.records)
        return (store, folder)
    }

    /// The summary, which is counted by the database, is what the problems' own results give.
    private func expectTheFiguresOf(_ results: RunResults) throws {
        let figures = RunFigures(results)
        let summary = results.summary
        #expect(summary.passAt1 == figures.share(.passAt1) && summary.majority == figures.share(.majority))
        #expect(summary.passAtM == figures.share(.passAtM))
        #expect(summary.verdicts == figures.problems.reduce(0) { $0 + $1.verdicts })
        #expect(summary.takeovers == figures.problems.reduce(0) { $0 + $1.takeovers })
        #expect(summary.tokens == figures.tokens.standing && summary.tokensReplaced == figures.tokens.replaced)
        #expect(summary.rateByProblem == figures.rateByProblem(asked: summary.rejectionRateAsked))
    }

    @Test func theSummaryCountsWhatItSays() throws {
        let example = Example(.continue)
        let (store, folder) = try stored(example)
        let results = try #require(try store.results(of: example.run, equality: ==))
        let summary = results.summary
        try expectTheFiguresOf(results)
        #expect(summary.name == "batch")
        #expect(summary.state == .finished)
        #expect(summary.problems == 3 && summary.problemsEnded == 3)
        // Of the problems with a known answer: one path of two, and none of one; the undecisive one does not count.
        #expect(summary.passAt1 == 0.25)
        #expect(summary.majority == 0.5)
        #expect(summary.passAtM == 0.5)
        #expect(summary.rejectionRateAsked == 0.4)
        #expect(summary.rejectionRateGot == 1.0 / 3)
        #expect(summary.verdicts == 3 && summary.takeovers == 1)
        #expect(summary.rateByRound == [
            // So few verdicts allow anything.
            RoundRate(round: 0, verdicts: 2, takeovers: 1, interval: 0...1),
            RoundRate(round: 1, verdicts: 1, takeovers: 0, interval: 0...1),
        ])
        #expect(summary.rejectionRateInterval == 0...1 && summary.rejectionRateIntervalHolds == .always)
        #expect(summary.driftAlarms == [
            DriftRecord(run: example.run, problems: 2, verdicts: 3, recordedWallMs: 9_000)
        ])
        #expect(summary.tokens == TokenCounts(draft: 11, target: 7))
        #expect(summary.tokensReplaced == 0)
        #expect(summary.wallSeconds == 10)
        #expect(summary.tokensPerSecond == 1.8)
        #expect(summary.busy == [WorkerShare(worker: "draft-0", role: .draft, busy: 0.75, verdictWait: 0.5)])
        #expect(summary.discardedTokens == 17 && summary.draftWaitShare == 0.5)
        #expect(summary.models == [false, true].map { Example.model(isDrift: $0) })
        #expect(try store.summary(of: example.run, equality: ==) == summary)
        withExtendedLifetime(folder) {}
    }

    /// 40 verdicts in a round allow 13.5 to 18.5 takeovers by its band; one in another round allows anything.
    @Test func theIntervalIsThatOfTheVerdictsOfEachRound() throws {
        var example = Example(.continue, isEnded: false)
        for _ in 0..<38 { example.block(2, 1, 0, .draft, tokens: 1, from: 1, to: 2, verdict: .keep) }
        let (store, folder) = try stored(example)
        let summary = try #require(try store.summary(of: example.run, equality: ==))
        #expect(summary.verdicts == 41)
        let rounds: [ClosedRange<Double>?] = [0.35...0.45, 0...1]
        #expect(summary.rateByRound.map(\.interval) == rounds)
        #expect(summary.rejectionRateInterval == 14.0 / 41...19.0 / 41)
        withExtendedLifetime(folder) {}
    }

    @Test func problemsCarryTheirPathsAndBlocks() throws {
        let example = Example(.continue)
        let (store, folder) = try stored(example)
        let problems = try #require(try store.results(of: example.run, equality: ==)).problems
        #expect(problems.map(\.id) == ["one", "two", "three"])
        #expect(problems.map(\.answer) == ["2", nil, "6"])
        #expect(problems.map(\.isRight) == [true, false, nil])
        #expect(problems.map(\.votes) == [1, 0, 1])
        #expect(problems.map(\.rounds) == [2, 1, 0])
        #expect(problems.map(\.takeovers) == [1, 0, 0])
        #expect(problems.map(\.verdicts) == [3, 0, 0])
        #expect(problems.map(\.seconds) == [4, 1, 0])
        #expect(problems[0].tokens == TokenCounts(draft: 9, target: 7))
        #expect(problems[0].paths.map(\.isRight) == [true, false])
        #expect(problems[1].paths.map(\.isRight) == [false, nil])
        #expect(problems[2].paths.map(\.outcome) == [.answered, .cancelled])
        let blocks = problems[0].paths[1].blocks
        #expect(blocks.map(\.author) == [.draft, .target, .draft])
        #expect(blocks.map(\.verdict) == [.takeOver, nil, .keep])
        #expect(blocks.map(\.stands) == [true, true, true])
        #expect(blocks[0].text == "a\u{FFFD}")
        #expect(blocks[0].tokens == 5)
        #expect(blocks[0].score == 0.5 && blocks[0].pValue == 0.25 && blocks[0].scoredBy == "target-0")
        #expect(blocks[0].stratum == "round=0" && blocks[0].bankCount == 3 && blocks[0].rate == 0.4)
        #expect(blocks[1].score == nil && blocks[1].scoredTiming == nil)
        withExtendedLifetime(folder) {}
    }

    @Test func replacedBlocksDoNotStand() throws {
        let example = Example(.resample)
        let (store, folder) = try stored(example)
        let results = try #require(try store.results(of: example.run, equality: ==))
        try expectTheFiguresOf(results)
        #expect(results.summary.tokens == TokenCounts(draft: 6, target: 7))
        #expect(results.summary.tokensReplaced == 5)
        #expect(results.problems[0].paths[1].blocks.map(\.stands) == [false, true, true])
        #expect(results.problems[0].paths[1].tokens == TokenCounts(draft: 1, target: 7))
        withExtendedLifetime(folder) {}
    }

    @Test func pagesAreBounded() throws {
        let example = Example(.continue)
        let (store, folder) = try stored(example)
        let whole = try #require(try store.results(of: example.run, equality: ==))
        var pages: [ProblemResult] = []
        for problem in 0..<3 {
            let page = try #require(try store.results(
                of: example.run, problems: problem..<problem + 1, summary: whole.summary, equality: ==))
            #expect(page.summary == whole.summary)
            pages += page.problems
        }
        #expect(pages == whole.problems)
        let light = try #require(try store.results(of: example.run, blocks: false, equality: ==))
        #expect(light.problems.allSatisfy { $0.paths.allSatisfy(\.blocks.isEmpty) })
        #expect(light.problems.map(\.tokens) == whole.problems.map(\.tokens))
        #expect(try store.results(of: example.run, problems: 3..<9, equality: ==)?.problems.isEmpty == true)
        #expect(try store.results(of: RunID("0b"), equality: ==) == nil)
        withExtendedLifetime(folder) {}
    }

    @Test func anOpenRunIsReported() throws {
        let example = Example(.continue, isEnded: false)
        let (store, folder) = try stored(example)
        let results = try #require(try store.results(of: example.run, equality: ==))
        #expect(results.summary.state == .open)
        #expect(results.summary.wallSeconds == 8)
        #expect(results.problems[2].isEnded == false)
        #expect(results.problems[2].paths[1].outcome == nil)
        #expect(results.summary.problemsEnded == 2 && results.summary.driftAlarms.map(\.problems) == [2])
        withExtendedLifetime(folder) {}
    }

    @Test func runsAreFound() throws {
        let example = Example(.continue)
        let (store, folder) = try stored(example)
        var maker = RecordMaker(seed: 9)
        let other = maker.run(problems: 1, paths: 1, rounds: 1, isEnded: true)
        try store.append(other)
        let otherID = RecordMaker.path(other[0]).run
        #expect(try store.findRun(prefix: "7F3a") == [example.run])
        #expect(try store.findRun(prefix: "") == [otherID, example.run])
        #expect(try store.findRun(prefix: "%") == [])
        withExtendedLifetime(folder) {}
    }
}
