/// Sums over beginnings of an array of counts, each change and each sum in O(log n).
struct FenwickTree: Sendable {
    /// Node i (from 1) holds the sum of the counts i - lowbit(i) ..< i.
    private var nodes: [Int]

    /// Builds the tree in O(n).
    init(_ counts: [Int] = []) {
        nodes = [0] + counts
        for node in nodes.indices.dropFirst() {
            let parent = node + (node & -node)
            if parent < nodes.count { nodes[parent] += nodes[node] }
        }
    }

    /// Adds to the count at `index` (from 0).
    mutating func add(_ amount: Int, at index: Int) {
        var node = index + 1
        while node < nodes.count {
            nodes[node] += amount
            node += node & -node
        }
    }

    /// The sum of the counts `0 ..< index`.
    func sum(before index: Int) -> Int {
        var node = index
        var sum = 0
        while node > 0 {
            sum += nodes[node]
            node -= node & -node
        }
        return sum
    }
}
