import Transformer

/// A request for a block's log-probabilities, while it is computed. Changed by the loop between steps, read
/// by the pool in them.
final class Scoring {
    let request: ScoreRequest
    /// Of the tokens scored so far.
    private(set) var logProbabilities: [Float] = []

    init(_ request: ScoreRequest) {
        self.request = request
        logProbabilities.reserveCapacity(request.block.count)
    }

    /// The log-probability of the block's token after `position`.
    func score(_ logits: Logits, position: Int) -> RowOutcome {
        guard logits.areFinite else { return .notFinite }
        let token = request.block[position + 1 - request.context.count]
        return .value(token: token, logProbability: logits.logProbability(of: token))
    }

    func append(_ logProbability: Float) {
        logProbabilities.append(logProbability)
    }

    var isComplete: Bool { logProbabilities.count == request.block.count }
}

/// What came of one row of logits.
enum RowOutcome {
    case value(token: Int32, logProbability: Float)
    case notFinite
}
