/// The tokens that are looked for in a text before anything else, as a tree over their bytes.
///
/// Nodes are numbered level by level, so that the children of a node follow each other in the order of their bytes.
struct SpecialTokenTrie: Sendable {
    struct Match: Equatable {
        var token: Int32
        var byteCount: Int
    }

    private struct Node {
        var token: Int32?
        /// The byte that leads here from the parent.
        var byte: UInt8
        var firstChild: Int32 = 0
        var childCount: Int32 = 0
    }

    private var nodes = [Node(token: nil, byte: 0)]
    /// Node of each first byte, or 0: most bytes of a text end the search here.
    private var roots = [Int32](repeating: 0, count: 256)
    /// Bytes of the longest token.
    let longestToken: Int

    /// A tree of tokens with different texts, none empty.
    init(_ tokens: [(text: [UInt8], token: Int32)]) {
        longestToken = tokens.reduce(0) { max($0, $1.text.count) }
        let sorted = tokens.sorted { $0.text.lexicographicallyPrecedes($1.text) }
        // The tokens below a node are a range of the sorted ones; a level is the list of its ranges.
        var level = [(node: 0, range: sorted.indices)]
        var depth = 0
        while !level.isEmpty {
            var next: [(node: Int, range: Range<Int>)] = []
            for (node, range) in level {
                var start = range.lowerBound
                nodes[node].firstChild = Int32(nodes.count)
                while start < range.upperBound {
                    let byte = sorted[start].text[depth]
                    let end = sorted[start..<range.upperBound].firstIndex { $0.text[depth] != byte } ?? range.upperBound
                    // A token that ends here stands before those it is the beginning of.
                    let ends = sorted[start].text.count == depth + 1
                    if node == 0 { roots[Int(byte)] = Int32(nodes.count) }
                    next.append((nodes.count, (ends ? start + 1 : start)..<end))
                    nodes.append(Node(token: ends ? sorted[start].token : nil, byte: byte))
                    nodes[node].childCount += 1
                    start = end
                }
            }
            level = next
            depth += 1
        }
    }

    var isEmpty: Bool { nodes.count == 1 }

    /// The longest token that `text[position..<end]` begins with.
    @inline(__always)
    func longestMatch(_ text: [UInt8], _ position: Int, _ end: Int) -> Match? {
        let root = roots[Int(text[position])]
        return root == 0 ? nil : longestMatch(text, position, end, below: Int(root))
    }

    private func longestMatch(_ text: [UInt8], _ position: Int, _ end: Int, below root: Int) -> Match? {
        var best: Match?
        var node = root
        var next = position + 1
        while node > 0 {
            if let token = nodes[node].token { best = Match(token: token, byteCount: next - position) }
            guard next < end else { break }
            node = child(of: node, text[next])
            next += 1
        }
        return best
    }

    /// The child that a byte leads to, or 0.
    @inline(__always)
    private func child(of node: Int, _ byte: UInt8) -> Int {
        var low = Int(nodes[node].firstChild)
        var high = low + Int(nodes[node].childCount)
        let end = high
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].byte < byte { low = middle + 1 } else { high = middle }
        }
        return low < end && nodes[low].byte == byte ? low : 0
    }
}
