/// A fixed number of KV blocks with reference counts.
///
/// A block with a count above one is shared by sequences and must not be written.
struct BlockPool: Sendable {
    private var referenceCounts: [Int32]
    private var free: [BlockID]

    init(blockCount: Int) {
        referenceCounts = Array(repeating: 0, count: blockCount)
        free = (0..<Int32(blockCount)).reversed()
    }

    var blockCount: Int { referenceCounts.count }
    var freeCount: Int { free.count }

    /// A block nobody holds, now held once; nil if all are held.
    mutating func allocate() -> BlockID? {
        guard let block = free.popLast() else { return nil }
        referenceCounts[Int(block)] = 1
        return block
    }

    mutating func retain(_ block: BlockID) {
        precondition(referenceCounts[Int(block)] > 0, "a free block was shared")
        referenceCounts[Int(block)] += 1
    }

    /// Gives one hold back; true if the block is free now.
    mutating func release(_ block: BlockID) -> Bool {
        precondition(referenceCounts[Int(block)] > 0, "a free block was freed")
        referenceCounts[Int(block)] -= 1
        guard referenceCounts[Int(block)] == 0 else { return false }
        free.append(block)
        return true
    }

    func isShared(_ block: BlockID) -> Bool {
        referenceCounts[Int(block)] > 1
    }
}
