import Domain
import Testing

@testable import Conformal

@Suite struct ConformalControllerTests {
    @Test(arguments: PValueRule.allCases)
    func rateZeroTakesOverNothingAndRateOneEverything(rule: PValueRule) throws {
        for (rate, expected) in [(0.0, Verdict.keep), (1.0, Verdict.takeOver)] {
            var controller = ConformalController(
                ConformalSettings(rejectionRate: rate, pValue: rule, strata: .marginal))
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
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4, pValue: .smoothed, strata: .round))
        _ = try controller.judge(score: 1, round: 0, problem: 0, tieBreak: 0)
        #expect(throws: ScoreError.self) {
            try controller.judge(score: score, round: 0, problem: 0, tieBreak: 0)
        }
        #expect(throws: ScoreError.self) {
            try controller.note(score: score, pValue: 0.5, .keep, round: 0, problem: 0)
        }
        #expect(controller.scores(in: .round(0)) == [1])
    }

    @Test(arguments: [-0.1, 1.1, Double.nan])
    func whatIsNoPValueChangesNothing(pValue: Double) throws {
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
        let before = controller.durableDescription
        #expect(throws: ScoreError.self) {
            try controller.note(score: 1, pValue: pValue, .keep, round: 0, problem: 0)
        }
        #expect(controller.durableDescription == before)
    }

    /// To the bit: text of every number that the next judgement depends on.
    @Test(arguments: Strata.allCases, DriftResponse.allCases)
    func takingEarlierJudgementsInRestoresTheController(strata: Strata, response: DriftResponse) throws {
        var numbers = TestNumbers(seed: 3)
        let settings = ConformalSettings(rejectionRate: 0.4, strata: strata, bankSize: 300, onDrift: response)
        var lived = ConformalController(settings)
        var restored = ConformalController(settings)
        for index in 0..<1_500 {
            // A shift in the middle, so that alarms are raised and answered.
            let score = numbers.uniform() + (index > 700 ? 0.5 : 0)
            let (round, problem) = (index % 4, index / 4)
            let judgement = try lived.judge(
                score: score, round: round, problem: problem, tieBreak: numbers.uniform())
            try restored.note(
                score: score, pValue: judgement.pValue, judgement.verdict, round: round, problem: problem)
            // Problems end two by two, the later one first.
            guard round == 3, problem % 2 == 1 else { continue }
            for (end, u) in [(problem, numbers.uniform()), (problem - 1, numbers.uniform())] {
                let alarms = lived.endProblem(end, firstScores: [score, score / 2], tieBreak: u)
                #expect(restored.endProblem(end, firstScores: [score, score / 2], tieBreak: u) == alarms)
                if end % 20 < 2 { #expect(restored.durableDescription == lived.durableDescription) }
            }
        }
        #expect(lived.alarms > 0)
        #expect(restored.durableDescription == lived.durableDescription)
        let u = numbers.uniform()
        let one = try lived.judge(score: 0.7, round: 1, problem: 1, tieBreak: u)
        #expect(try restored.judge(score: 0.7, round: 1, problem: 1, tieBreak: u) == one)
    }

    /// A stratum ranks among its parent's scores until it has enough of its own.
    @Test(arguments: [Strata.round, .problem, .roundAndProblem])
    func aSmallStratumBorrowsFromItsParent(strata: Strata) throws {
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4, strata: strata))
        for index in 0..<40 {
            try controller.judge(score: Double(index), round: 0, problem: 0, tieBreak: 0.5)
        }
        for index in 0..<20 {
            // Of another problem, and of another round where that alone makes another stratum.
            let round = strata == .round ? 1 : 0
            let judgement = try controller.assess(score: 30.5, round: round, problem: 1, tieBreak: 0.5)
            let own = Stratum(strata, round: round, problem: 1)
            #expect(judgement.stratum == own)
            #expect(judgement.rankedIn == (index < ConformalController.enoughScores ? own.parent : own))
            #expect(judgement.bankCount == (index < ConformalController.enoughScores ? 40 + index : index))
            try controller.judge(score: 100, round: round, problem: 1, tieBreak: 0.5)
        }
    }

    @Test func aBoundedBankRanksAmongTheLatestScores() throws {
        var numbers = TestNumbers(seed: 9)
        var controller = ConformalController(
            ConformalSettings(rejectionRate: 0.4, strata: .marginal, bankSize: 50))
        var twin: [Double] = []
        for _ in 0..<500 {
            let score = Double(numbers.below(30))
            let judgement = try controller.judge(score: score, round: 0, problem: 0, tieBreak: 0)
            let latest = twin.suffix(50)
            #expect(judgement.rank.less == latest.count { $0 < score })
            #expect(judgement.rank.equal == latest.count { $0 == score })
            #expect(judgement.bankCount == latest.count)
            twin.append(score)
        }
    }

    /// What a frozen bank is for: no verdict depends on those before it.
    @Test(arguments: PValueRule.allCases)
    func underAFrozenBankTheOrderOfArrivalDoesNotCount(rule: PValueRule) throws {
        var numbers = TestNumbers(seed: 12)
        let settings = ConformalSettings(rejectionRate: 0.3, pValue: rule, isFrozen: true)
        let bank = [0: (0..<100).map { _ in numbers.uniform() }]
        let blocks = (0..<200).map { index in (score: numbers.uniform(), round: index % 3, u: numbers.uniform()) }
        func judged(_ order: [Int]) throws -> [Int: Judgement] {
            var controller = ConformalController(settings, bank: bank)
            var found: [Int: Judgement] = [:]
            for place in order {
                let block = blocks[place]
                found[place] = try controller.judge(
                    score: block.score, round: block.round, problem: 0, tieBreak: block.u)
            }
            return found
        }
        #expect(try judged(Array(0..<200)) == judged((0..<200).reversed()))
    }

    @Test func aFrozenBankStaysAsItIs() throws {
        var controller = ConformalController(
            ConformalSettings(rejectionRate: 0.4, pValue: .paper, strata: .round, isFrozen: true),
            bank: [0: [1, 2, 3, 4]])
        for round in 0..<3 {
            // Rounds without scores of their own rank among all that was loaded.
            let judgement = try controller.judge(score: 2.5, round: round, problem: 0, tieBreak: 0)
            #expect(judgement.pValue == 0.6 && judgement.verdict == .keep && judgement.bankCount == 4)
        }
        #expect(controller.scores(in: .round(0)) == [1, 2, 3, 4])
    }

    @Test func strataSayWhatTheyAre() {
        let names = Strata.allCases.map { Stratum($0, round: 3, problem: 17).description }
        #expect(names == ["all", "round=3", "problem=17", "round=3,problem=17"])
        #expect(Stratum(.round, round: 3, problem: 17, settingsGroup: 2).description == "round=3,settings=2")
    }

    /// Blocks of one group are judged as if the other group were not there, whatever the strata.
    @Test(arguments: Strata.allCases) func groupsOfSettingsAreRankedApart(strata: Strata) throws {
        var numbers = TestNumbers(seed: 11)
        let settings = ConformalSettings(rejectionRate: 0.4, strata: strata, adaptation: .off)
        var both = ConformalController(settings)
        var alone = [ConformalController(settings), ConformalController(settings)]
        for _ in 0..<600 {
            let (group, round, problem) = (numbers.below(2), numbers.below(4), numbers.below(6))
            let (score, u) = (numbers.uniform() + Double(group), numbers.uniform())
            let mixed = try both.judge(score: score, round: round, problem: problem, group: group, tieBreak: u)
            let single = try alone[group].judge(score: score, round: round, problem: problem, tieBreak: u)
            #expect(mixed.pValue == single.pValue && mixed.bankCount == single.bankCount)
        }
    }
}
