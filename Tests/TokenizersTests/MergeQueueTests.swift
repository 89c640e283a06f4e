import Testing
@testable import Tokenizers

/// The queue against a sorted list, with any order of pushes and pops.
@Suite struct MergeQueueTests {
    @Test func givesOutByRankThenPlace() {
        var generator = SeededGenerator(seed: 4)
        var queue = MergeQueue(rankCount: 12)
        for _ in 0..<200 {
            var waiting: [(rank: UInt32, place: Int)] = []
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                if waiting.isEmpty || Bool.random(using: &generator) {
                    let item = (
                        rank: UInt32.random(in: 0..<12, using: &generator),
                        place: Int.random(in: 0..<50, using: &generator)
                    )
                    waiting.append(item)
                    queue.push(rank: item.rank, place: item.place)
                } else {
                    waiting.sort { ($0.rank, $0.place) < ($1.rank, $1.place) }
                    let expected = waiting.removeFirst()
                    let popped = queue.pop()
                    #expect(popped?.rank == expected.rank)
                    #expect(popped?.place == expected.place)
                }
            }
            waiting.sort { ($0.rank, $0.place) < ($1.rank, $1.place) }
            for expected in waiting {
                let popped = queue.pop()
                #expect(popped?.rank == expected.rank)
                #expect(popped?.place == expected.place)
            }
            #expect(queue.pop() == nil)
        }
    }
}
