/// SentencePiece-style BPE: two neighbours whose joined text is a token may merge, the best score first; a
/// character that is no token is written as bytes (Kudo and Richardson, "SentencePiece", 2018, section 3).
struct SentencePieceModel: MergeModel {
    /// `▁`, which stands for a space, in UTF-8.
    static let space: [UInt8] = [0xE2, 0x96, 0x81]

    /// Whether a `▁` stands at `position` of `text[..<end]`.
    @inline(__always)
    static func isSpace(_ text: [UInt8], _ position: Int, _ end: Int) -> Bool {
        text[position] == 0xE2 && position + 2 < end && text[position + 1] == 0x96 && text[position + 2] == 0x81
    }

    private let strings: ByteStrings
    private let index: ByteStringIndex
    private let byteCounts: [UInt16]
    private let ranks: [UInt32]
    private let byteTokens: [Int32?]
    private let longestToken: Int
    private let tokenCount: Int32
    let rankCount: Int

    /// - Parameters:
    ///   - strings: the text of each token as in the file; `index` finds it.
    ///   - byteTokens: the token of each byte, or what stands in for it; nil leaves the byte out.
    init(strings: ByteStrings, index: ByteStringIndex, scores: [Float], byteTokens: [Int32?]) {
        self.strings = strings
        self.index = index
        self.byteTokens = byteTokens
        let tokenCount = strings.count
        self.tokenCount = Int32(tokenCount)
        // Behind the tokens stand four symbols: characters of one to four bytes that are no token.
        byteCounts = (0..<tokenCount + 4).map { id in
            UInt16(id < tokenCount ? strings.byteCount(of: id) : id - tokenCount + 1)
        }
        longestToken = Int(byteCounts.max() ?? 0)
        (ranks, rankCount) = Self.rank(scores)
    }

    /// The place of each score among the different ones, the highest first.
    private static func rank(_ scores: [Float]) -> (ranks: [UInt32], count: Int) {
        var ranks = [UInt32](repeating: 0, count: scores.count)
        var rank: UInt32 = 0
        var previous: Float?
        for id in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            if let previous, scores[id] < previous { rank += 1 }
            ranks[id] = rank
            previous = scores[id]
        }
        return (ranks, Int(rank) + 1)
    }

    @inline(__always)
    func firstSymbol(_ text: [UInt8], _ position: Int, _ end: Int) -> Symbol {
        let length = ScalarDecoder.decode(text, position, end).length
        return index.find(text, position, position + length, in: strings) ?? tokenCount + Int32(length) - 1
    }

    @inline(__always)
    func byteCount(of symbol: Symbol) -> Int { Int(byteCounts[Int(symbol)]) }

    @inline(__always)
    func merge(_ left: Symbol, _ right: Symbol, _ text: [UInt8], _ start: Int, _ end: Int) -> Merge {
        guard end - start <= longestToken, let token = index.find(text, start, end, in: strings) else { return .never }
        return Merge(rank: ranks[Int(token)], product: token)
    }

    @inline(__always)
    func emit(_ symbol: Symbol, _ text: [UInt8], _ start: Int, _ end: Int, to output: inout [Int32]) {
        if symbol < tokenCount { return output.append(symbol) }
        for position in start..<end {
            if let token = byteTokens[Int(text[position])] { output.append(token) }
        }
    }

    @inline(__always)
    func wholeWord(_ text: [UInt8], _ start: Int, _ end: Int) -> Int32? { nil }
}
