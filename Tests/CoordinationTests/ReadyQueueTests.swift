import Testing

@testable import Coordination

@Suite struct ReadyQueueTests {
    /// The twin: an array that is sorted each time.
    @Test func givesTheEntriesInOrder() {
        var numbers = TestNumbers(seed: 4)
        var queue = ReadyQueue()
        var twin: [ReadyEntry] = []
        for generation in 0..<2_000 {
            if numbers.below(3) > 0 {
                let entry = ReadyEntry(
                    order: (numbers.below(20), numbers.below(3)), generation: UInt64(generation),
                    item: WorkItemReference(path: PathReference(run: 0, problem: generation, path: 0)))
                queue.insert(entry)
                twin.append(entry)
                twin.sort()
            } else if !twin.isEmpty {
                #expect(queue.first == twin.removeFirst())
                queue.removeFirst()
            }
            #expect(queue.first == twin.first)
        }
    }
}
