import Foundation
import Testing

@testable import Domain

/// docs/rejection-rate.md, How far a short run may be off.
@Suite struct RatePromiseTests {
    private static func cells(_ verdicts: [(round: Int, problem: Int, verdicts: Int)]) -> [RatePromise.Cell] {
        verdicts.map { RatePromise.Cell(round: $0.round, problem: $0.problem, verdicts: $0.verdicts) }
    }

    private func settings(_ change: (inout RunSettings) -> Void = { _ in }) -> RunSettings {
        var settings = RunSettings(rejectionRate: 0.4)
        change(&settings)
        return settings
    }

    /// Three rounds with 60, 40 and 3 verdicts, over two problems.
    private let run = Self.cells([(0, 0, 30), (0, 1, 30), (1, 0, 16), (1, 1, 24), (2, 1, 3)])

    /// The takeovers of an interval over so many verdicts.
    private func takeovers(_ interval: RateInterval?, of verdicts: Int) -> [Int]? {
        interval.map { interval in
            [interval.shares.lowerBound, interval.shares.upperBound].map { Int(($0 * Double(verdicts)).rounded()) }
        }
    }

    // MARK: The band

    /// By hand: 24 +- 2.5, 16 +- 2.5, and 1.2 +- 2.5 of 3: 22...26, 14...18, 0...3.
    @Test func theBandsOfTheRoundsAddUp() throws {
        let promise = try #require(RatePromise(settings(), bankScores: 0))
        let interval = try #require(promise.interval(run))
        #expect(interval.holds == .always)
        #expect(takeovers(interval, of: 103) == [36, 47])
        #expect(takeovers(promise.interval(ofRound: Array(run[0...1])), of: 60) == [22, 26])
        #expect(takeovers(promise.interval(ofRound: Array(run[4...4])), of: 3) == [0, 3])
    }

    @Test(arguments: [
        // 41.2 +- 4.12 of 103.
        (Strata.marginal, [38, 45]),
        // 18.4 +- 2.5 of 46, and 22.8 +- 2.5 of 57.
        (.problem, [16 + 21, 20 + 25]),
        // 12 +- 2.5 twice, 6.4 +- 2.5, 9.6 +- 2.5, 1.2 +- 2.5.
        (.roundAndProblem, [10 + 10 + 4 + 8 + 0, 14 + 14 + 8 + 12 + 3]),
    ])
    func everyStratumHasABandOfItsOwn(strata: Strata, expected: [Int]) throws {
        let promise = try #require(RatePromise(settings { $0.strata = strata }, bankScores: 0))
        #expect(takeovers(promise.interval(run), of: 103) == expected)
        let round = promise.interval(ofRound: Array(run[0...1]))
        #expect(takeovers(round, of: 60) == (strata == .roundAndProblem ? [20, 28] : nil))
    }

    /// The example of the page: 44 of 120 breaks no promise.
    @Test func aShortRunIsWithinWhatIsPromised() throws {
        let promise = try #require(RatePromise(settings(), bankScores: 0))
        let rounds = Self.cells([(0, 0, 64), (1, 0, 36), (2, 0, 15), (3, 0, 5)])
        let interval = try #require(promise.interval(rounds))
        #expect(takeovers(interval, of: 120) == [24 + 12 + 4 + 0, 28 + 16 + 8 + 4])
        #expect(interval.shares.contains(44.0 / 120))
        // Of many verdicts: 0.04 to both sides.
        let many = try #require(promise.interval(Self.cells([(0, 0, 10_000), (1, 0, 10_000)])))
        #expect(many.shares == 0.36...0.44)
    }

    /// Gibbs and Candes: (0.6 + 0.1) / 0.1 takeovers off, 7.
    @Test func stepsHaveTheirOwnBound() throws {
        let promise = try #require(
            RatePromise(settings { ($0.adaptive, $0.strata) = (.step(0.1), .marginal) }, bankScores: 0))
        let interval = promise.interval(Self.cells([(0, 0, 200)]))
        #expect(interval?.holds == .always && takeovers(interval, of: 200) == [73, 87])
    }

    // MARK: Other strategies

    /// Candidates of a barrier: r times their number, rounded. 3.2 of 8, 2 of 5.
    @Test func barriersRound() throws {
        let promise = try #require(RatePromise(settings { $0.strategy = .sync }, bankScores: 0))
        let interval = promise.interval(Self.cells([(0, 0, 8), (0, 1, 8), (1, 0, 5)]))
        #expect(interval?.holds == .always && takeovers(interval, of: 21) == [3 + 3 + 2, 4 + 4 + 2])
    }

    @Test func whereNothingIsPromisedThereIsNoInterval() {
        for strategy in [Strategy.draft, .target] {
            #expect(RatePromise(settings { $0.strategy = strategy }, bankScores: 0) == nil)
        }
        #expect(RatePromise(settings { $0.finalRejectionRate = 0.1 }, bankScores: 0) == nil)
        #expect(RatePromise(settings(), bankScores: 0)?.interval([]) == nil)
    }

    // MARK: Chance

    /// Quantiles of the binomial and the beta-binomial distribution, by SciPy 1.17.
    @Test func takeoversByChanceAreThoseOfTheDistribution() {
        #expect(TakeoverCounts(rate: 0.4, .smoothed, frozenScores: 1_600).interval(1_000) == 362...439)
        #expect(TakeoverCounts(rate: 0.25, .smoothed, frozenScores: 100).interval(120) == 17...44)
        #expect(TakeoverCounts(rate: 0.25, .paper, frozenScores: 100).interval(120) == 18...45)
        #expect(TakeoverCounts(rate: 0.4, .paper, frozenScores: 3).interval(200) == 18...182)
        for (count, rate, expected) in [
            (120, 0.4, 38...59), (5_976, 0.4, 2_316...2_465), (10, 0.4, 1...7), (1, 0.4, 0...1), (50, 0.05, 0...6),
        ] {
            #expect(TakeoverCounts(rate: rate).interval(count) == expected, "\(count) at \(rate)")
        }
    }

    /// The twin: the whole distribution by the gamma function, searched from both ends.
    @Test(arguments: [1, 2, 7, 60, 400], [0.01, 0.25, 0.4, 0.5, 0.9])
    func theIntervalIsThatOfTheWholeDistribution(count: Int, rate: Double) {
        func choose(_ n: Int, _ k: Int) -> Double {
            lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
        }
        func beta(_ a: Double, _ b: Double) -> Double { lgamma(a) + lgamma(b) - lgamma(a + b) }
        func check(_ counts: TakeoverCounts, _ logs: [Double]) {
            let weights = logs.map { exp($0) }
            let interval = counts.interval(count)
            let (below, above) = (weights[..<interval.lowerBound], weights[(interval.upperBound + 1)...])
            #expect(below.reduce(0, +) <= 0.025 + 1e-9)
            #expect(above.reduce(0, +) <= 0.025 + 1e-9)
            // One more to either side would leave out too much.
            #expect(below.reduce(0, +) + weights[interval.lowerBound] > 0.025 - 1e-9)
            #expect(above.reduce(0, +) + weights[interval.upperBound] > 0.025 - 1e-9)
        }
        check(
            TakeoverCounts(rate: rate),
            (0...count).map { choose(count, $0) + Double($0) * log(rate) + Double(count - $0) * log(1 - rate) })
        for scores in [3, 40, 1_600] {
            let (a, b) = (rate * Double(scores + 1), (1 - rate) * Double(scores + 1))
            check(
                TakeoverCounts(rate: rate, .smoothed, frozenScores: scores),
                (0...count).map { choose(count, $0) + beta(Double($0) + a, Double(count - $0) + b) - beta(a, b) })
        }
    }

    @Test func theEndsAreCertain() {
        for frozen in [nil, 10] {
            for (rate, expected) in [(0.0, 0...0), (1.0, 9...9)] {
                let counts =
                    frozen.map { TakeoverCounts(rate: rate, .paper, frozenScores: $0) } ?? TakeoverCounts(rate: rate)
                #expect(counts.interval(9) == expected)
            }
        }
    }

    @Test func withoutAdaptationChanceDecides() throws {
        let off = try #require(RatePromise(settings { $0.adaptive = .off }, bankScores: 0))
        let interval = off.interval(Self.cells([(0, 0, 100), (1, 0, 20)]))
        #expect(interval?.holds == .exchangeable && takeovers(interval, of: 120) == [38, 59])
        let random = try #require(RatePromise(settings { $0.strategy = .random }, bankScores: 0))
        #expect(random.interval(Self.cells([(0, 0, 120)])) == interval)
        // `auto` under a frozen bank adapts nothing, and the bank's own error comes on top.
        let frozen = try #require(RatePromise(settings { $0.bankMode = .frozen }, bankScores: 100))
        let wider = try #require(frozen.interval(Self.cells([(0, 0, 120)])))
        #expect(wider.holds == .exchangeable)
        #expect(wider.shares.lowerBound < 38.0 / 120 && wider.shares.upperBound > 59.0 / 120)
    }
}
