/// Places that wait for a merge, given out by rank and then from left to right.
///
/// One bucket a rank, because a long word has few ranks for its many places: a bucket costs a sort of numbers that
/// are nearly sorted already, where one heap for all would cost a logarithm for each place. Vocabularies are trained
/// so that a merge only brings up merges of higher rank; what breaks this rule goes to a heap beside the buckets.
struct MergeQueue {
    private static let noBucket: Int32 = -1

    private let rankCount: Int
    private var bucketOfRank: [Int32] = []
    private var buckets: [[Int32]] = []
    private var freeBuckets: [Int32] = []
    private var waitingRanks = BinaryHeap()
    private var late = BinaryHeap()
    private var currentRank: UInt32 = 0
    private var current: [Int32] = []
    private var cursor = 0
    private var hasStarted = false

    /// A queue for ranks below `rankCount`. Once empty, it can be filled again. It takes no memory before its first
    /// place, since most texts have no word that needs it.
    init(rankCount: Int) { self.rankCount = rankCount }

    /// `place` waits for a merge of `rank`.
    mutating func push(rank: UInt32, place: Int) {
        if bucketOfRank.isEmpty { bucketOfRank = [Int32](repeating: Self.noBucket, count: rankCount) }
        if hasStarted, rank <= currentRank { return late.push(Self.key(rank, Int32(place))) }
        var bucket = bucketOfRank[Int(rank)]
        if bucket == Self.noBucket {
            if let free = freeBuckets.popLast() {
                bucket = free
            } else {
                bucket = Int32(buckets.count)
                buckets.append([])
            }
            bucketOfRank[Int(rank)] = bucket
            waitingRanks.push(UInt64(rank))
        }
        buckets[Int(bucket)].append(Int32(place))
    }

    /// The next place, or nil when none waits; then the queue begins anew.
    mutating func pop() -> (rank: UInt32, place: Int)? {
        while true {
            if cursor < current.count {
                let key = Self.key(currentRank, current[cursor])
                if let first = late.first, first < key { return popLate() }
                cursor += 1
                return (currentRank, Int(current[cursor - 1]))
            }
            if late.first != nil { return popLate() }
            guard let rank = waitingRanks.pop() else {
                reset()
                return nil
            }
            start(UInt32(rank))
        }
    }

    private mutating func start(_ rank: UInt32) {
        let bucket = bucketOfRank[Int(rank)]
        bucketOfRank[Int(rank)] = Self.noBucket
        // Swapping hands the memory of the finished bucket on to the next one.
        current.removeAll(keepingCapacity: current.count < 4_096)
        swap(&current, &buckets[Int(bucket)])
        freeBuckets.append(bucket)
        if !isAscending(current) { current.sort() }
        currentRank = rank
        cursor = 0
        hasStarted = true
    }

    private mutating func reset() {
        current.removeAll(keepingCapacity: current.count < 4_096)
        cursor = 0
        hasStarted = false
    }

    private mutating func popLate() -> (rank: UInt32, place: Int)? {
        late.pop().map { (UInt32($0 >> 32), Int($0 & 0xFFFF_FFFF)) }
    }

    private func isAscending(_ places: [Int32]) -> Bool {
        var index = 1
        while index < places.count {
            if places[index - 1] > places[index] { return false }
            index += 1
        }
        return true
    }

    @inline(__always)
    private static func key(_ rank: UInt32, _ place: Int32) -> UInt64 { UInt64(rank) << 32 | UInt64(place) }
}

/// The smallest number first: a binary heap.
struct BinaryHeap {
    private var items: [UInt64] = []

    var first: UInt64? { items.first }

    mutating func push(_ item: UInt64) {
        items.append(item)
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[child] < items[parent] else { break }
            items.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> UInt64? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return first }
        items[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { return first }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < items[parent] else { return first }
            items.swapAt(child, parent)
            parent = child
        }
    }
}
