import Testing

@testable import Evaluation

@Suite struct StatisticsTests {
    @Test func quantilesAreThoseOfNumPy() {
        let values = [3.0, 1, 4, 1, 5, 9, 2, 6]
        // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], q)
        for (share, quantile) in [(0, 1.0), (0.25, 1.75), (0.5, 3.5), (0.9, 6.9), (1, 9)] {
            #expect(abs((Statistics.quantile(values, share) ?? -1) - quantile) < 1e-12)
        }
        #expect(Statistics.median([7]) == 7)
        #expect(Statistics.median([]) == nil)
        #expect(Statistics.quantile([1], 1.5) == nil)
    }

    @Test func weightedMeansCountByWeight() {
        #expect(Statistics.weightedMean([(0.5, 1), (1, 3)]) == 0.875)
        #expect(Statistics.weightedMean([(0.5, 0)]) == nil)
        #expect(Statistics.weightedMean([]) == nil)
        #expect(Statistics.mean([1, 2, 6]) == 3)
        #expect(Statistics.mean([]) == nil)
    }

    @Test func histogramsHoldBothEnds() {
        #expect(Statistics.histogram([0, 0.24, 0.25, 0.99, 1, -0.1, 1.1, .nan], bins: 4) == [2, 1, 0, 2])
        #expect(Statistics.histogram([5], bins: 2, in: 4...6) == [0, 1])
    }

    /// Each line: clusters as (successes, trials), and the sample that they are worth.
    @Test(arguments: [
        // One trial each: Wilson's own interval.
        ([(1, 1), (0, 1), (1, 1), (0, 1), (0, 1)], 2, 5),
        // Paths that hang together: p (1 - p) / (variance of the mean) = 0.25 / 0.125.
        ([(4, 4), (0, 4)], 1, 2),
        // All alike within: every trial counts.
        ([(2, 4), (2, 4)], 4, 8),
        // 0.25 / (0.125 / 16) is 32, more than there are trials.
        ([(3, 4), (1, 4), (2, 4), (2, 4)], 8, 16),
        // All right: nothing says that paths are independent.
        ([(4, 4), (4, 4), (4, 4)], 3, 3), ([(0, 8), (0, 8)], 0, 2),
        // A cluster without trials says nothing.
        ([(0, 0), (4, 4), (0, 4)], 1, 2),
    ] as [([(Int, Int)], Int, Int)])
    func clustersAreWorthTheirEffectiveSize(clusters: [(Int, Int)], successes: Int, trials: Int) throws {
        let interval = try #require(
            Statistics.clusterInterval(clusters.map { .init(successes: $0.0, trials: $0.1) }))
        let worth = try #require(Metrics.wilsonInterval(successes: successes, trials: trials))
        #expect(abs(interval.lowerBound - worth.lowerBound) < 1e-12)
        #expect(abs(interval.upperBound - worth.upperBound) < 1e-12)
    }

    @Test func withoutTrialsThereIsNoInterval() {
        #expect(Statistics.clusterInterval([]) == nil)
        #expect(Statistics.clusterInterval([.init(successes: 0, trials: 0)]) == nil)
    }

    /// Clusters drawn with a right share of their own: the interval holds the truth about as often as it says.
    @Test func intervalsHoldTheTruthAsOftenAsTheySay() throws {
        var numbers = SplitMix(seed: 7)
        var held = 0
        let draws = 2_000
        for _ in 0..<draws {
            let clusters = (0..<30).map { _ in
                // A share of 0.2, 0.5 or 0.8; 0.5 on average.
                let share = [20, 50, 80][numbers.below(3)]
                let successes = (0..<8).count { _ in numbers.below(100) < share }
                return Statistics.Cluster(successes: successes, trials: 8)
            }
            if try #require(Statistics.clusterInterval(clusters)).contains(0.5) { held += 1 }
        }
        #expect((0.92...0.98).contains(Double(held) / Double(draws)), "\(held) of \(draws)")
    }

    @Test(arguments: [
        (0.0, 0, "0"), (1.25, 1, "1.3"), (-0.04, 1, "0.0"), (-1.5, 1, "-1.5"), (0.005, 3, "0.005"), (12, 3, "12.000"),
        (1e20, 2, "1e+20"), (.infinity, 2, "inf"), (-.infinity, 2, "-inf"), (.nan, 2, "nan"),
    ] as [(Double, Int, String)])
    func fixedDigits(value: Double, digits: Int, text: String) {
        #expect(value.fixed(digits) == text)
    }
}
