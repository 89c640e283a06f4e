import Glibc
import TestSupport
import Testing
import Transformer

@testable import Engine

@Suite struct SamplerTests {
    private func choose(
        _ sampler: Sampler, _ logits: [Float], _ options: SamplingOptions, _ context: [Int32],
        _ noise: TokenNoise.Position = TokenNoise(seed: 1).at(0)
    ) -> Int32 {
        var row = logits
        let seen = options.repetitionPenalty == 1 ? [] : Array(Set(context))
        let token = row.withUnsafeMutableBufferPointer {
            sampler.choose(from: Logits(values: $0), options, seen: seen[...], noise: noise)
        }
        #expect(row == logits, "the sampler changed the logits")
        return token
    }

    @Test(arguments: UInt64(0)..<20)
    func choosesWhatSortingTheVocabularyChooses(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...600, using: &random)
        let sampler = Sampler(vocabularySize: count)
        for _ in 0..<40 {
            let spread = Float.random(in: 0.1...30, using: &random)
            var logits = (0..<count).map { _ in Float.random(in: -spread...spread, using: &random) }
            // Ties, here and there.
            if Bool.random(using: &random) { logits = logits.map { $0.rounded() } }
            let options = SamplingOptions(
                temperature: [0, 0.3, 0.7, 1, 2].randomElement(using: &random)!,
                topK: [0, 0, 1, 5, 40, 10_000].randomElement(using: &random)!,
                topP: [1, 1, 0.95, 0.5, 0.01].randomElement(using: &random)!,
                minP: [0, 0, 0.05, 0.5, 1].randomElement(using: &random)!,
                repetitionPenalty: [1, 1, 1.2, 0.8].randomElement(using: &random)!)
            let context = (0..<10).map { _ in Int32.random(in: 0..<Int32(count), using: &random) }
            let noise = TokenNoise(seed: seed).at(Int.random(in: 0..<100_000, using: &random))
            let expected = PlainEngine.choose(logits, options, context, noise)
            #expect(choose(sampler, logits, options, context, noise) == expected, "\(options)")
        }
    }

    @Test func greedyTakesTheFirstOfEquals() {
        #expect(choose(Sampler(vocabularySize: 4), [1, 3, 3, 2], .greedy, []) == 1)
    }

    /// Pearson's chi-square of a million draws, without truncation and with it: 7 and 4 degrees of freedom, beyond the
    /// bounds in one of a million.
    @Test(arguments: [(SamplingOptions(temperature: 0.7), 40.5), (SamplingOptions(temperature: 0.7, topK: 5), 33.4)])
    func drawsFollowTheProbabilities(options: SamplingOptions, bound: Double) {
        let logits: [Float] = [0, 1, 2, -1, 0.5, 1.5, -2, 0.25]
        let left = options.topK == 0 ? Array(logits.indices) : [1, 2, 4, 5, 7]
        let weights = left.map { exp(Double(logits[$0]) / 0.7) }
        let sampler = Sampler(vocabularySize: logits.count)
        let noise = TokenNoise(seed: 5)
        let draws = 1_000_000
        var counts = [Int](repeating: 0, count: logits.count)
        var row = logits
        row.withUnsafeMutableBufferPointer { row in
            for position in 0..<draws {
                let token = sampler.choose(from: Logits(values: row), options, seen: [], noise: noise.at(position))
                counts[Int(token)] += 1
            }
        }
        #expect(counts.reduce(0, +) == left.reduce(0) { $0 + counts[$1] })
        let total = weights.reduce(0, +)
        let square = zip(left, weights).reduce(0.0) { sum, cell in
            let expected = cell.1 / total * Double(draws)
            return sum + (Double(counts[cell.0]) - expected) * (Double(counts[cell.0]) - expected) / expected
        }
        #expect(square < bound)
    }

    /// Two models that draw with the same noise draw the same token with probability
    /// sum over i of 1 / sum over j of max(p_j / p_i, q_j / q_i) (Daliri, Musco and Suresh, arXiv:2408.07978).
    @Test func commonNoiseDrawsTheSameTokenAsOftenAsItsFormulaSays() {
        let (first, second): ([Float], [Float]) = ([0, 1, 2, -1], [0.5, 0.5, 1, 1])
        func shares(_ logits: [Float]) -> [Double] {
            let weights = logits.map { exp(Double($0)) }
            return weights.map { $0 / weights.reduce(0, +) }
        }
        let (p, q) = (shares(first), shares(second))
        let expected = p.indices.reduce(0.0) { sum, i in
            sum + 1 / p.indices.reduce(0.0) { $0 + max(p[$1] / p[i], q[$1] / q[i]) }
        }
        let sampler = Sampler(vocabularySize: 4)
        let noise = TokenNoise(seed: 11)
        let draws = 200_000
        let options = SamplingOptions(temperature: 1)
        let same = (0..<draws).count {
            choose(sampler, first, options, [], noise.at($0)) == choose(sampler, second, options, [], noise.at($0))
        }
        let deviation = (expected * (1 - expected) / Double(draws)).squareRoot()
        #expect(abs(Double(same) / Double(draws) - expected) < 5 * deviation)
        #expect(abs(expected - 0.578_742_149_447_434_9) < 1e-12)
    }

    @Test func noiseIsTheSameEverywhere() {
        // Computed apart, with arbitrary-precision integers and decimals, from the definitions of SplitMix64 and of the
        // Gumbel distribution.
        let places: [(seed: UInt64, position: Int, token: Int32, bits: UInt64, gumbel: Double)] = [
            (42, 0, 0, 0x6310_BF04_D820_7F46, 0.714_680_609_206_658_8),
            (42, 0, 1, 0xEBDB_7216_A4FF_ED50, -0.933_081_383_298_313_4),
            (42, 1, 0, 0x08A4_2655_AFD5_6572, 3.371_515_174_090_005_6),
            (7, 1_000, 151_642, 0xFAF9_18A7_12EB_5EEB, -1.368_731_154_200_397),
        ]
        for place in places {
            let noise = TokenNoise(seed: place.seed).at(place.position)
            #expect(noise.bits(place.token) == place.bits)
            #expect(abs(noise.gumbel(place.token) - place.gumbel) < 1e-12)
        }
    }

    /// No noise is above its bound, also where its bits are at the ends of their range.
    @Test func theBoundOfNoiseHolds() {
        let noise = TokenNoise(seed: 3).at(9)
        let bits = (0..<20_000).map { noise.bits($0) } + (0..<64).map { UInt64(1) << $0 }
            + (0..<64).map { (UInt64(1) << $0) &- 1 } + [.max, 0]
        for bits in bits {
            let gumbel = TokenNoise.Position.gumbel(bits)
            #expect(gumbel.isFinite && gumbel <= TokenNoise.Position.bound(bits))
            #expect(gumbel <= TokenNoise.Position.maximum)
        }
    }

    @Test(arguments: [
        SamplingOptions(temperature: -1), SamplingOptions(temperature: .nan), SamplingOptions(topK: -1),
        SamplingOptions(topP: 0), SamplingOptions(topP: 1.1), SamplingOptions(minP: -0.1), SamplingOptions(minP: 2),
        SamplingOptions(repetitionPenalty: 0), SamplingOptions(repetitionPenalty: .infinity),
        SamplingOptions(temperature: .leastNonzeroMagnitude), SamplingOptions(repetitionPenalty: 1e-30),
    ])
    func impossibleOptionsAreRefused(options: SamplingOptions) {
        #expect(throws: EngineError.self) { try options.check() }
    }
}
