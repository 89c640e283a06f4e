/// Merges a short word by looking at all pairs for the best one in turn: quadratic, but without any allocation.
struct ShortMerger {
    /// Longest word, in symbols, that it takes; longer ones go to `LongMerger`.
    static let mostSymbols = 48

    private var count = 0
    private var symbols = InlineArray<48, Symbol>(repeating: 0)
    /// Where each symbol begins in the text, and last where the word ends.
    private var starts = InlineArray<49, Int>(repeating: 0)
    /// The merge of each symbol with the next, in two arrays: the search reads only ranks.
    private var ranks = InlineArray<48, UInt32>(repeating: .max)
    private var products = InlineArray<48, Symbol>(repeating: 0)

    /// Appends the tokens of `text[start..<end]` to `output`. False, with nothing done, if it has too many symbols.
    @inline(__always)
    static func encode(
        _ text: [UInt8], _ start: Int, _ end: Int, with model: some MergeModel, to output: inout [Int32]
    ) -> Bool {
        var merger = ShortMerger()
        guard merger.begin(text, start, end, with: model) else { return false }
        while let best = merger.bestMerge() { merger.apply(at: best, text, with: model) }
        for index in 0..<merger.count {
            model.emit(merger.symbols[index], text, merger.starts[index], merger.starts[index + 1], to: &output)
        }
        return true
    }

    @inline(__always)
    private mutating func begin(_ text: [UInt8], _ start: Int, _ end: Int, with model: some MergeModel) -> Bool {
        var position = start
        while position < end {
            guard count < Self.mostSymbols else { return false }
            symbols[count] = model.firstSymbol(text, position, end)
            starts[count] = position
            position += model.byteCount(of: symbols[count])
            count += 1
        }
        starts[count] = end
        var index = 0
        while index + 1 < count {
            rank(index, text, with: model)
            index += 1
        }
        return true
    }

    /// Looks up the merge of a symbol with the next.
    @inline(__always)
    private mutating func rank(_ index: Int, _ text: [UInt8], with model: some MergeModel) {
        let merge = model.merge(symbols[index], symbols[index + 1], text, starts[index], starts[index + 2])
        ranks[index] = merge.rank
        products[index] = merge.product
    }

    /// Index of the merge of lowest rank, the leftmost of several.
    @inline(__always)
    private func bestMerge() -> Int? {
        var best = 0
        var bestRank = UInt32.max
        var index = 0
        while index + 1 < count {
            if ranks[index] < bestRank {
                bestRank = ranks[index]
                best = index
            }
            index += 1
        }
        return bestRank == .max ? nil : best
    }

    @inline(__always)
    private mutating func apply(at place: Int, _ text: [UInt8], with model: some MergeModel) {
        symbols[place] = products[place]
        count -= 1
        var index = place + 1
        while index < count {
            symbols[index] = symbols[index + 1]
            starts[index] = starts[index + 1]
            ranks[index] = ranks[index + 1]
            products[index] = products[index + 1]
            index += 1
        }
        starts[count] = starts[count + 1]
        if place + 1 < count { rank(place, text, with: model) }
        if place > 0 { rank(place - 1, text, with: model) }
    }
}
