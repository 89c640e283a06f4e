/// The scores of one stratum in ascending order, with their ranks.
///
/// Sorted runs of at most `runCapacity` scores, a binary search over the runs' last scores, and a Fenwick tree over
/// the runs' lengths (P. Fenwick, "A new data structure for cumulative frequency tables", 1994). To rank costs
/// O(log n). To insert costs O(log n) and the move of at most one run; a run that is full is split, which rebuilds
/// the tree and costs O(n / runCapacity), once in runCapacity / 2 insertions at most. To remove costs the same.
/// Runs are at least half full as long as nothing is removed, so a million scores take at most 17 MB.
public struct ScoreBank: Sendable {
    /// Scores in one sorted run at most: 4 KiB.
    static let runCapacity = 512

    private var runs: [[Double]] = []
    /// The last, greatest score of each run.
    private var greatest: [Double] = []
    /// The length of each run.
    private var lengths: [Int] = []
    private var sums = FenwickTree()
    /// How many scores there are.
    public private(set) var count = 0

    /// A bank without scores.
    public init() {}

    /// A bank of these scores, in O(n log n). They must be numbers.
    public init(_ scores: [Double]) {
        precondition(!scores.contains { $0.isNaN }, "a score that is not a number has no rank")
        let sorted = scores.sorted()
        let filled = Self.runCapacity * 3 / 4
        for start in stride(from: 0, to: sorted.count, by: filled) {
            var run: [Double] = []
            run.reserveCapacity(Self.runCapacity)
            run.append(contentsOf: sorted[start..<min(start + filled, sorted.count)])
            runs.append(run)
        }
        count = sorted.count
        greatest = runs.map { $0[$0.count - 1] }
        lengths = runs.map(\.count)
        sums = FenwickTree(lengths)
    }

    /// Every score, ascending.
    public var sortedScores: [Double] { runs.flatMap { $0 } }

    /// Where a score belongs: before the first that is not less.
    private struct Place {
        let run: Int
        let offset: Int
    }

    private func place(of score: Double) -> Place {
        let run = greatest.partitionPoint { $0 < score }
        return Place(run: run, offset: run < runs.count ? runs[run].partitionPoint { $0 < score } : 0)
    }

    /// Where a score stands among those of the bank; it need not be one of them.
    public func rank(of score: Double) -> Rank {
        let place = place(of: score)
        guard place.run < runs.count else { return Rank(less: count, equal: 0, greater: 0) }
        let less = sums.sum(before: place.run) + place.offset
        // Ties are rare, and a search for their end as long as the first.
        guard runs[place.run][place.offset] == score else {
            return Rank(less: less, equal: 0, greater: count - less)
        }
        let last = greatest.partitionPoint { $0 <= score }
        let notGreater =
            last < runs.count
            ? sums.sum(before: last) + runs[last].partitionPoint { $0 <= score } : count
        return Rank(less: less, equal: notGreater - less, greater: count - notGreater)
    }

    /// Adds a score. It must be a number: the caller has checked it.
    public mutating func insert(_ score: Double) {
        precondition(!score.isNaN, "a score that is not a number has no rank")
        let place = place(of: score)
        count += 1
        guard !runs.isEmpty else {
            append(runOf: score)
            return
        }
        let isGreatest = place.run == runs.count
        let index = isGreatest ? runs.count - 1 : place.run
        if isGreatest, lengths[index] == Self.runCapacity - 1 {
            // Scores that only rise leave full runs behind, not half full ones.
            append(runOf: score)
            return
        }
        runs[index].insert(score, at: isGreatest ? lengths[index] : place.offset)
        lengths[index] += 1
        greatest[index] = runs[index][lengths[index] - 1]
        if lengths[index] < Self.runCapacity {
            sums.add(1, at: index)
        } else {
            split(index)
        }
    }

    /// Takes one score of this value out. It must be there.
    public mutating func remove(_ score: Double) {
        let index = greatest.partitionPoint { $0 < score }
        precondition(index < runs.count, "only a score of the bank can be removed")
        let place = runs[index].partitionPoint { $0 < score }
        precondition(runs[index][place] == score, "only a score of the bank can be removed")
        count -= 1
        runs[index].remove(at: place)
        lengths[index] -= 1
        if let last = runs[index].last {
            greatest[index] = last
            sums.add(-1, at: index)
        } else {
            runs.remove(at: index)
            greatest.remove(at: index)
            lengths.remove(at: index)
            sums = FenwickTree(lengths)
        }
    }

    private mutating func append(runOf score: Double) {
        var run: [Double] = []
        run.reserveCapacity(Self.runCapacity)
        run.append(score)
        runs.append(run)
        greatest.append(score)
        lengths.append(1)
        sums = FenwickTree(lengths)
    }

    private mutating func split(_ index: Int) {
        let half = Self.runCapacity / 2
        var upper: [Double] = []
        upper.reserveCapacity(Self.runCapacity)
        upper.append(contentsOf: runs[index][half...])
        runs[index].removeLast(runs[index].count - half)
        lengths[index] = half
        lengths.insert(upper.count, at: index + 1)
        greatest[index] = runs[index][half - 1]
        greatest.insert(upper[upper.count - 1], at: index + 1)
        runs.insert(upper, at: index + 1)
        // Of the lengths alone: to ask each run would fetch all of them from memory.
        sums = FenwickTree(lengths)
    }
}

/// Where a score stands among others.
public struct Rank: Sendable, Hashable {
    /// How many scores are lower (better).
    public let less: Int
    public let equal: Int
    /// How many scores are higher (worse).
    public let greater: Int

    /// A rank with its parts.
    public init(less: Int, equal: Int, greater: Int) {
        self.less = less
        self.equal = equal
        self.greater = greater
    }

    /// How many scores the rank is among.
    public var count: Int { less + equal + greater }

    /// The rank among the scores of both.
    static func + (one: Rank, other: Rank) -> Rank {
        Rank(less: one.less + other.less, equal: one.equal + other.equal, greater: one.greater + other.greater)
    }
}

extension Array where Element == Double {
    /// The index of the first element for which the condition fails; it must hold for a beginning of the array.
    func partitionPoint(where holds: (Double) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
