import ModelFiles
import Tensors
import Testing

@testable import Transformer

/// Runs sequences through a forward pass by hand: the simplest user of blocks and batches.
final class SequenceRunner {
    let model: TransformerModel
    let cache: KVCache
    let pass: ForwardPass
    private var batch = ForwardBatch()

    init(
        _ model: TransformerModel, threads: Int = 1, rows: Int = 256, activations: Activations = .float32
    ) throws {
        let (blocks, tokensPerBlock) = (64, 16)
        self.model = model
        cache = try #require(KVCache(
            model.configuration, blockCount: blocks, tokensPerBlock: tokensPerBlock,
            precision: model.kvPrecision(activations)))
        pass = try ForwardPass(
            model, cache: cache, pool: ComputePool(threadCount: threads), maximumRows: rows,
            activations: activations)
    }

    static func load(_ path: String) throws -> TransformerModel {
        try TransformerModel(MappedModel(path: path))
    }

    struct Piece {
        var tokens: ArraySlice<Int32>
        var blocks: [Int32]
        /// Positions whose logits are wanted; default all.
        var logits: Range<Int>?
    }

    /// Logits of all wanted rows of one batch, in order.
    func run(_ pieces: [Piece]) -> [[Float]] {
        batch.removeAll()
        for piece in pieces {
            let positions = piece.tokens.startIndex..<piece.tokens.endIndex
            batch.add(
                tokens: piece.tokens, start: positions.lowerBound, blocks: piece.blocks,
                logits: piece.logits ?? positions)
        }
        var result = [[Float]](repeating: [], count: batch.logitRowCount)
        result.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let rows = buffer
            pass.run(batch) { row, logits, _ in rows[row] = Array(logits.values) }
        }
        return result
    }

    /// Log-probabilities of tokens 1... of a sequence, without keeping any logits.
    func logProbabilities(_ tokens: [Int32]) -> [Float] {
        let blocks = (0..<Int32((tokens.count + 15) / 16)).map { $0 }
        batch.removeAll()
        batch.add(tokens: tokens[...], start: 0, blocks: blocks, logits: 0..<tokens.count - 1)
        var result = [Float](repeating: .nan, count: tokens.count - 1)
        result.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let rows = buffer
            pass.run(batch) { row, logits, _ in rows[row] = logits.logProbability(of: tokens[row + 1]) }
        }
        return result
    }

    /// The likeliest tokens after `tokens`, one at a time.
    func greedy(_ tokens: [Int32], count: Int) -> [Int32] {
        let blocks = (0..<Int32((tokens.count + count + 15) / 16)).map { $0 }
        var all = tokens
        var start = 0
        for _ in 0..<count {
            batch.removeAll()
            batch.add(tokens: all[start...], start: start, blocks: blocks, logits: all.count - 1..<all.count)
            start = all.count
            var next: Int32 = -1
            pass.run(batch) { _, logits, _ in next = logits.likeliest }
            all.append(next)
        }
        return Array(all[tokens.count...])
    }
}
