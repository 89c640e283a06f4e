/// The tokens that are looked for in a text before anything else, as a tree over their bytes.
struct SpecialTokenTrie: Sendable {
    private struct Node: Sendable {
        /// The token that ends here, or -1.
        var token: Int32 = -1
        var children: [UInt8: Int32] = [:]
    }

    struct Match: Equatable {
        var token: Int32
        var byteCount: Int
    }

    private var nodes: [Node] = [Node()]
    /// Node of each first byte, or 0: most bytes of a text end the search here.
    private var roots = [Int32](repeating: 0, count: 256)
    private(set) var longestToken = 0

    var isEmpty: Bool { nodes.count == 1 }

    mutating func insert(_ bytes: some Sequence<UInt8>, token: Int32) {
        var node = 0
        var byteCount = 0
        for byte in bytes {
            byteCount += 1
            let isFirst = byteCount == 1
            var next = isFirst ? Int(roots[Int(byte)]) : Int(nodes[node].children[byte] ?? 0)
            if next == 0 {
                next = nodes.count
                nodes.append(Node())
                if isFirst { roots[Int(byte)] = Int32(next) } else { nodes[node].children[byte] = Int32(next) }
            }
            node = next
        }
        if node > 0 { nodes[node].token = token }
        longestToken = max(longestToken, byteCount)
    }

    /// Whether a token may begin with this byte.
    @inline(__always)
    func begins(with byte: UInt8) -> Bool { roots[Int(byte)] != 0 }

    /// The longest token that `text[position..<end]` begins with.
    func longestMatch(_ text: [UInt8], _ position: Int, _ end: Int) -> Match? {
        var best: Match?
        var node = Int(roots[Int(text[position])])
        var next = position + 1
        while node > 0 {
            if nodes[node].token >= 0 { best = Match(token: nodes[node].token, byteCount: next - position) }
            guard next < end else { break }
            node = Int(nodes[node].children[text[next]] ?? 0)
            next += 1
        }
        return best
    }
}
