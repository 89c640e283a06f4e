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
        (sizes.headCount, sizes.keyValueHeadCount, sizes.headLength) = (1 << 20, 1, 1 << 10)
        let layout = ScratchLayout(sizes, vocabularySize: 61, rows: 65_536, threads: 1_024)
        // Queries alone are 2^20 heads x 2^10 numbers x 2^16 rows x 4 bytes.
        #expect(layout.byteCount > 1 << 48)
        #expect(layout.attentionBytes == 4 * 1_024 * 16 * (64 + 16 + 2 * 1_024))
        #expect(throws: TensorError.noMemory(byteCount: layout.byteCount, purpose: layout.purpose)) {
            try ForwardScratch(layout)
        }
        let message = "\(TensorError.noMemory(byteCount: layout.byteCount, purpose: layout.purpose))"
        let parts = [
            "\(layout.byteCount) bytes", "65536 tokens", "\(layout.attentionBytes) of them", "1024 threads",
            "\(layout.logitBytes) for logits", "fewer threads",
        ]
        for part in parts { #expect(message.contains(part), "\(message)") }
    }

    /// The sizes by hand, each part rounded up to 16 floats.
    @Test func theLayoutHoldsEveryPartOnce() throws {
        let layout = ScratchLayout(try sizes(), vocabularySize: 61, rows: 3, threads: 2)
        func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
        let perRow = [24, 24, 32, 32, 16, 16, 40, 40, 8, 8].map { rounded(3 * $0) }.reduce(0, +)
        // Two threads, 16 queries each: scores of 64 positions and 16 floats between, query and sums of 16 numbers.
        let attention = 2 * 16 * (64 + 16 + 16 + 16)
        #expect(layout.floatCount == perRow + attention + 64 * 24 + 64 * 61)
        #expect(layout.attentionBytes == 4 * attention)
        #expect(layout.logitBytes == 4 * 64 * 61)
    }

    /// The largest that a file can claim does not overflow.
    @Test func noClaimOverflows() throws {
        var sizes = try sizes()
        let most = Hyperparameters.maximumCount
        sizes.layerCount = ModelConfiguration.maximumLayers
        (sizes.headCount, sizes.keyValueHeadCount, sizes.headLength) = (1, 1, most)
        (sizes.embeddingLength, sizes.feedForwardLength, sizes.contextLength) = (most, most, most)
        let layout = ScratchLayout(sizes, vocabularySize: most, rows: 65_536, threads: 1_024)
        #expect(layout.byteCount > 0)
        let blocks = most / 16
        #expect(blocks * KVCache.bytesPerBlock(sizes, tokensPerBlock: 16, precision: .float32) == 1 << 62)
    }
}
