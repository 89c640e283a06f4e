/// A work item that waits for a worker.
struct ReadyEntry: Sendable, Hashable, Comparable {
    /// Smaller goes first: the problem for opening blocks, the arrival for scores and takeovers, the number of blocks
    /// ahead for those that are drafted ahead.
    let first: Int
    let second: Int
    /// Equal to the generation of the item as long as the entry counts.
    let generation: UInt64
    let item: WorkItemReference

    init(order: (Int, Int), generation: UInt64, item: WorkItemReference) {
        (first, second) = order
        self.generation = generation
        self.item = item
    }

    static func < (left: ReadyEntry, right: ReadyEntry) -> Bool {
        (left.first, left.second, left.generation) < (right.first, right.second, right.generation)
    }
}

/// Waiting work in its order: a binary heap. An entry whose item has gone meanwhile stays until it comes to the top.
struct ReadyQueue: Sendable {
    private(set) var entries: [ReadyEntry] = []

    var first: ReadyEntry? { entries.first }

    mutating func insert(_ entry: ReadyEntry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child] < entries[parent] else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child] < entries[smallest] { smallest = child }
            }
            guard smallest != parent else { return }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
