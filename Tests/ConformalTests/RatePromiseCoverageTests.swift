import Domain
import Testing

@testable import Conformal

/// docs/rejection-rate.md, How far a short run may be off: what is said of a number of verdicts is what comes out.
@Suite struct RatePromiseCoverageTests {
    /// Judges blocks of four rounds and five problems.
    ///
    /// - Parameter score: of the block at this place.
    /// - Returns: whether the takeovers lie in the interval for so many verdicts, after every verdict.
    private func isKept(
        _ settings: ConformalSettings, bank: [Double] = [], verdicts: Int, from first: Int = 1,
        _ numbers: inout TestNumbers, score: (Int, inout TestNumbers) -> Double
    ) throws -> Bool {
        let promise = RatePromise(
            ranking: settings.rejectionRate, settings.pValue, settings.strata, settings.adaptation,
            frozenScores: settings.isFrozen ? bank.count : nil)
        var controller = ConformalController(settings, bank: bank.isEmpty ? [:] : [0: bank])
        var counts: [[Int]: Int] = [:]
        var takeovers = 0
        for place in 0..<verdicts {
            let (round, problem) = (numbers.below(4), numbers.below(5))
            let judgement = try controller.judge(
                score: score(place, &numbers), round: round, problem: problem, tieBreak: numbers.uniform())
            takeovers += judgement.verdict == .takeOver ? 1 : 0
            counts[[round, problem], default: 0] += 1
            guard place + 1 >= first else { continue }
            let cells = counts.map { RatePromise.Cell(round: $0.key[0], problem: $0.key[1], verdicts: $0.value) }
            guard let interval = promise.interval(cells) else { return false }
            guard interval.shares.contains(Double(takeovers) / Double(place + 1)) else { return false }
        }
        return true
    }

    /// Whatever the scores are, after every verdict.
    @Test(arguments: Strata.allCases, [RateAdaptation.band, .step(0.02)])
    func theBandIsNeverLeft(strata: Strata, adaptation: RateAdaptation) throws {
        for rate in [0.05, 0.4, 0.75] {
            let settings = ConformalSettings(rejectionRate: rate, strata: strata, adaptation: adaptation)
            var numbers = TestNumbers(seed: 1)
            // Rising, falling, changing sides.
            #expect(try isKept(settings, verdicts: 600, &numbers) { place, _ in Double(place) })
            #expect(try isKept(settings, verdicts: 600, &numbers) { place, _ in 1e6 - Double(place) })
            #expect(
                try isKept(settings, verdicts: 600, &numbers) { place, _ in
                    Double(place / 100 % 2 * 1_000 + place)
                })
        }
    }

    /// At least 95 % of streams without adaptation, and not nearly all: the interval is no wider than it must be.
    @Test(arguments: [
        ConformalSettings(rejectionRate: 0.4, adaptation: .off),
        ConformalSettings(rejectionRate: 0.25, strata: .marginal, adaptation: .off),
        ConformalSettings(rejectionRate: 0.4, strata: .marginal, isFrozen: true),
        ConformalSettings(rejectionRate: 0.25, pValue: .paper, strata: .marginal, isFrozen: true),
    ])
    func withoutAdaptationNineteenInTwentyAreWithin(settings: ConformalSettings) throws {
        let streams = 2_000
        var kept = 0
        for seed in 0..<streams {
            var numbers = TestNumbers(seed: UInt64(seed) &* 31_337)
            let bank = settings.isFrozen ? (0..<60).map { _ in numbers.uniform() } : []
            kept += try isKept(settings, bank: bank, verdicts: 200, from: 200, &numbers) { _, numbers in
                numbers.uniform()
            } ? 1 : 0
        }
        let share = Double(kept) / Double(streams)
        let error = (0.95 * 0.05 / Double(streams)).squareRoot()
        #expect(share >= 0.95 - 4 * error && share <= 0.985)
    }
}
