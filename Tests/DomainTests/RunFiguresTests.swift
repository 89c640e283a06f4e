import Domain
import Testing

@Suite struct RunFiguresTests {
    /// Right paths of those that count, for one run of a problem.
    private func problem(_ isMajorityRight: Bool?, _ paths: Bool?...) -> ProblemFigures {
        ProblemFigures(isMajorityRight: isMajorityRight, paths: paths)
    }

    @Test func aProblemCountsOnceHoweverManyPathsItHas() {
        // Eight paths of nine are right, and one problem of two.
        let figures = RunFigures(
            [
                problem(true, true, true, true, true, true, true, true, true), problem(false, false),
                // Open, or without a known answer; and one whose paths were all ended from outside.
                problem(nil, true), problem(false, nil, nil),
            ], rounds: [])
        #expect(figures.share(.passAt1) == 0.5)
        #expect(figures.share(.majority) == 1.0 / 3)
        #expect(figures.share(.passAtM) == 1.0 / 3)
        #expect(RunFigures([problem(nil)], rounds: []).share(.passAt1) == nil)
    }

    @Test func repetitionsAddUpAndPartsStandOneAfterTheOther() {
        let first = RunFigures(
            [problem(true, true, false), problem(false, false)],
            rounds: [RoundRate(round: 1, verdicts: 3, takeovers: 1), RoundRate(round: 0, verdicts: 2, takeovers: 2)])
        let second = RunFigures(
            [problem(false, false, false), problem(false, true)],
            rounds: [RoundRate(round: 0, verdicts: 4, takeovers: 0)])
        let twice = RunFigures(runs: [first, second])
        #expect(twice.problems.count == 2)
        // 1 of 4 and 1 of 2; 1 of 2 and 0 of 2.
        #expect(twice.share(.passAt1) == 0.375 && twice.share(.majority) == 0.25)
        #expect(twice.rounds.map(\.round) == [0, 1] && twice.rounds.map(\.verdicts) == [6, 3])
        #expect(twice.rejectionRate == 3.0 / 9)
        let parts = RunFigures(parts: [first, second])
        #expect(parts.problems.count == 4 && parts.share(.passAt1) == 0.375 && parts.takeovers == 3)
    }

    /// Every author, verdict and rule: what stands and what was replaced.
    @Test func whatStandsIsOneRule() {
        for rule in TakeoverRule.allCases {
            var tokens = StandingTokens()
            tokens.add(.draft, 10, .keep, kept: 0, rule)
            tokens.add(.draft, 7, nil, kept: 0, rule)
            tokens.add(.target, 5, nil, kept: 0, rule)
            #expect(tokens == StandingTokens(standing: TokenCounts(draft: 17, target: 5)))
            tokens.add(.draft, 9, .takeOver, kept: 4, rule)
            let stands = rule == .continue
            #expect(tokens.standing == TokenCounts(draft: stands ? 26 : 21, target: 5))
            #expect(tokens.replaced == (stands ? 0 : 5))
        }
    }

    @Test func ratesOfProblemsSpread() {
        var (low, high) = (ProblemFigures(), ProblemFigures())
        (low.verdicts, low.takeovers) = (10, 1)
        (high.verdicts, high.takeovers) = (2, 1)
        let figures = RunFigures([low, high, ProblemFigures()], rounds: [])
        let rates = figures.rateByProblem(asked: 0.4)
        #expect(rates?.problems == 2 && rates?.outside == 0.5)
        #expect(rates.map { abs($0.mean - 0.3) < 1e-12 && abs($0.sd - 0.2) < 1e-12 } == true)
    }

    @Test(arguments: PathOutcome.allCases) func everyOutcomeCountsOrDoesNot(outcome: PathOutcome) {
        let counts = outcome != .undecisive && outcome != .cancelled
        #expect(PathJudgement.isRight(outcome, answer: "1", known: "1", ==) == (counts ? true : nil))
        #expect(PathJudgement.isRight(outcome, answer: nil, known: "1", ==) == (counts ? false : nil))
        #expect(PathJudgement.isRight(outcome, answer: "1", known: nil, ==) == nil)
        #expect(PathJudgement.isRight(nil, answer: "1", known: "1", ==) == nil)
    }
}
