/// Byte-level BPE: ranked merges of token ids, starting from single bytes.
struct BytePairModel: MergeModel {
    private let byteCounts: [UInt16]
    private let merges: MergeTable
    private let byteSymbols: [Symbol]
    private let words: ByteStringIndex?
    private let strings: ByteStrings
    private let tokenCount: Int32
    let rankCount: Int

    /// - Parameters:
    ///   - strings: the bytes of each token; empty for one that is not written in the byte alphabet.
    ///   - index: finds those bytes.
    init(
        strings: ByteStrings, index: ByteStringIndex, mergeLines: [[UInt8]], takesWholeWords: Bool
    ) throws(TokenizerError) {
        let tokenCount = strings.count
        self.strings = strings
        self.tokenCount = Int32(tokenCount)
        rankCount = mergeLines.count
        words = takesWholeWords ? index : nil
        merges = try Self.readMerges(mergeLines, strings: strings, index: index)
        // A byte that is no token counts as a symbol of its own: it merges with nothing and ends as nothing.
        byteSymbols = (0..<256).map { byte in
            index.find([UInt8(byte)], 0, 1, in: strings) ?? Int32(tokenCount + byte)
        }
        byteCounts = (0..<tokenCount + 256).map { $0 < tokenCount ? UInt16(strings.byteCount(of: $0)) : 1 }
    }

    private static func readMerges(
        _ lines: [[UInt8]], strings: ByteStrings, index: ByteStringIndex
    ) throws(TokenizerError) -> MergeTable {
        var table = MergeTable(count: lines.count)
        var bytes: [UInt8] = []
        for rank in lines.indices {
            let line = lines[rank]
            guard let split = onlySpace(of: line) else { throw .mergeMalformed(index: rank) }
            bytes.removeAll(keepingCapacity: true)
            func missing(_ part: ArraySlice<UInt8>) -> TokenizerError {
                .mergeOfMissingToken(index: rank, part: excerpt(part))
            }
            guard ByteAlphabet.decode(line, 0, split, into: &bytes),
                let left = index.find(bytes, 0, bytes.count, in: strings)
            else { throw missing(line[..<split]) }
            let middle = bytes.count
            guard ByteAlphabet.decode(line, split + 1, line.count, into: &bytes),
                let right = index.find(bytes, middle, bytes.count, in: strings)
            else { throw missing(line[(split + 1)...]) }
            guard let product = index.find(bytes, 0, bytes.count, in: strings) else {
                throw missing(line[..<split] + line[(split + 1)...])
            }
            guard table.insert(left, right, Merge(rank: UInt32(rank), product: product)) else {
                throw .tableCrowded(key: "tokenizer.ggml.merges")
            }
        }
        return table
    }

    /// Where the one space of a line is, with something on either side.
    private static func onlySpace(of line: [UInt8]) -> Int? {
        var found: Int?
        var position = 0
        while position < line.count {
            if line[position] == UInt8(ascii: " ") {
                guard found == nil else { return nil }
                found = position
            }
            position += 1
        }
        guard let found, found > 0, found + 1 < line.count else { return nil }
        return found
    }

    /// The beginning of a part for a message.
    private static func excerpt(_ part: ArraySlice<UInt8>) -> String {
        String(decoding: part.prefix(64), as: UTF8.self).debugDescription
    }

    @inline(__always)
    func firstSymbol(_ text: [UInt8], _ position: Int, _ end: Int) -> Symbol { byteSymbols[Int(text[position])] }

    @inline(__always)
    func byteCount(of symbol: Symbol) -> Int { Int(byteCounts[Int(symbol)]) }

    @inline(__always)
    func merge(_ left: Symbol, _ right: Symbol, _ text: [UInt8], _ start: Int, _ end: Int) -> Merge {
        merges.find(left, right)
    }

    @inline(__always)
    func emit(_ symbol: Symbol, _ text: [UInt8], _ start: Int, _ end: Int, to output: inout [Int32]) {
        if symbol < tokenCount { output.append(symbol) }
    }

    @inline(__always)
    func wholeWord(_ text: [UInt8], _ start: Int, _ end: Int) -> Int32? {
        words.flatMap { $0.find(text, start, end, in: strings) }
    }
}
