/// Merges a short word by looking at all pairs for the best one in turn: quadratic, but with no overhead.
struct ShortMerger {
    private var symbols: [Symbol] = []
    /// Where each symbol begins, and last where the word ends.
    private var starts: [Int] = []
    /// The merge of each symbol with the next.
    private var merges: [Merge] = []

    /// Appends the tokens of `text[start..<end]` to `output`. False, with nothing done, if it has too many symbols.
    mutating func encode(
        _ text: [UInt8], _ start: Int, _ end: Int, with model: some MergeModel, to output: inout [Int32]
    ) -> Bool {
        guard begin(text, start, end, with: model) else { return false }
        while let best = bestMerge() {
            symbols[best] = merges[best].product
            symbols.remove(at: best + 1)
            starts.remove(at: best + 1)
            merges.remove(at: best)
            if best + 1 < symbols.count { merges[best] = merge(at: best, text, with: model) }
            if best > 0 { merges[best - 1] = merge(at: best - 1, text, with: model) }
        }
        for index in symbols.indices {
            model.emit(symbols[index], text, starts[index], starts[index + 1], to: &output)
        }
        return true
    }

    private mutating func begin(_ text: [UInt8], _ start: Int, _ end: Int, with model: some MergeModel) -> Bool {
        symbols.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        merges.removeAll(keepingCapacity: true)
        var position = start
        while position < end {
            guard symbols.count < TokenizerLimits.shortWordSymbols else { return false }
            let symbol = model.firstSymbol(text, position, end)
            symbols.append(symbol)
            starts.append(position)
            position += model.byteCount(of: symbol)
        }
        starts.append(end)
        var index = 0
        while index + 1 < symbols.count {
            merges.append(merge(at: index, text, with: model))
            index += 1
        }
        return true
    }

    @inline(__always)
    private func merge(at index: Int, _ text: [UInt8], with model: some MergeModel) -> Merge {
        model.merge(symbols[index], symbols[index + 1], text, starts[index], starts[index + 2])
    }

    /// Index of the merge of lowest rank, the leftmost of several.
    @inline(__always)
    private func bestMerge() -> Int? {
        var best = 0
        var bestRank = UInt32.max
        var index = 0
        while index < merges.count {
            if merges[index].rank < bestRank {
                bestRank = merges[index].rank
                best = index
            }
            index += 1
        }
        return bestRank == .max ? nil : best
    }
}
