import Domain
import Testing

@testable import Conformal

@Suite struct ConformalControllerTests {
    @Test(arguments: PValueRule.allCases)
    func rateZeroTakesOverNothingAndRateOneEverything(rule: PValueRule) throws {
        for (rate, expected) in [(0.0, Verdict.keep), (1.0, Verdict.takeOver)] {
            var controller = ConformalController(rejectionRate: rate, pValue: rule, strata: .marginal)
            for score in [0, 5, 5, 1e300, 0.1] {
                for u in [0, 0.5, 1 - 0x1p-53] {
                    let judgement = try controller.judge(score: score, round: 0, problem: 0, tieBreak: u)
                    #expect(judgement.verdict == expected)
                    #expect(judgement.rate == rate)
                }
            }
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, -1e-9])
    func whatIsNoScoreChangesNothing(score: Double) throws {
        var controller = ConformalController(rejectionRate: 0.4, pValue: .smoothed, strata: .round)
        _ = try controller.judge(score: 1, round: 0, problem: 0, tieBreak: 0)
        #expect(throws: ScoreError.self) {
            try controller.judge(score: score, round: 0, problem: 0, tieBreak: 0)
        }
        #expect(throws: ScoreError.self) { try controller.restore(score: score, round: 0, problem: 0) }
        #expect(controller.scores(in: .round(0)) == [1])
    }

    @Test(arguments: Strata.allCases)
    func restoringTheScoresRestoresTheController(strata: Strata) throws {
        var numbers = TestNumbers(seed: 3)
        var lived = ConformalController(rejectionRate: 0.4, pValue: .smoothed, strata: strata)
        var restored = lived
        for index in 0..<500 {
            let score = Double(numbers.below(50))
            _ = try lived.judge(score: score, round: index % 4, problem: index % 3, tieBreak: numbers.uniform())
            try restored.restore(score: score, round: index % 4, problem: index % 3)
        }
        for index in 0..<12 {
            let u = numbers.uniform()
            let one = try lived.judge(score: 7, round: index % 4, problem: index % 3, tieBreak: u)
            #expect(try restored.judge(score: 7, round: index % 4, problem: index % 3, tieBreak: u) == one)
        }
    }

    @Test func strataSayWhatTheyAre() {
        let names = Strata.allCases.map { Stratum($0, round: 3, problem: 17).description }
        #expect(names == ["all", "round=3", "problem=17", "round=3,problem=17"])
    }
}
