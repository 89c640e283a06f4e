import Foundation
import ModelFiles
import TestSupport
import Testing
import Transformer

@testable import Engine

/// What an engine says that it takes, by hand: TinyModel has 2 layers, 2 heads of keys and values of 4 numbers.
@Suite struct EngineMemoryTests {
    @Test func theSizesAreThoseOfTheModel() throws {
        let model = try TinyModel(contextLength: 100).load().transformer
        let options = EngineOptions.holdingContext(
            of: model.configuration, threadCount: 2, maximumSequences: 16)
        let memory = EngineMemory(model.configuration, vocabularySize: model.vocabularySize, options: options)
        #expect(memory.keyValueBytesPerToken == 2 * 2 * 4 * 2 * 4)
        // Seven blocks of 16 tokens.
        #expect(memory.keyValueBytesOfContext == 7 * 16 * memory.keyValueBytesPerToken)
        #expect(memory.keyValueBytesOfContext == 7 * TinyModel().bytesPerBlock)
        // 256 rows: residual twice, queries, attended: 16; keys, values: 8; gate, up: 24; angles twice: 4.
        let rows = 256 * (4 * 16 + 2 * 8 + 2 * 24 + 2 * 4)
        // Two threads, 16 queries each: scores of 64 positions and 16 floats between, query and sums in whole vectors;
        // 64 rows of logits are made from 16 numbers each.
        #expect(memory.scratchBytes == 4 * (rows + 2 * 16 * (64 + 16 + 16 + 16) + 64 * 16))
        // 64 rows, and for each thread a row and as many candidates of 8 bytes.
        #expect(memory.logitBytes == 257 * (64 * 4 + 2 * (4 + 8)))
    }

    /// A built-in model, whose matrices are Q8_0.
    private func quantisedModel() throws -> LoadedModel {
        let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "configs/models/small")
        return try LoadedModel(path: file.appending(path: "small-draft.gguf").path)
    }

    /// Where weights are not quantised, or the mode is exact, nothing else is rounded either.
    @Test func onlyQuantisedModelsKeepHalves() throws {
        let (plain, quantised) = (try TinyModel().load(), try quantisedModel())
        #expect(plain.transformer.kvPrecision(.int8) == .float32)
        #expect(quantised.transformer.kvPrecision(.int8) == .float16)
        #expect(quantised.transformer.kvPrecision(.float32) == .float32)

        let sizes = quantised.transformer.configuration
        let memories = [KVPrecision.float32, .float16].map {
            EngineMemory(sizes, vocabularySize: 1, options: EngineOptions(), precision: $0).keyValueBytesPerToken
        }
        #expect(memories[0] == 2 * memories[1])
        // Three blocks of 16 tokens in float16, of which one and a half fit in float32.
        for (isExact, limit) in [(false, 48), (true, 16)] {
            let options = EngineOptions(kvCacheBytes: 48 * memories[1], isExact: isExact)
            let engine = try Engine(model: quantised, options: options) { _ in }
            #expect(engine.contextLimit == limit)
            engine.shutdown()
        }
    }

    @Test func onlyProductsWithBytesTakePackedWeights() throws {
        let model = try TinyModel().load().transformer
        let plain = EnginePackedMemory(model, options: EngineOptions(), kernels: .scalar)
        #expect(plain.weightBytes == 0 && plain.tokenBytes == 0, "its weights are float32")

        let quantised = try quantisedModel().transformer
        let packed = EnginePackedMemory(quantised, options: EngineOptions(maximumStepTokens: 2), kernels: .scalar)
        // Rows of 128 numbers, 34 bytes for 32 of them: 653 tokens in whole panels, 768 rows in each of three layers.
        #expect(packed.weightBytes == (672 + 3 * 768) * 136)
        // 64 rows of logits are more than two tokens: four blocks of 32 columns each.
        #expect(packed.tokenBytes == 64 * 4 * 97)
        for none in [
            EnginePackedMemory(quantised, options: EngineOptions(isExact: true), kernels: .scalar),
            EnginePackedMemory(quantised, options: EngineOptions(), kernels: .openblas),
        ] { #expect(none.weightBytes == 0 && none.tokenBytes == 0) }
    }

    @Test func theOptionsHoldAWholeContextAndTheEngineTakesThem() throws {
        let model = try TinyModel(contextLength: 100).load()
        let options = EngineOptions.holdingContext(
            of: model.transformer.configuration, threadCount: 1, maximumSequences: 300)
        #expect(options.kvCacheBytes == 1 << 30)
        #expect(options.maximumStepTokens == 301)
        let engine = try Engine(model: model, options: options) { _ in }
        #expect(engine.contextLimit == 100)
        engine.shutdown()
        var small = options
        small.kvCacheBytes = 3 * TinyModel().bytesPerBlock + 5
        #expect(small.contextLimit(model.transformer.configuration) == 48)
        var large = model.transformer.configuration
        large.contextLength = 1 << 24
        let whole = EngineOptions.holdingContext(of: large, threadCount: 1, maximumSequences: 1)
        #expect(whole.kvCacheBytes == (1 << 20) * TinyModel().bytesPerBlock)
        #expect(whole.contextLimit(large) == 1 << 24)
    }
}
