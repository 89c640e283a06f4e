import Testing

@testable import Evaluation

@Suite struct MajorityVoteTests {
    private func vote(_ path: Int, _ answer: String, _ score: Double = 1) -> Vote {
        Vote(path: path, answer: answer, meanScore: score)
    }

    @Test func noVotesHaveNoMajority() {
        #expect(MajorityVote.decide([]) == nil)
    }

    @Test func equalAnswersVoteTogetherHoweverTheyAreWritten() {
        let votes = [vote(3, "0.5"), vote(0, "2"), vote(1, "1/2"), vote(2, "\\frac12")]
        #expect(MajorityVote.decide(votes) == Majority(answer: "1/2", votes: 3, representativePath: 1))
    }

    @Test func aTieGoesToTheLowerMeanScore() {
        let votes = [vote(0, "1", 0.5), vote(1, "1", 0.9), vote(2, "2", 0.6), vote(3, "2", 0.7)]
        #expect(MajorityVote.decide(votes)?.answer == "2")
    }

    @Test func aTieOfScoresGoesToTheLowerPath() {
        #expect(MajorityVote.decide([vote(2, "1"), vote(1, "2")])?.representativePath == 1)
    }

    @Test func aMissingScoreIsTheWorstScore() {
        #expect(MajorityVote.decide([vote(0, "1", .nan), vote(1, "2", 50)])?.answer == "2")
        #expect(MajorityVote.decide([vote(1, "1", .nan), vote(0, "2", .infinity)])?.answer == "2")
    }

    @Test func theOrderOfTheVotesDoesNotMatter() {
        let votes = [vote(0, "50%"), vote(1, "0.5", 0.2), vote(2, "50"), vote(3, "7", 0.1), vote(4, "7", 3)]
        let expected = MajorityVote.decide(votes)
        var random = SplitMix(seed: 2)
        for _ in 0..<50 {
            var shuffled = votes
            for index in shuffled.indices.reversed() { shuffled.swapAt(index, random.below(index + 1)) }
            #expect(MajorityVote.decide(shuffled) == expected)
        }
    }

    /// Against every way in which the open paths could end: any of the seen answers, a new one, or none.
    @Test func decidedMeansThatNoEndingChangesTheWinner() {
        var random = SplitMix(seed: 23)
        for _ in 0..<60 {
            let paths = random.below(4) + 1
            let closed = random.below(paths + 1)
            let votes = (0..<closed).map { vote($0, "\(random.below(2))", Double(random.below(4))) }
            let winners = Self.endings(of: votes, from: closed, to: paths)
            let isDecided = MajorityVote.isDecided(votes, openPaths: paths - closed)
            #expect(isDecided == (winners.count == 1), "\(votes) \(paths - closed)")
        }
    }

    private static func endings(of votes: [Vote], from path: Int, to paths: Int) -> Set<String?> {
        guard path < paths else { return [MajorityVote.decide(votes)?.answer] }
        var winners = endings(of: votes, from: path + 1, to: paths)
        for answer in ["0", "1", "2"] {
            for score in [-100.0, 100] {
                let next = votes + [Vote(path: path, answer: answer, meanScore: score)]
                winners.formUnion(endings(of: next, from: path + 1, to: paths))
            }
        }
        return winners
    }
}
