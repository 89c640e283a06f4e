import Domain
import Glibc
import Testing

@testable import Conformal

/// docs/rejection-rate.md, Drift: problems that are exchangeable raise few alarms, others raise them soon.
@Suite struct DriftTests {
    // MARK: The martingale

    /// The twin: seven accounts, each by itself, as the method writes them.
    @Test(arguments: [0.01, 0.001, 0.0001])
    func theSumOfTheAccountsIsThatOfTheMethod(jump: Double) {
        var numbers = TestNumbers(seed: 4)
        var jumper = SimpleJumper(jump: jump)
        var accounts = [Double](repeating: 1.0 / 7, count: 7)
        for _ in 0..<3_000 {
            let pValue = numbers.uniform() * numbers.uniform()
            jumper.note(pValue)
            for (place, bet) in [-2, -1, -0.5, 0, 0.5, 1, 2].enumerated() {
                accounts[place] *= 1 + bet * (pValue - 0.5)
            }
            let sum = accounts.reduce(0, +)
            accounts = accounts.map { (1 - jump) * $0 + jump * sum / 7 }
            #expect(abs(jumper.logCapital - log(sum)) < 1e-9 * max(1, abs(log(sum))))
            guard sum < 1e200 else { break }
        }
    }

    @Test func theWholeCapitalIsTheMeanOfThoseOfTheParts() {
        var numbers = TestNumbers(seed: 5)
        var whole = CompositeJumper()
        var parts = [0.01, 0.001, 0.0001].map(SimpleJumper.init(jump:))
        for step in 0..<2_000 {
            // Quiet first, so that the parts come apart.
            let pValue = step < 1_800 ? numbers.uniform() : numbers.uniform() * numbers.uniform()
            whole.note(pValue)
            for part in parts.indices { parts[part].note(pValue) }
            let mean = parts.reduce(0) { $0 + exp($1.logCapital) } / 3
            #expect(abs(whole.logCapital - log(mean)) < 1e-9)
        }
    }

    /// A fair game: whatever was before, the mean over the next p-value, which is uniform, is what there was.
    @Test func noBetGainsInTheMean() {
        var numbers = TestNumbers(seed: 6)
        var martingale = CompositeJumper()
        for _ in 0..<50 {
            let before = exp(martingale.logCapital)
            // Bets are linear in p, so the mean over two points that lie alike about 1/2 is that over all.
            let after = [0.125, 0.875].map { pValue in
                var next = martingale
                next.note(pValue)
                return exp(next.logCapital)
            }
            #expect(abs((after[0] + after[1]) / 2 - before) < 1e-9 * before)
            martingale.note(numbers.uniform() * numbers.uniform())
        }
    }

    // MARK: False alarms

    /// At most 1 % of quiet batches raise an alarm (Ville's inequality), problems with ties among them.
    @Test(arguments: [Int.max, 7])
    func quietBatchesRaiseFewAlarms(distinct: Int) {
        let batches = 2_000
        let loud = (0..<batches).count { seed in
            var numbers = TestNumbers(seed: UInt64(seed) &* 7_919)
            var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
            for problem in 0..<400 {
                let score = Double(numbers.below(distinct))
                controller.endProblem(problem, firstScores: [score], tieBreak: numbers.uniform())
            }
            return controller.alarms > 0
        }
        // 1 % and four standard errors.
        #expect(Double(loud) / Double(batches) <= 0.01 + 4 * (0.01 * 0.99 / Double(batches)).squareRoot())
    }

    /// What raised alarms while every block was bet on: the blocks of a problem are much alike, and easy problems, of
    /// which many are worked on at a time, end first.
    @Test func blocksThatDependOnEachOtherRaiseFewAlarms() throws {
        let batches = 500
        var loud = 0
        for seed in 0..<batches {
            var numbers = TestNumbers(seed: UInt64(seed) &* 104_729)
            var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
            let levels = (0..<96).map { _ in 20 + 3 * normal(&numbers) }
            for group in stride(from: 0, to: levels.count, by: 12) {
                for problem in (group..<group + 12).sorted(by: { levels[$0] < levels[$1] }) {
                    let scores = (0..<8).map { _ in levels[problem] + normal(&numbers) }
                    for (place, score) in (scores + scores).enumerated() {
                        try controller.judge(
                            score: score, round: place / 8, problem: problem, tieBreak: numbers.uniform())
                    }
                    controller.endProblem(problem, firstScores: scores, tieBreak: numbers.uniform())
                }
            }
            loud += controller.alarms > 0 ? 1 : 0
        }
        #expect(Double(loud) / Double(batches) <= 0.01 + 4 * (0.01 * 0.99 / Double(batches)).squareRoot())
    }

    // MARK: Real drift

    /// Either way: problems that grow harder, and easier.
    @Test(arguments: [1.0, -1.0])
    func aShiftRaisesAnAlarmSoon(shift: Double) throws {
        var numbers = TestNumbers(seed: 5)
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
        var problem = 0
        func end(_ shift: Double) -> [DriftAlarm] {
            problem += 1
            return controller.endProblem(
                problem - 1, firstScores: [20 + normal(&numbers) + shift], tieBreak: numbers.uniform())
        }
        for _ in 0..<500 { #expect(end(0).isEmpty) }
        while problem < 1_000 {
            guard let alarm = end(shift).first else { continue }
            #expect(alarm.problems == problem)
            break
        }
        #expect(problem <= 560)
        // Then the new ones are compared with each other.
        for _ in 0..<500 { #expect(end(shift).isEmpty) }
        #expect(controller.alarms == 1)
    }

    /// What the alarm does, in every stratum: the scores of before no longer count.
    @Test(arguments: Strata.allCases)
    func theResponsesForgetWhatWasBefore(strata: Strata) throws {
        for response in DriftResponse.allCases {
            var numbers = TestNumbers(seed: 6)
            var controller = ConformalController(
                ConformalSettings(rejectionRate: 0.4, strata: strata, onDrift: response))
            for problem in 0..<400 {
                var firstScores: [Double] = []
                for block in 0..<8 {
                    let score = 20 + normal(&numbers) + (problem < 300 ? 0 : 2)
                    try controller.judge(
                        score: score, round: block / 4, problem: problem, tieBreak: numbers.uniform())
                    if block < 4 { firstScores.append(score) }
                }
                controller.endProblem(problem, firstScores: firstScores, tieBreak: numbers.uniform())
            }
            #expect(controller.alarms == 1)
            // What a new problem's block is ranked among: its stratum, or the parent while that is small.
            let count = try controller.assess(score: 20, round: 0, problem: 400, tieBreak: 0).bankCount
            let all = strata == .round || strata == .roundAndProblem ? 1_600 : 3_200
            switch response {
            case .tell: #expect(count == all)
            case .restart: #expect((1...all / 4).contains(count))
            case .window: #expect(count == ConformalController.driftWindow)
            }
        }
    }

    @Test func aFrozenBankStaysAsItIs() throws {
        var controller = ConformalController(
            ConformalSettings(rejectionRate: 0.4, isFrozen: true, onDrift: .restart), bank: [0: [1, 2, 3, 4]])
        for problem in 0..<40 {
            controller.endProblem(problem, firstScores: [Double(problem)], tieBreak: 0.5)
        }
        #expect(controller.alarms > 0)
        #expect(controller.scores(in: .round(0)) == [1, 2, 3, 4])
    }

    // MARK: The order of the batch

    /// Problems end in another order on every cluster; the alarms are those of the batch's order.
    @Test func theOrderInWhichProblemsEndDoesNotCount() {
        var numbers = TestNumbers(seed: 8)
        let problems = (0..<200).map { (score: 20 + normal(&numbers) + ($0 < 80 ? 0.0 : 2), u: numbers.uniform()) }
        func alarms(_ order: [Int]) -> (alarms: [DriftAlarm], state: String) {
            var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
            let raised = order.flatMap {
                controller.endProblem($0, firstScores: [problems[$0].score], tieBreak: problems[$0].u)
            }
            return (raised, controller.durableDescription)
        }
        let inOrder = alarms(Array(0..<200))
        #expect(inOrder.alarms.count == 1)
        for _ in 0..<20 {
            let order = shuffled(Array(0..<200), &numbers)
            #expect(alarms(order) == inOrder)
        }
    }

    @Test func nothingIsBetBeforeTheProblemsBeforeHaveEnded() {
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
        for problem in 1..<60 {
            #expect(controller.endProblem(problem, firstScores: [Double(problem)], tieBreak: 0.5).isEmpty)
        }
        let raised = controller.endProblem(0, firstScores: [0], tieBreak: 0.5)
        #expect(!raised.isEmpty && raised.allSatisfy { $0.problems < 60 })
    }

    @Test func aProblemWithoutScoresPlacesNoBet() throws {
        var with = ConformalController(ConformalSettings(rejectionRate: 0.4))
        var without = ConformalController(ConformalSettings(rejectionRate: 0.4))
        var alarms: (with: [Int], without: [Int]) = ([], [])
        for problem in 0..<40 {
            let (score, u) = (Double(problem), 0.25)
            alarms.without += without.endProblem(problem, firstScores: [score], tieBreak: u).map(\.problems)
            alarms.with += with.endProblem(2 * problem, firstScores: [score], tieBreak: u).map(\.problems)
            #expect(with.endProblem(2 * problem + 1, firstScores: [], tieBreak: u).isEmpty)
        }
        #expect(!alarms.without.isEmpty)
        // The n-th that bets stands at 2 n - 1.
        #expect(alarms.with == alarms.without.map { 2 * $0 - 1 })
    }

    /// Twelve uniform numbers are as good as normal ones here.
    private func normal(_ numbers: inout TestNumbers) -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + numbers.uniform() }
    }
}

/// Fisher and Yates.
func shuffled<Element>(_ values: [Element], _ numbers: inout TestNumbers) -> [Element] {
    var values = values
    for last in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(last, numbers.below(last + 1)) }
    return values
}
