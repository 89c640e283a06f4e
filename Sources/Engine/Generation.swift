import Tokenizers
import Transformer

/// A request for a block, while it is computed. Changed by the loop between steps, read by the pool in them.
final class Generation {
    let request: GenerateRequest
    /// Tokens it may still write: what was asked, or what the context leaves.
    let maximumTokens: Int
    private(set) var block = GeneratedBlock()
    /// Distinct tokens of context and block; kept only where a repetition penalty needs them.
    private(set) var seen: [Int32] = []
    private var isSeen: Set<Int32> = []
    private let noise: TokenNoise

    /// Room for what tokens write. Text has four a token or fewer; what has more, as long runs of spaces, makes room as
    /// it comes.
    private static let bytesPerToken = 16

    init(_ request: GenerateRequest, contextLimit: Int) {
        self.request = request
        maximumTokens = min(request.maximumTokens, contextLimit - request.context.count)
        noise = TokenNoise(seed: request.seed)
        block.tokens.reserveCapacity(maximumTokens)
        block.logProbabilities.reserveCapacity(maximumTokens)
        block.bytes.reserveCapacity(maximumTokens * Self.bytesPerToken)
        if request.sampling.repetitionPenalty != 1 {
            seen.reserveCapacity(request.context.count + maximumTokens)
            isSeen.reserveCapacity(request.context.count + maximumTokens)
            for token in request.context { note(token) }
        }
    }

    /// The next token and its log-probability under the model.
    func choose(from logits: Logits, _ sampler: Sampler) -> RowOutcome {
        guard logits.areFinite else { return .notFinite }
        let token = sampler.choose(
            from: logits, request.sampling, seen: seen[...],
            noise: noise.at(request.position + block.tokens.count))
        return .value(token: token, logProbability: logits.logProbability(of: token))
    }

    /// Adds a chosen token; true if the block has ended, for the reason that then stands in `block.finish`.
    func append(_ token: Int32, logProbability: Float, _ tokenizer: Tokenizer) -> Bool {
        if request.stop.endTokens.contains(token) {
            block.finish = .endToken
            block.endLogProbability = logProbability
            return true
        }
        let bytes = tokenizer.slice(of: token)
        block.tokens.append(token)
        block.logProbabilities.append(logProbability)
        block.bytes.append(contentsOf: bytes)
        if request.sampling.repetitionPenalty != 1 { note(token) }
        if request.stop.isStringCompleted(in: block.bytes, fresh: bytes.count) {
            block.finish = .stopString
            return true
        }
        if request.stop.custom?(block.bytes) ?? false {
            block.finish = .custom
            return true
        }
        if let threshold = request.stop.doubtThreshold, logProbability < threshold {
            block.finish = .doubt
            return true
        }
        guard block.tokens.count == maximumTokens else { return false }
        block.finish = maximumTokens == request.maximumTokens ? .length : .contextFull
        return true
    }

    private func note(_ token: Int32) {
        if isSeen.insert(token).inserted { seen.append(token) }
    }
}
