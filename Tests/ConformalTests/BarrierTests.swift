import Conformal
import Domain
import Testing

@Suite struct BarrierTests {
    /// ALGORITHM.md, section 7: scores become a softmax, the worst are taken over.
    @Test func theWorstAreTakenOver() {
        let rulings = BarrierRanking.judge([1, 3, 2, 0.5], rejectionRate: 0.5, uniform: 0)
        #expect(rulings.map(\.verdict) == [.keep, .takeOver, .takeOver, .keep])
        #expect(rulings.allSatisfy { $0.rate == 0.5 })
        // exp(-score) over its sum, by hand.
        let parts = [0.36787944117144233, 0.049787068367863944, 0.1353352832366127, 0.6065306597126334]
        let sum = 1.1595324524885524
        for (ruling, part) in zip(rulings, parts) {
            #expect(abs(ruling.weight - part / sum) < 1e-12)
        }
    }

    @Test func scoresOfAnySizeHaveWeights() {
        let rulings = BarrierRanking.judge([1e5, 1e5 + 1, 9e9], rejectionRate: 0.4, uniform: 0.9)
        #expect(rulings.allSatisfy { $0.weight.isFinite })
        #expect(abs(rulings.map(\.weight).reduce(0, +) - 1) < 1e-12)
        #expect(rulings.map(\.verdict) == [.keep, .takeOver, .takeOver])
    }

    @Test func ofEqualOnesTheEarlierGo() {
        let rulings = BarrierRanking.judge([1, 1, 1, 1], rejectionRate: 0.5, uniform: 0)
        #expect(rulings.map(\.verdict) == [.takeOver, .takeOver, .keep, .keep])
        #expect(BarrierRanking.judge([], rejectionRate: 0.5, uniform: 0) == [])
    }

    /// However few there are, the share is the rate in the mean.
    @Test(arguments: [1, 2, 3, 5], [0, 0.1, 0.4, 1])
    func theRateIsExactInTheMean(count: Int, rate: Double) {
        let scores = (0..<count).map { Double($0) }
        let draws = 10_000
        var taken = 0
        for draw in 0..<draws {
            let uniform = (Double(draw) + 0.5) / Double(draws)
            let rulings = BarrierRanking.judge(scores, rejectionRate: rate, uniform: uniform)
            taken += rulings.count { $0.verdict == .takeOver }
        }
        #expect(abs(Double(taken) / Double(draws * count) - rate) < 1e-3)
    }
}

@Suite struct FinalBlockTests {
    /// Blocks that would end their path are taken over at their own rate, the others at what is left, and the whole
    /// comes out as asked.
    @Test(arguments: [(0.4, 0.8, 0.2), (0.25, 0.6, 0.3), (0.4, 0.1, 0.2), (0.5, 1.0, 0.125)])
    func bothRatesAndTheWholeAreKept(rate: Double, finalRate: Double, share: Double) throws {
        var draws: UInt64 = 0
        func draw() -> Double {
            draws += 1
            return Seeds.uniform(Seeds.mix(draws))
        }
        var controller = ConformalController(
            ConformalSettings(rejectionRate: rate, finalRejectionRate: finalRate))
        var finals = (blocks: 0, taken: 0)
        var all = (blocks: 0, taken: 0)
        for block in 0..<6_000 {
            let isFinal = draw() < share
            // Final blocks score lower, as boxes do.
            let score = draw() * (isFinal ? 0.5 : 1)
            let judgement = try controller.judge(
                score: score, round: block % 5, problem: 0, tieBreak: draw(), isFinal: isFinal)
            let isTaken = judgement.verdict == .takeOver
            #expect((judgement.stratum == .final) == isFinal)
            all = (all.blocks + 1, all.taken + (isTaken ? 1 : 0))
            if isFinal { finals = (finals.blocks + 1, finals.taken + (isTaken ? 1 : 0)) }
        }
        #expect(abs(Double(all.taken) / Double(all.blocks) - rate) < 0.02)
        #expect(abs(Double(finals.taken) / Double(finals.blocks) - finalRate) < 0.04)
    }

    @Test func withoutARateOfTheirOwnTheyAreBlocksLikeAnyOther() throws {
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
        let judgement = try controller.judge(score: 1, round: 2, problem: 0, tieBreak: 0.5, isFinal: true)
        #expect(judgement.stratum == .round(2))
    }
}
