/// The answer of one path, for voting.
public struct Vote: Equatable, Sendable {
    /// The number of the path within its problem.
    public let path: Int
    /// Its answer.
    public let answer: String
    /// The mean score of its blocks: nats per token, lower is better. NaN counts as worse than any number.
    public let meanScore: Double

    /// A vote with its parts.
    public init(path: Int, answer: String, meanScore: Double) {
        self.path = path
        self.answer = answer
        self.meanScore = meanScore
    }
}

/// The outcome of a vote.
public struct Majority: Equatable, Sendable {
    /// The winning answer as its representative wrote it.
    public let answer: String
    /// How many paths gave it.
    public let votes: Int
    /// The lowest path among them.
    public let representativePath: Int
}

/// Majority over the answers of a problem's paths, equal answers grouped by `AnswerEquality`.
///
/// Paths are taken in the order of their numbers, whatever order they come in, and an answer joins the first group
/// whose first answer it equals. Most votes win; ties go to the lower mean of the mean scores, then to the lower path.
public enum MajorityVote {
    /// The winner; nil without votes.
    public static func decide(_ votes: [Vote]) -> Majority? {
        guard let winner = groups(of: votes).min(by: { $0.precedes($1) }) else { return nil }
        let first = winner.votes[0]
        return Majority(answer: first.answer, votes: winner.votes.count, representativePath: first.path)
    }

    /// True if paths that are still open cannot change the winner: it leads the next group by more votes than there
    /// are open paths. A lead of exactly that many could still become a tie.
    public static func isDecided(_ votes: [Vote], openPaths: Int) -> Bool {
        if openPaths <= 0 { return true }
        return margin(votes) > openPaths
    }

    /// By how many votes the first answer leads the next; 0 without votes.
    public static func margin(_ votes: [Vote]) -> Int {
        let counts = groups(of: votes).map(\.votes.count).sorted(by: >)
        return (counts.first ?? 0) - (counts.count > 1 ? counts[1] : 0)
    }

    private struct Group {
        let answer: ComparedAnswer
        var votes: [Vote]

        private var meanScore: Double {
            votes.map { $0.meanScore.isNaN ? Double.infinity : $0.meanScore }.reduce(0, +) / Double(votes.count)
        }

        /// A total order: most votes, then lower mean score, then lower path.
        func precedes(_ other: Group) -> Bool {
            if votes.count != other.votes.count { return votes.count > other.votes.count }
            let (score, otherScore) = (meanScore, other.meanScore)
            if score != otherScore { return score < otherScore }
            return votes[0].path < other.votes[0].path
        }
    }

    private static func groups(of votes: [Vote]) -> [Group] {
        var groups: [Group] = []
        for vote in votes.sorted(by: { $0.path < $1.path }) {
            let answer = ComparedAnswer(vote.answer)
            if let index = groups.firstIndex(where: { $0.answer.isEqual(to: answer) }) {
                groups[index].votes.append(vote)
            } else {
                groups.append(Group(answer: answer, votes: [vote]))
            }
        }
        return groups
    }
}
