/// The scores of one stratum in ascending order, with their ranks.
///
/// Sorted runs of at most `runCapacity` scores, a binary search over the runs' last scores, and a Fenwick tree over
/// the runs' lengths (P. Fenwick, "A new data structure for cumulative frequency tables", 1994). To rank costs
/// O(log n). To insert costs O(log n) and the move of at most one run; a run that is full is split, which rebuilds
/// the tree and costs O(n / runCapacity), once in runCapacity / 2 insertions at most. Runs are at least half full,
/// so a million scores take at most 17 MB.
public struct ScoreBank: Sendable {
    /// Scores in one sorted run at most: 4 KiB.
    static let runCapacity = 512

    private var runs: [[Double]] = []
    /// The last, greatest score of each run.
    private var greatest: [Double] = []
    private var lengths = FenwickTree()
    /// How many scores there are.
    public private(set) var count = 0

    /// A bank without scores.
    public init() {}

    /// Every score, ascending.
    public var sortedScores: [Double] { runs.flatMap { $0 } }

    /// Where a score stands among those of the bank; it need not be one of them.
    public func rank(of score: Double) -> Rank {
        let less = position(greatest, { $0 < score }, within: { $0 < score })
        let notGreater = position(greatest, { $0 <= score }, within: { $0 <= score })
        return Rank(less: less, equal: notGreater - less, greater: count - notGreater)
    }

    /// Adds a score. It must be a number: the caller has checked it.
    public mutating func insert(_ score: Double) {
        precondition(!score.isNaN, "a score that is not a number has no rank")
        count += 1
        guard !runs.isEmpty else {
            var run: [Double] = []
            run.reserveCapacity(Self.runCapacity)
            run.append(score)
            runs = [run]
            greatest = [score]
            lengths = FenwickTree([1])
            return
        }
        let index = min(greatest.partitionPoint { $0 <= score }, runs.count - 1)
        let place = runs[index].partitionPoint { $0 <= score }
        runs[index].insert(score, at: place)
        greatest[index] = runs[index][runs[index].count - 1]
        if runs[index].count < Self.runCapacity {
            lengths.add(1, at: index)
        } else {
            split(index)
        }
    }

    private mutating func split(_ index: Int) {
        let half = Self.runCapacity / 2
        var upper: [Double] = []
        upper.reserveCapacity(Self.runCapacity)
        upper.append(contentsOf: runs[index][half...])
        runs[index].removeLast(runs[index].count - half)
        greatest[index] = runs[index][half - 1]
        greatest.insert(upper[upper.count - 1], at: index + 1)
        runs.insert(upper, at: index + 1)
        lengths = FenwickTree(runs.map { $0.count })
    }

    /// How many scores satisfy a condition that holds for a beginning of the sorted scores.
    private func position(
        _ greatest: [Double], _ holdsForRun: (Double) -> Bool, within holds: (Double) -> Bool
    ) -> Int {
        let index = greatest.partitionPoint(where: holdsForRun)
        guard index < runs.count else { return count }
        return lengths.sum(before: index) + runs[index].partitionPoint(where: holds)
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
