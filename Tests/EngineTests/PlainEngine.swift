import Foundation
import Tensors
import Testing
import Transformer

@testable import Engine

/// What an engine should answer, computed plainly: one request at a time, everything anew for every token,
/// tokens chosen by sorting the whole vocabulary.
struct PlainEngine {
    let model: LoadedModel

    /// Logits after each token of a sequence, computed in one go.
    func logits(_ tokens: [Int32]) throws -> [[Float]] {
        let blocks = (tokens.count + 15) / 16
        let sizes = model.transformer.configuration
        let cache = try #require(KVCache(sizes, blockCount: blocks, tokensPerBlock: 16, precision: .float32))
        let pass = try ForwardPass(
            model.transformer, cache: cache, pool: ComputePool(threadCount: 1), maximumRows: tokens.count)
        var batch = ForwardBatch()
        batch.add(tokens: tokens[...], start: 0, blocks: (0..<Int32(blocks)).map { $0 }, logits: 0..<tokens.count)
        var result = [[Float]](repeating: [], count: tokens.count)
        pass.run(batch) { row, logits, _ in result[row] = Array(logits.values) }
        return result
    }

    func score(_ context: [Int32], _ block: [Int32]) throws -> [Float] {
        let rows = try logits(context + block)
        return block.indices.map { Self.logProbability(of: block[$0], rows[context.count - 1 + $0]) }
    }

    func generate(_ request: GenerateRequest) throws -> GeneratedBlock {
        var block = GeneratedBlock()
        let noise = TokenNoise(seed: request.seed)
        while block.tokens.count < request.maximumTokens {
            let tokens = request.context + block.tokens
            let row = try logits(tokens).last!
            let token = Self.choose(
                row, request.sampling, tokens, noise.at(request.position + block.tokens.count))
            if request.stop.endTokens.contains(token) {
                block.finish = .endToken
                return block
            }
            block.tokens.append(token)
            block.bytes += model.tokenizer.bytes(of: token)
            block.logProbabilities.append(Self.logProbability(of: token, row))
        }
        block.finish = .length
        return block
    }

    /// As the module computes it, so that results may be compared to the bit; the formula itself is held
    /// against reference data in the tests of `Transformer`.
    private static func logProbability(of token: Int32, _ row: [Float]) -> Float {
        var row = row
        return row.withUnsafeMutableBufferPointer { Logits(values: $0).logProbability(of: token) }
    }

    /// Sampling by its definition, over the sorted vocabulary.
    static func choose(
        _ logits: [Float], _ options: SamplingOptions, _ context: [Int32], _ noise: TokenNoise.Position
    ) -> Int32 {
        var logits = logits
        for token in Set(context) {
            let logit = logits[Int(token)]
            logits[Int(token)] = logit > 0 ? logit / options.repetitionPenalty : logit * options.repetitionPenalty
        }
        let sorted = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
        guard options.temperature > 0 else { return Int32(sorted[0]) }
        let factor = 1 / options.temperature
        let top = logits[sorted[0]] * factor
        func weight(_ token: Int) -> Double { exp(-Double(top - logits[token] * factor)) }

        var kept = options.topK > 0 ? Array(sorted.prefix(options.topK)) : sorted
        if options.topP < 1 {
            let enough = Double(options.topP) * kept.reduce(0) { $0 + weight($1) }
            var reached = 0.0
            let count = kept.firstIndex { token in
                reached += weight(token)
                return reached >= enough
            }
            kept = Array(kept[...(count ?? kept.count - 1)])
        }
        kept = kept.filter { weight($0) >= Double(options.minP) }.sorted()
        func value(_ token: Int) -> Double { noise.gumbel(Int32(token)) - Double(top - logits[token] * factor) }
        return Int32(kept.max { value($0) < value($1) }!)
    }
}
