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
