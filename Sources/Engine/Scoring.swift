import Transformer

/// A request for a block's log-probabilities, while it is computed. Changed by the loop between steps, read
/// by the pool in them.
final class Scoring {
    let request: ScoreRequest
    /// Of the tokens scored so far.
    private(set) var logProbabilities: [Float] = []
    /// What the model draws in the places of these tokens; empty unless asked for.
    private(set) var drawn: [Int32] = []
    private let noise: TokenNoise?
    /// Distinct tokens of context and block in the order in which they come up, and where they do; kept only where a
    /// repetition penalty needs them.
    private var seen: [Int32] = []
    private var firstPlaces: [Int] = []

    init(_ request: ScoreRequest) {
        self.request = request
        noise = request.draws.map { TokenNoise(seed: $0.seed) }
        logProbabilities.reserveCapacity(request.block.count)
        guard let draws = request.draws else { return }
        drawn.reserveCapacity(request.block.count)
        guard draws.sampling.repetitionPenalty != 1 else { return }
        var known: Set<Int32> = []
        for (place, token) in (request.context + request.block).enumerated() where known.insert(token).inserted {
            seen.append(token)
            firstPlaces.append(place)
        }
    }

    /// The log-probability of the block's token after `position`, and what is drawn there.
    func score(_ logits: Logits, position: Int, _ sampler: Sampler) -> RowOutcome {
        guard logits.areFinite else { return .notFinite }
        let place = position + 1 - request.context.count
        let token = request.block[place]
        var drawn = token
        if let draws = request.draws, let noise {
            drawn = sampler.choose(
                from: logits, draws.sampling, seen: seen[..<seenCount(upTo: position)],
                noise: noise.at(draws.position + place))
        }
        return .value(token: drawn, logProbability: logits.logProbability(of: token))
    }

    /// How many of `seen` come up at this position or before.
    private func seenCount(upTo position: Int) -> Int {
        var (low, high) = (0, firstPlaces.count)
        while low < high {
            let middle = (low + high) / 2
            if firstPlaces[middle] <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func append(_ logProbability: Float, drawn token: Int32) {
        logProbabilities.append(logProbability)
        if noise != nil { drawn.append(token) }
    }

    var isComplete: Bool { logProbabilities.count == request.block.count }
}

/// What came of one row of logits.
enum RowOutcome {
    /// The token that was chosen, and a log-probability: its own, or in scoring that of the block's token.
    case value(token: Int32, logProbability: Float)
    case notFinite
}
