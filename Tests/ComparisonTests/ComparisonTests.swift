import Domain
import Testing

@testable import Comparison

@Suite struct ComparisonPlanTests {
    private func plan(problems: Int = 7, parts: Int = 3, repetitions: Int = 2) -> ComparisonPlan {
        ComparisonPlan(
            strategies: [.async, .random, .draft], paths: [1, 4], rejectionRates: [0.25, 0.4], runAheads: [0, 2],
            runAhead: 1, problems: problems, parts: parts, repetitions: repetitions)
    }

    @Test func cellsVaryOnlyWhatTheirStrategyKnows() {
        #expect(
            plan().cells.map(\.name) == [1, 4].flatMap { paths in
                [
                    "async m=\(paths) r=0.25 W=0", "async m=\(paths) r=0.25 W=2", "async m=\(paths) r=0.4 W=0",
                    "async m=\(paths) r=0.4 W=2", "random m=\(paths) r=0.25 W=1", "random m=\(paths) r=0.4 W=1",
                    "draft m=\(paths)",
                ]
            })
    }

    @Test func partsHoldEveryProblemOnce() {
        #expect(plan().parts == [0..<2, 2..<4, 4..<7])
        #expect(plan(problems: 2, parts: 5).parts == [0..<1, 1..<2])
        #expect(plan(problems: 5, parts: 1).parts == [0..<5])
    }

    @Test func eachPartIsRunByEveryCellAndBeginsWithAnother() {
        let plan = plan()
        let steps = plan.steps
        let count = plan.cells.count
        #expect(steps.count == count * 6)
        for round in 0..<6 {
            let part = steps[round * count..<(round + 1) * count]
            #expect(part.allSatisfy { $0.repetition == round / 3 && $0.part == round % 3 })
            #expect(part.first?.cell == plan.cells[round % count])
            #expect(Set(part.map(\.cell)) == Set(plan.cells))
        }
    }

    @Test func baselinesShareWhatTheyCanWithTheirCells() {
        let cell = ComparisonCell(strategy: .async, paths: 4, rejectionRate: 0.25, runAhead: 2)
        #expect(cell.baseline(.target) == ComparisonCell(strategy: .target, paths: 4))
        #expect(cell.baseline(.sync) == ComparisonCell(strategy: .sync, paths: 4, rejectionRate: 0.25))
    }
}

@Suite struct CellMeasuresTests {
    private let cell = ComparisonCell(strategy: .async, paths: 2, rejectionRate: 0.4, runAhead: 1)

    @Test func partsAddUpAndRepetitionsAreMedians() throws {
        let outcomes = [
            outcome(repetition: 0, part: 0, seconds: 1), outcome(repetition: 0, part: 1, seconds: 3),
            outcome(repetition: 1, part: 0, seconds: 2), outcome(repetition: 1, part: 1, seconds: 4),
        ]
        let target = [
            outcome(repetition: 0, part: 0, seconds: 4), outcome(repetition: 0, part: 1, seconds: 4),
            outcome(repetition: 1, part: 0, seconds: 9), outcome(repetition: 1, part: 1, seconds: 9),
        ]
        let measures = CellMeasures(cell, outcomes, target: target)
        #expect(measures.problems == 4)
        #expect(measures.repetitions == 2)
        // 4 s and 6 s; 8 / 4 and 18 / 6.
        #expect(measures.seconds == 5)
        #expect(measures.speedupOverTarget == 2.5)
        #expect(measures.speedupOverSync == nil)
        #expect(measures.problemsPerMinute == 48)
        // Each part: 100 and 50 tokens, 5 discarded, 3 of 10 taken over.
        #expect(measures.tokensDraft == 200 && measures.tokensTarget == 100 && measures.discarded == 10)
        #expect(measures.rate == 0.3)
        #expect(measures.rounds == [.init(round: 0, verdicts: 40, takeovers: 12)])
    }

    @Test func aProblemIsOneHoweverOftenItIsRun() throws {
        let once = CellMeasures(cell, [outcome(repetition: 0, part: 0, seconds: 1)])
        let twice = CellMeasures(cell, (0..<2).map { outcome(repetition: $0, part: 0, seconds: 1) })
        // One problem with both paths right, one with one path right and a wrong majority.
        #expect(once.passAt1?.value == 0.75 && once.majority?.value == 0.5 && once.passAtM?.value == 1)
        #expect(twice.majority == once.majority && twice.passAtM == once.passAtM)
        #expect(once.majority.map { abs($0.interval.lowerBound - 0.094_53) < 1e-5 } == true)
        #expect(once.latencyMedian == 1.5)
    }

    @Test func workersCountByTheTimeOfTheirParts() throws {
        var long = outcome(repetition: 0, part: 0, seconds: 3)
        var short = outcome(repetition: 0, part: 1, seconds: 1)
        long.workers = [share("draft-0", busy: 1, wait: 0, peak: 7), share("target-0", .target, busy: 0.5, peak: 1)]
        short.workers = [share("draft-0", busy: 0.2, wait: 0.4, peak: 9)]
        let measures = CellMeasures(cell, [long, short])
        #expect(measures.workers.map(\.name) == ["draft-0", "target-0"])
        #expect(abs(measures.workers[0].compute - 0.8) < 1e-12)
        #expect(measures.workers[0].peakBytes == 9)
        #expect(measures.draftWaitShare.map { abs($0 - 0.1) < 1e-12 } == true)
        // (0.8 + 0.5) / (0.2 + 0.5)
        #expect(measures.arithmeticIntensity.map { abs($0 - 1.3 / 0.7) < 1e-12 } == true)
    }

    @Test func whatWasNotCountedIsNil() {
        var empty = outcome(repetition: 0, part: 0, seconds: 0)
        empty.problems = [.init(id: "a", seconds: 1)]
        empty.figures = RunFigures([ProblemFigures()], rounds: [])
        empty.workers = []
        let measures = CellMeasures(cell, [empty], target: [empty])
        #expect(measures.passAt1 == nil && measures.majority == nil && measures.passAtM == nil)
        #expect(measures.rate == nil && measures.speedupOverTarget == nil && measures.problemsPerMinute == nil)
        #expect(measures.draftWaitShare == nil && measures.arithmeticIntensity == nil)
    }
}

@Suite struct ComparisonPageTests {
    private var report: ComparisonReport {
        let plan = ComparisonPlan(
            strategies: [.async, .target], paths: [2], rejectionRates: [0.4], runAheads: [1], runAhead: 1, problems: 2,
            parts: 1, repetitions: 1)
        var drawn = outcome(repetition: 0, part: 0, seconds: 2)
        drawn.bars = [.init(row: "draft-0", kind: "draft", time: 0...1)]
        var report = ComparisonReport(
            plan, [plan.cells[0]: [drawn], plan.cells[1]: [outcome(repetition: 0, part: 0, seconds: 4)]])
        report.conditions = [.init("command", "a1 bench strategies --batch '<b> & \"c\"'")]
        return report
    }

    @Test func thePageIsOneDocumentThatNeedsNothingElse() {
        let page = ComparisonPage.html(report, title: "a < b")
        #expect(page.hasPrefix("<!DOCTYPE html>\n") && page.hasSuffix("</html>\n"))
        #expect(page.contains("<h1>a &lt; b</h1>"))
        #expect(page.contains("&lt;b&gt; &amp; &quot;c&quot;"))
        // Rates of one r, p-values, two accuracies by two costs, the time line.
        #expect(page.count(of: "<svg ") == 7 && page.count(of: "</svg>") == 7)
        #expect(page.count(of: "http") == page.count(of: "xmlns=\"http://www.w3.org/2000/svg\""))
        for word in ["<script", "<link", "<img", "src=", "href=", "@import", "url("] { #expect(!page.contains(word)) }
    }

    @Test func everyTableAndPlotHasACaptionAndABoxOfItsOwn() {
        let page = ComparisonPage.html(report, title: "t")
        // Right, fast, took, workers.
        #expect(page.count(of: "<table>") == 4 && page.count(of: "<div class=\"scroll\"><table>") == 4)
        #expect(page.count(of: "<p class=\"caption\">") == 4)
        #expect(page.count(of: "<figcaption>") == 7 && page.count(of: "<div class=\"scroll\"><svg") == 7)
        #expect(page.contains("@media print") && page.contains("width=device-width"))
        #expect(page.contains("<th>async m=2 r=0.4 W=1</th>") && page.contains("<th>target m=2</th>"))
    }

    @Test func settingsAreSentences() {
        var settings = RunSettings(paths: 8, rounds: 12, draftTokens: 48, targetTokens: 48, pathTokens: 576)
        settings.takeover = .resample
        settings.boundary = .step
        settings.vote = .all
        settings.problemsInFlight = 2
        let expected: [String] = [
            "At most 12 rounds and 576 tokens a path.",
            "A block ends with a step of the solution (a blank line), or after 48 tokens.",
            """
            A block's score is the mean negative log-likelihood of its tokens under the target. When a block is taken \
            over, the target writes another in its place.
            """,
            """
            async ranks a score among the scores of the same round; p-values are smoothed; the share taken over is \
            held in a band around r.
            """,
            "Every path runs to its own end.", "Both models draw by: temperature 0.7, top-p 0.95.",
            "At most: problems at once: 2.", "Seed 0.",
        ]
        #expect(SettingsWords.sentences(settings) == expected)
        #expect(SettingsWords.paths([1]) == "1 path a problem")
        #expect(SettingsWords.paths([1, 4, 16]) == "1, 4 and 16 paths a problem")
    }

    @Test func tablesHaveARowForEachCell() {
        let lines = ComparisonTable.results(report.cells).text.rendered().split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("async     2  0.4  1   0.750"))
        #expect(lines[1].contains("x 2.00") && lines[2].contains("x 1.00"))
        #expect(lines[2].hasPrefix("target    2    -  -"))
        #expect(ComparisonTable.workers(report.cells).rows.count == 2)
        #expect(ComparisonTable.costs(report.cells).rows.allSatisfy { $0.count == 10 })
    }
}

extension String {
    func count(of word: String) -> Int { ranges(of: word).count }
}

private func share(
    _ name: String, _ role: Role = .draft, busy: Double, wait: Double = 0, peak: UInt64 = 0
) -> WorkerShare {
    WorkerShare(worker: name, role: role, busy: busy, sync: 1 - busy, verdictWait: wait, peakBytes: peak)
}

/// A run of two problems and two paths.
private func outcome(repetition: Int, part: Int, seconds: Double) -> PartOutcome {
    var summary = RunSummary(run: RunID("r"), name: "n", state: .finished, settings: RunSettings())
    summary.wallSeconds = seconds
    summary.rateByRound = [.init(round: 0, verdicts: 10, takeovers: 3)]
    summary.discardedTokens = 5
    summary.busy = [share("draft-0", busy: 0.5)]
    return PartOutcome(
        RunResults(summary: summary, problems: [problem(0, right: [true, true]), problem(1, right: [true, false])]),
        repetition: repetition, part: part)
}

/// Its majority is right where all paths are; it takes a second more than its number.
private func problem(_ number: Int, right: [Bool]) -> ProblemResult {
    let paths = right.enumerated().map { place, isRight in
        var block = BlockResult(
            round: 0, segment: 0, author: .draft, text: "", tokens: 1, finish: .length, worker: "draft-0", attempt: 1,
            timing: WorkTiming(startedWallMs: 0, finishedWallMs: 1, queuedMs: 0), stands: true)
        block.pValue = 0.5
        return PathResult(
            path: place, outcome: .answered, answer: "1", isRight: isRight, reason: nil, rounds: 1, takeovers: 0,
            tokens: TokenCounts(draft: 25, target: place == 0 ? 25 : 0), blocks: [block])
    }
    return ProblemResult(
        problem: number, id: "p\(number)", text: "", knownAnswer: "1", answer: "1",
        isRight: right.allSatisfy { $0 }, votes: 1, isEnded: true, rounds: 1, takeovers: 0, verdicts: 2,
        tokens: TokenCounts(), seconds: Double(number + 1), paths: paths)
}
