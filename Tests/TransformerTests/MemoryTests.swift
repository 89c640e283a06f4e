import ModelFiles
import Tensors
import Testing

@testable import Transformer

/// What a model wants from the system, and that a refusal is an error and no abort.
@Suite struct MemoryTests {
    private func sizes() throws -> ModelConfiguration {
        try RandomModel.samples[0].load().configuration
    }

    @Test func scratchThatTheSystemDoesNotGiveIsRefusedWithWhatToSet() throws {
        var sizes = try sizes()
        sizes.headCount = 1 << 20
        sizes.keyValueHeadCount = 1
        let layout = ScratchLayout(sizes, vocabularySize: 61, rows: 256, context: 1 << 24, threads: 1_024)
        // 1,024 threads x 2^20 heads x 2^24 tokens x 4 bytes.
        #expect(layout.scoreBytes == 1 << 56)
        #expect(throws: TensorError.noMemory(byteCount: layout.byteCount, purpose: layout.purpose)) {
            try ForwardScratch(layout)
        }
        let message = "\(TensorError.noMemory(byteCount: layout.byteCount, purpose: layout.purpose))"
        for part in ["\(layout.byteCount) bytes", "1024 threads", "1048576 heads", "16777216 tokens", "--kv-memory"] {
            #expect(message.contains(part), "\(message)")
        }
    }

    /// The sizes by hand, each part rounded up to 16 floats.
    @Test func theLayoutHoldsEveryPartOnce() throws {
        let layout = ScratchLayout(try sizes(), vocabularySize: 61, rows: 3, context: 100, threads: 2)
        func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
        let perRow = [24, 24, 32, 32, 16, 16, 40, 40, 8, 8].map { rounded(3 * $0) }.reduce(0, +)
        let scores = rounded(2 * 2 * 100)
        #expect(layout.floatCount == perRow + scores + 64 * 24 + 64 * 61)
        #expect(layout.scoreBytes == 4 * 2 * 2 * 100)
        #expect(layout.logitBytes == 4 * 64 * 61)
    }

    /// The largest that a file can claim does not overflow.
    @Test func noClaimOverflows() throws {
        var sizes = try sizes()
        let most = Hyperparameters.maximumCount
        sizes.layerCount = ModelConfiguration.maximumLayers
        (sizes.headCount, sizes.keyValueHeadCount, sizes.headLength) = (1, 1, most)
        (sizes.embeddingLength, sizes.feedForwardLength, sizes.contextLength) = (most, most, most)
        let layout = ScratchLayout(sizes, vocabularySize: most, rows: 65_536, context: most, threads: 1_024)
        #expect(layout.byteCount > 0)
        let blocks = most / 16
        #expect(blocks * KVCache.bytesPerBlock(sizes, tokensPerBlock: 16) == 1 << 62)
    }
}
