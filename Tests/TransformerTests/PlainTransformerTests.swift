import TestSupport
import Testing

@testable import Transformer

@Suite struct PlainTransformerTests {
    @Test(arguments: RandomModel.samples.indices)
    func logitsEqualThoseOfThePlainForwardPass(sample: Int) throws {
        try compare(RandomModel.samples[sample])
    }

    @Test(arguments: RandomModel.variants.indices)
    func biasesAndKeysOfTheFileCount(variant: Int) throws {
        try compare(RandomModel.variants[variant])
    }

    private func compare(_ random: RandomModel) throws {
        var generator = SeededGenerator(seed: 7)
        let tokens = (0..<40).map { _ in Int32.random(in: 0..<Int32(random.vocabulary), using: &generator) }
        let expected = PlainTransformer(random).logits(tokens)
        let found = try SequenceRunner(random.load()).run([.init(tokens: tokens[...], blocks: [5, 0, 9])])
        #expect(found.count == tokens.count)
        let difference = zip(found, expected).map { row in
            zip(row.0, row.1).map { abs(Double($0) - $1) }.max() ?? 0
        }.max() ?? .infinity
        // Rounding grows with the layers.
        #expect(difference < (random.layers > 10 ? 1e-4 : 2e-5), "\(random.architecture)")
        let size = expected.joined().map(abs).max() ?? 0
        #expect(size > 1, "logits too small to show a difference")
    }
}
