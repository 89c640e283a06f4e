/// One recorded score: one round of one path.
public struct TraceRow: Sendable, Hashable {
    /// The number of the path, as recorded (`problem_index`).
    public let path: Int
    /// The question it answers, numbered from 0 in the order of first appearance, which counts as the batch's.
    public let question: Int
    public let round: Int
    /// Any number of which more is worse, finite and not negative: a perplexity or a mean negative log-likelihood.
    public let score: Double
    /// What was decided when it was recorded, where that is known.
    public let wasTakenOver: Bool?

    public init(path: Int, question: Int, round: Int, score: Double, wasTakenOver: Bool? = nil) {
        self.path = path
        self.question = question
        self.round = round
        self.score = score
        self.wasTakenOver = wasTakenOver
    }
}

extension [TraceRow] {
    /// Round by round over the paths of each question, as a cluster sees them; questions stay in their order.
    public var interleaved: [TraceRow] {
        var places: [(question: Int, round: Int, row: Int)] = []
        for (row, entry) in enumerated() { places.append((entry.question, entry.round, row)) }
        places.sort { ($0.question, $0.round, $0.row) < ($1.question, $1.round, $1.row) }
        return places.map { self[$0.row] }
    }
}
