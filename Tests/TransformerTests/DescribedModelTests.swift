import Testing

@testable import Transformer

/// What no pretrained file at hand covers, against PyTorch in float64 (`Tests/Fixtures/random_models.py`).
@Suite struct DescribedModelTests {
    @Test func everyArchitectureIsDescribed() {
        #expect(Set(DescribedModel.all.map(\.architecture)) == Set(Architecture.supported.map(\.name)))
    }

    @Test(arguments: DescribedModel.all)
    func logProbabilitiesEqualThoseOfPyTorch(model: DescribedModel) throws {
        let runner = try SequenceRunner(RandomModel.load(model.writer()))
        let blocks = (0..<Int32((model.ids.count + 15) / 16)).map { $0 }
        // In two pieces, so that the second one reads what the first has put into the cache.
        let middle = model.ids.count / 3
        let rows = runner.run([.init(tokens: model.ids[..<middle], blocks: blocks)])
            + runner.run([.init(tokens: model.ids[middle...], blocks: blocks)])
        #expect(rows.count == model.ids.count)
        let found = rows.map(Self.logProbabilities)
        var largest = 0.0
        for (place, expected) in model.logprobs.enumerated() {
            largest = max(largest, abs(found[place][Int(model.ids[place + 1])] - expected))
        }
        for (own, expected) in zip(try #require(found.last), model.last) { largest = max(largest, abs(own - expected)) }
        #expect(model.logprobs.count == model.ids.count - 1 && model.last.count == found[0].count)
        #expect(largest < 1e-4)
    }

    private static func logProbabilities(_ logits: [Float]) -> [Double] {
        var logits = logits
        return logits.withUnsafeMutableBufferPointer { buffer in
            let sum = Logits(values: buffer).logSumExp
            return buffer.map { Double($0) - sum }
        }
    }
}
