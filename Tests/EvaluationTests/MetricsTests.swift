import Testing

@testable import Evaluation

@Suite struct MetricsTests {
    private let outcomes = [
        ProblemOutcome(pathsCorrect: [true, false, false, true], isMajorityCorrect: true),
        ProblemOutcome(pathsCorrect: [false, false], isMajorityCorrect: false),
        ProblemOutcome(pathsCorrect: [true], isMajorityCorrect: true),
        ProblemOutcome(pathsCorrect: [], isMajorityCorrect: false),
    ]

    @Test func sharesAreMeansOverProblems() {
        #expect(Metrics.passAt1(outcomes) == 0.375)
        #expect(Metrics.majorityAccuracy(outcomes) == 0.5)
        #expect(Metrics.passAtM(outcomes) == 0.5)
        #expect(Metrics.passAt1([]) == nil)
    }

    /// Found by bisection of the test that the interval inverts, in other software, to five digits.
    @Test(arguments: [
        (5, 10, 0.23659, 0.76341), (0, 10, 0, 0.27753), (10, 10, 0.72247, 1),
        (40, 100, 0.30940, 0.49800),
    ])
    func wilsonIntervalsAgreeWithPublishedOnes(successes: Int, trials: Int, lower: Double, upper: Double) throws {
        let interval = try #require(Metrics.wilsonInterval(successes: successes, trials: trials))
        #expect(abs(interval.lowerBound - lower) < 1e-5)
        #expect(abs(interval.upperBound - upper) < 1e-5)
    }

    /// The interval is where a normal test does not reject: its ends solve (p - q)^2 = z^2 q (1 - q) / n.
    @Test func wilsonEndsSolveTheirEquation() throws {
        for trials in [1, 2, 7, 50, 1_000] {
            for successes in 0...min(trials, 20) {
                let interval = try #require(Metrics.wilsonInterval(successes: successes, trials: trials))
                let share = Double(successes) / Double(trials)
                for end in [interval.lowerBound, interval.upperBound] {
                    let left = (share - end) * (share - end)
                    let right = 3.841_458_820_694_124 * end * (1 - end) / Double(trials)
                    #expect(abs(left - right) < 1e-12)
                }
            }
        }
        #expect(Metrics.wilsonInterval(successes: 0, trials: 0) == nil)
        #expect(Metrics.wilsonInterval(successes: 3, trials: 2) == nil)
        #expect(Metrics.wilsonInterval(successes: -1, trials: 2) == nil)
    }
}
