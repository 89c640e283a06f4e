import Domain

/// The score of a block, with the place that is to blame for it.
struct BlockScore: Sendable, Hashable {
    /// Nats; see `ScoreRule`.
    let value: Double
    /// The worst token, of the worst window if the rule looks at windows.
    let worstToken: Int

    /// - Parameters:
    ///   - losses: negative log-likelihood of each token, nats; at least one, each finite and not negative.
    ///   - window: tokens in a window of the rule `window`; a shorter block is one window.
    init(_ losses: [Double], rule: ScoreRule, window: Int) {
        var range = losses.indices
        switch rule {
        case .mean: value = losses.reduce(0, +) / Double(losses.count)
        case .token: value = losses.max()!
        case .window:
            let width = min(window, losses.count)
            var worst = (sum: -1.0, start: 0)
            for start in 0...losses.count - width {
                // Summed anew each time: a running sum would carry its rounding from one window to the next.
                let sum = losses[start..<start + width].reduce(0, +)
                if sum > worst.sum { worst = (sum, start) }
            }
            value = worst.sum / Double(width)
            range = worst.start..<worst.start + width
        }
        worstToken = range.max { losses[$0] < losses[$1] }!
    }
}

/// Where a block is cut that is replaced from a place within it.
struct CutPlace: Sendable, Hashable {
    let bytes: Int
    let tokens: Int
    let isExact: Bool

    /// All before the first token that the target would have drawn otherwise; nil when that is the beginning of the
    /// block.
    ///
    /// - Parameter tokenBytes: bytes of each of the block's tokens.
    init?(keeping count: Int, of block: Segment, tokenBytes: [Int]) {
        guard count > 0 else { return nil }
        tokens = min(count, block.tokens.count)
        bytes = min(tokenBytes.prefix(tokens).reduce(0, +), block.text.count)
        isExact = true
    }

    /// The beginning of the line in which a token stands; nil when that is the beginning of the block.
    ///
    /// - Parameters:
    ///   - token: index among the scorer's tokens.
    ///   - tokenBytes: bytes of each of these.
    ///   - hasSameTokens: whether they are the block's own.
    init?(before token: Int, of block: Segment, tokenBytes: [Int], hasSameTokens: Bool) {
        let begin = min(tokenBytes.prefix(token).reduce(0, +), block.text.count)
        guard let newline = block.text[..<begin].lastIndex(of: UInt8(ascii: "\n")) else { return nil }
        let lineStart = newline + 1
        guard hasSameTokens else {
            bytes = lineStart
            tokens = block.tokens.count * lineStart / max(1, block.text.count)
            isExact = false
            return
        }
        var reached = 0
        var count = 0
        while count < block.tokens.count, reached + tokenBytes[count] <= lineStart {
            reached += tokenBytes[count]
            count += 1
        }
        guard reached > 0 else { return nil }
        bytes = reached
        tokens = count
        isExact = true
    }
}

extension Segment {
    /// Its beginning as a segment of its own, or all of it under its own id; nil when it is not that long.
    func beginning(_ cut: BlockCut) -> Segment? {
        if cut.segment == id { return cut.bytes == text.count && cut.tokens == tokens.count ? self : nil }
        guard (0...text.count).contains(cut.bytes), (0...tokens.count).contains(cut.tokens),
            cut.bytes + cut.tokens > 0
        else { return nil }
        return Segment(
            id: cut.segment, author: author, text: Array(text.prefix(cut.bytes)),
            tokens: Array(tokens.prefix(cut.tokens)), vocabulary: cut.isExact ? vocabulary : "")
    }
}
