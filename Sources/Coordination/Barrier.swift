import Domain

/// The barrier of `sync`: scores that wait for those of the other paths of their problem.
struct Barrier: Sendable {
    private var scores: [PathReference: PendingScore] = [:]

    /// A block was scored.
    mutating func arrive(_ reference: PathReference, _ score: PendingScore) { scores[reference] = score }

    /// Whether the scores of all these paths are there; not without any.
    func isComplete(_ paths: [PathReference]) -> Bool { !paths.isEmpty && paths.allSatisfy { scores[$0] != nil } }

    /// The scores of these paths, which are there; they do not wait any more.
    mutating func takeScores(of paths: [PathReference]) -> [PendingScore] {
        paths.map { scores.removeValue(forKey: $0)! }
    }

    /// The path is over.
    mutating func leave(_ reference: PathReference) { scores[reference] = nil }
}

/// A score with what it was made of.
struct PendingScore: Sendable, Hashable {
    let report: ScoreReport
    let score: BlockScore
    let worker: String
}
