import Domain
import Testing

@testable import Conformal

/// One test for each numbered claim of ALGORITHM.md, section 3. Seeds are fixed, so a bound of 4 standard errors
/// either always holds or never.
@Suite struct PaperTests {
    /// Section 3: smoothed p-values are uniform at every n, n = 0 included.
    @Test func section3SmoothedPValuesAreUniformAtEveryCount() {
        let seeds = 1_500
        var values = [[Double]](repeating: [], count: 65)
        for seed in 0..<seeds {
            var numbers = TestNumbers(seed: UInt64(seed))
            var controller = ConformalController(ConformalSettings(rejectionRate: 0.4, strata: .marginal))
            for position in values.indices {
                // Few distinct scores, so that ties are common.
                let score = Double(numbers.below(6))
                let judgement = try? controller.judge(
                    score: score, round: 0, problem: 0, tieBreak: numbers.uniform())
                #expect(judgement?.bankCount == position)
                values[position].append(judgement?.pValue ?? -1)
            }
        }
        // Kolmogorov-Smirnov at the 0.1 % level: 1.95 / sqrt(N).
        for position in values.indices {
            #expect(distanceFromUniform(values[position]) < 1.95 / Double(seeds).squareRoot())
        }
    }

    /// Section 3: the p-values of one stream are independent. Neighbours' product has the mean 1/4.
    @Test func section3SmoothedPValuesAreIndependent() throws {
        var numbers = TestNumbers(seed: 11)
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.25, strata: .marginal))
        var previous = 0.5
        var sum = 0.0
        let count = 20_000
        for _ in 0..<count {
            let judgement = try controller.judge(
                score: numbers.uniform(), round: 0, problem: 0, tieBreak: numbers.uniform())
            sum += (previous - 0.5) * (judgement.pValue - 0.5)
            previous = judgement.pValue
        }
        // The product of two centred uniform numbers has the standard deviation 1/12.
        #expect(abs(sum / Double(count)) < 4.0 / 12 / Double(count).squareRoot())
    }

    /// Section 3: the rate is exact from the first block. For n scores without ties each rank is equally likely;
    /// over u, a block with k greater scores is taken over with probability clamp(r (n + 1) - k, 0, 1).
    @Test(arguments: [0.05, 0.25, 0.4, 0.75])
    func section3TheSmoothedRateIsExactAtEveryCount(rate: Double) {
        for count in 0...64 {
            var probability = 0.0
            for greater in 0...count {
                let rank = Rank(less: count - greater, equal: 0, greater: greater)
                // The greatest u that still takes over, found by halving.
                var low = 0.0
                var high = 1.0
                let all = PValue.takesOver(PValue.smoothed(rank, tieBreak: 1), rule: .smoothed, rate: rate)
                for _ in 0..<50 {
                    let middle = (low + high) / 2
                    let value = PValue.smoothed(rank, tieBreak: middle)
                    if PValue.takesOver(value, rule: .smoothed, rate: rate) { low = middle } else { high = middle }
                }
                probability += (all ? 1 : low) / Double(count + 1)
            }
            #expect(abs(probability - rate) < 1e-9, "n = \(count)")
        }
    }

    /// Section 3: so the share over a long stream is r within sampling error, whatever the distribution.
    @Test(arguments: [0.05, 0.25, 0.4, 0.75], Strata.allCases)
    func section3TheSmoothedRateHoldsOverAStream(rate: Double, strata: Strata) throws {
        var numbers = TestNumbers(seed: 5)
        var controller = ConformalController(ConformalSettings(rejectionRate: rate, pValue: .smoothed, strata: strata))
        var takeovers = 0
        let count = 20_000
        for index in 0..<count {
            let spread = numbers.uniform()
            let judgement = try controller.judge(
                score: spread * spread * 9, round: index % 5, problem: index % 3, tieBreak: numbers.uniform())
            takeovers += judgement.verdict == .takeOver ? 1 : 0
        }
        let deviation = (rate * (1 - rate) / Double(count)).squareRoot()
        #expect(abs(Double(takeovers) / Double(count) - rate) < 4 * deviation)
    }

    /// Section 3: the published code's rule, rank / n >= 1 - r, takes over 0.294 instead of 0.25 at n = 16; the
    /// p-value of the paper does the same there. A documented fact, not a wish.
    @Test func section3TheRuleOfThePaperIsOffAtSixteenScores() {
        let count = 16
        let ranks = 0...count
        let published = ranks.count { Double($0) / Double(count) >= 0.75 }
        #expect(abs(Double(published) / Double(count + 1) - 0.294) < 0.0005)
        let paper = ranks.count {
            PValue.takesOver(
                PValue.paper(Rank(less: $0, equal: 0, greater: count - $0)), rule: .paper, rate: 0.25)
        }
        #expect(paper == published)
    }

    /// Section 3: the formulas, by hand. Scores 1, 2, 2, 3; the new one is 2.
    @Test func section3TheFormulasByHand() {
        let rank = Rank(less: 1, equal: 2, greater: 1)
        #expect(PValue.smoothed(rank, tieBreak: 0.5) == (1 + 0.5 * 3) / 5)
        #expect(PValue.smoothed(rank, tieBreak: 0) == 0.2)
        #expect(PValue.paper(rank) == 4.0 / 5)
    }

    /// Section 3: online is decide first, then add.
    @Test func section3DecidesBeforeItAdds() throws {
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.5, pValue: .smoothed, strata: .round))
        let first = try controller.judge(score: 3, round: 2, problem: 0, tieBreak: 0.7)
        #expect(first.bankCount == 0 && first.pValue == 0.7 && first.verdict == .keep)
        let second = try controller.judge(score: 4, round: 2, problem: 9, tieBreak: 0.7)
        #expect(second.bankCount == 1 && second.pValue == 0.35 && second.verdict == .takeOver)
        let elsewhere = try controller.judge(score: 4, round: 3, problem: 9, tieBreak: 0.7)
        // A stratum without scores of its own borrows its parent's.
        #expect(elsewhere.bankCount == 2 && elsewhere.rankedIn == .all)
        #expect(controller.scores(in: .round(2)) == [3, 4])
    }

    /// Section 3: of 1,000 streams, each tested at the 1 % level for uniformity (Kolmogorov-Smirnov) and for
    /// independence of neighbours, about 1 % fail each test.
    @Test func section3AboutOneStreamInAHundredFailsATestAtOnePercent() throws {
        let streams = 1_000
        let length = 300
        var uniformity = 0
        var independence = 0
        for seed in 0..<streams {
            var numbers = TestNumbers(seed: UInt64(seed) &+ 77)
            var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
            let values = try (0..<length).map { _ in
                try controller.judge(
                    score: numbers.uniform(), round: 0, problem: 0, tieBreak: numbers.uniform()).pValue
            }
            // 1.628 / sqrt(n) is the level's bound for n this great, with Stephens' correction.
            let root = Double(length).squareRoot()
            let distance = RateReport.distanceFromUniform(values)
            uniformity += distance * (root + 0.12 + 0.11 / root) > 1.628 ? 1 : 0
            // Products of centred neighbours: mean 0, standard deviation 1 / 12 each; 2.576 is the level's bound.
            let sum = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 0.5) }
            independence += abs(sum) * 12 / Double(length - 1).squareRoot() > 2.576 ? 1 : 0
        }
        // 10 of 1,000 are expected, with a standard deviation of 3.15.
        #expect((1...22).contains(uniformity), "\(uniformity)")
        #expect((1...22).contains(independence), "\(independence)")
    }

    private func distanceFromUniform(_ values: [Double]) -> Double {
        let count = Double(values.count)
        // Another way than the report's: over a grid of levels instead of the sorted values.
        return (0...1_000).map { Double($0) / 1_000 }.map { level in
            abs(Double(values.count { $0 <= level }) / count - level)
        }.max() ?? 1
    }
}
