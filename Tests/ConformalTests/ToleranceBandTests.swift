import Domain
import Testing

@testable import Conformal

/// ALGORITHM.md, section 4: the deterministic bounds, over sequences that try to break them.
@Suite struct ToleranceBandTests {
    /// Scores that an enemy chooses, knowing everything but the tie breaks.
    enum Enemy: CaseIterable {
        case rising, falling, alternating, constant, shifting, spiteful

        /// - Parameter rate: in force for the coming verdict.
        func score(_ step: Int, rate: Double, _ numbers: inout TestNumbers) -> Double {
            switch self {
            case .rising: Double(step)
            case .falling: 1e6 - Double(step)
            case .alternating: step % 2 == 0 ? 1e6 + Double(step) : 1 / Double(step + 1)
            case .constant: 1
            case .shifting: numbers.uniform() + Double(step / 300 % 2)
            // Bad where little is taken over, good where much is.
            case .spiteful: rate < 0.5 ? 1e6 + Double(step) : 1 / Double(step + 1)
            }
        }
    }

    private func takeovers(
        _ enemy: Enemy, _ settings: ConformalSettings, steps: Int, check: (Int, Int) -> Void
    ) throws {
        var numbers = TestNumbers(seed: 1)
        var controller = ConformalController(settings)
        var count = 0
        for step in 0..<steps {
            let rate = try controller.assess(score: 0, round: 0, problem: 0, tieBreak: 0.5).rate
            let judgement = try controller.judge(
                score: enemy.score(step, rate: rate, &numbers), round: 0, problem: 0, tieBreak: numbers.uniform())
            count += judgement.verdict == .takeOver ? 1 : 0
            check(step + 1, count)
        }
    }

    @Test(arguments: Enemy.allCases, [0, 0.05, 0.25, 0.4, 0.75, 1])
    func noSequenceOfScoresLeavesTheBand(enemy: Enemy, rate: Double) throws {
        let settings = ConformalSettings(rejectionRate: rate, strata: .round)
        try takeovers(enemy, settings, steps: 3_000) { verdicts, count in
            let off = abs(Double(count) - rate * Double(verdicts))
            #expect(off <= max(2.5, 0.04 * Double(verdicts)) + 1e-9, "\(count) of \(verdicts)")
        }
    }

    /// Gibbs and Candes, Proposition 4.1: |mean R - r| <= (max(r, 1 - r) + gamma) / (T gamma).
    @Test(arguments: Enemy.allCases, [0.005, 0.02, 0.1])
    func noSequenceOfScoresBreaksTheBoundOfFixedSteps(enemy: Enemy, gamma: Double) throws {
        for rate in [0.1, 0.4, 0.75] {
            let settings = ConformalSettings(rejectionRate: rate, strata: .marginal, adaptation: .step(gamma))
            try takeovers(enemy, settings, steps: 2_000) { verdicts, count in
                let off = abs(Double(count) / Double(verdicts) - rate)
                #expect(off <= (max(rate, 1 - rate) + gamma) / (Double(verdicts) * gamma) + 1e-9)
            }
        }
    }

    /// With the band, too, the rate of exchangeable scores is r at every n, within sampling error: over many
    /// streams, at each n, the mean share taken over.
    @Test(arguments: [0.05, 0.25, 0.4, 0.75])
    func exchangeableScoresAreTakenOverAtTheRateFromTheFirstBlock(rate: Double) throws {
        let streams = 1_000
        var takenOver = [Int](repeating: 0, count: 64)
        for seed in 0..<streams {
            var numbers = TestNumbers(seed: UInt64(seed))
            var controller = ConformalController(ConformalSettings(rejectionRate: rate))
            for place in takenOver.indices {
                let judgement = try controller.judge(
                    score: numbers.uniform(), round: 0, problem: 0, tieBreak: numbers.uniform())
                takenOver[place] += judgement.verdict == .takeOver ? 1 : 0
            }
        }
        var sum = 0
        for (place, count) in takenOver.enumerated() {
            sum += count
            let verdicts = Double(streams * (place + 1))
            let error = (rate * (1 - rate) / verdicts).squareRoot()
            #expect(abs(Double(sum) / verdicts - rate) < 4 * error, "n = \(place + 1)")
        }
    }

    /// In the middle of the band the ranking decides alone.
    @Test func theMiddleOfTheBandLeavesTheRateAlone() {
        var tally = VerdictTally()
        for step in 0..<100 { tally.note(isTakenOver: step % 5 < 2) }
        #expect(tally.excess(over: 0.4) == 0)
        #expect(ToleranceBand.stratum.correction(tally, rate: 0.4) == 0)
        tally.note(isTakenOver: true)
        #expect(abs(ToleranceBand.stratum.correction(tally, rate: 0.4)) < 1e-3)
    }
}
