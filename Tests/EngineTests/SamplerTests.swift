import TestSupport
import Testing
import Transformer

@testable import Engine

@Suite struct SamplerTests {
    private func choose(
        _ sampler: Sampler, _ logits: [Float], _ options: SamplingOptions, _ context: [Int32], _ uniform: Double
    ) -> Int32 {
        var row = logits
        let seen = options.repetitionPenalty == 1 ? [] : Array(Set(context))
        let token = row.withUnsafeMutableBufferPointer {
            sampler.choose(from: Logits(values: $0), options, seen: seen, uniform: uniform)
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
            let uniform = Double.random(in: 0..<1, using: &random)
            let expected = PlainEngine.choose(logits, options, context, uniform)
            #expect(choose(sampler, logits, options, context, uniform) == expected, "\(options)")
        }
    }

    @Test func greedyTakesTheFirstOfEquals() {
        #expect(choose(Sampler(vocabularySize: 4), [1, 3, 3, 2], .greedy, [], 0.99) == 1)
    }

    @Test func drawsFollowTheProbabilities() {
        let sampler = Sampler(vocabularySize: 3)
        var counts = [0, 0, 0]
        let random = CounterRandom(seed: 5)
        for position in 0..<20_000 {
            let uniform = random.uniform(at: position)
            counts[Int(choose(sampler, [0, 1, 2], SamplingOptions(temperature: 1), [], uniform))] += 1
        }
        // exp(0), exp(1), exp(2) over their sum; six standard deviations either way.
        for (count, share) in zip(counts, [0.0900, 0.2447, 0.6652]) {
            #expect(abs(Double(count) / 20_000 - share) < 6 * (share * (1 - share) / 20_000).squareRoot())
        }
    }

    @Test func drawsAreTheSameEverywhere() {
        // Computed apart, with arbitrary-precision integers, from the definition of SplitMix64.
        let found = [0, 1, 1000].map { CounterRandom(seed: 42).uniform(at: $0) }
        #expect(found == expectedDraws)
    }

    private let expectedDraws: [Double] = [0.34329192209867343, 0.9557467261317436, 0.6952598398323256]

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
