import Domain
import Glibc
import Testing

@testable import Conformal

/// ALGORITHM.md, section 4: the drift alarm.
@Suite struct DriftTests {
    /// The twin: five accounts, each by itself, as the method writes them.
    @Test func theSumOfTheAccountsIsThatOfTheMethod() {
        var numbers = TestNumbers(seed: 4)
        var jumper = SimpleJumper()
        var accounts = [Double](repeating: 0.2, count: 5)
        for _ in 0..<3_000 {
            let pValue = numbers.uniform() * numbers.uniform()
            jumper.note(pValue)
            for (place, bet) in [-1, -0.5, 0, 0.5, 1].enumerated() { accounts[place] *= 1 + bet * (pValue - 0.5) }
            let sum = accounts.reduce(0, +)
            accounts = accounts.map { 0.99 * $0 + 0.01 * sum / 5 }
            #expect(abs(jumper.logCapital - log(sum)) < 1e-9 * max(1, abs(log(sum))))
            guard sum < 1e200 else { break }
        }
    }

    /// At most 1 % of quiet streams raise an alarm, all strata together (Ville's inequality).
    @Test func quietStreamsRaiseFewAlarms() throws {
        let streams = 400
        var loud = 0
        for seed in 0..<streams {
            var numbers = TestNumbers(seed: UInt64(seed) &* 7_919)
            var controller = ConformalController(ConformalSettings(rejectionRate: 0.4, strata: .round))
            for step in 0..<1_000 {
                try controller.judge(
                    score: numbers.uniform(), round: step % 5, problem: 0, tieBreak: numbers.uniform())
            }
            let counts = controller.alarmCounts
            loud += counts.whole > 0 || !counts.strata.isEmpty ? 1 : 0
        }
        // 1 % and four standard errors.
        #expect(Double(loud) / Double(streams) <= 0.01 + 4 * (0.01 * 0.99 / Double(streams)).squareRoot())
    }

    @Test func aShiftRaisesAnAlarmSoon() throws {
        var numbers = TestNumbers(seed: 5)
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4, strata: .marginal))
        for _ in 0..<1_000 {
            try controller.judge(score: normal(&numbers), round: 0, problem: 0, tieBreak: numbers.uniform())
        }
        #expect(controller.alarmCounts.whole == 0)
        var delay = 0
        while controller.alarmCounts.whole == 0, delay < 1_000 {
            delay += 1
            try controller.judge(score: normal(&numbers) + 1, round: 0, problem: 0, tieBreak: numbers.uniform())
        }
        #expect(delay < 300)
    }

    /// What the alarm does: the scores of before the shift no longer count.
    @Test func theResponsesForgetWhatWasBefore() throws {
        for (response, kept) in [("tell", 3_000), ("restart", 1_000), ("window", 256)] {
            var numbers = TestNumbers(seed: 6)
            var controller = ConformalController(
                ConformalSettings(
                    rejectionRate: 0.4, strata: .marginal, onDrift: try #require(.init(rawValue: response))))
            for step in 0..<3_000 {
                let score = normal(&numbers) + (step < 2_000 ? 0 : 2)
                try controller.judge(score: score, round: 0, problem: 0, tieBreak: numbers.uniform())
            }
            #expect(controller.alarmCounts.whole > 0)
            #expect(controller.scores(in: .all).count <= kept)
            #expect((response == "tell") == (controller.scores(in: .all).count == 3_000))
        }
    }

    /// Twelve uniform numbers are as good as normal here; scores must not be negative.
    private func normal(_ numbers: inout TestNumbers) -> Double {
        (0..<12).reduce(0) { sum, _ in sum + numbers.uniform() }
    }
}
