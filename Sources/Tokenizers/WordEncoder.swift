/// Encodes the words of a text one after the other: from the cache, or by merging.
struct WordEncoder<Model: MergeModel>: PieceTaker {
    private let model: Model
    private var long: LongMerger
    private(set) var cache: WordCache
    private(set) var output: [Int32] = []

    /// An encoder for a text of about `textByteCount` bytes.
    init(model: Model, cache: WordCache, textByteCount: Int) {
        self.model = model
        self.cache = cache
        long = LongMerger(rankCount: model.rankCount)
        output.reserveCapacity(min(textByteCount, 1 << 20) / 3)
    }

    /// Appends a token that is not from text.
    mutating func append(_ token: Int32) { output.append(token) }

    @inline(__always)
    mutating func take(_ text: [UInt8], _ start: Int, _ end: Int) {
        guard end - start <= WordCache.Key.mostBytes else { return takeUncached(text, start, end) }
        let key = WordCache.Key(text, start, end)
        if cache.append(key, to: &output) { return }
        let outputStart = output.count
        merge(text, start, end)
        cache.remember(key, output, from: outputStart)
    }

    private mutating func takeUncached(_ text: [UInt8], _ start: Int, _ end: Int) {
        var position = start
        while end - position > TokenizerLimits.wordBytes {
            merge(text, position, position + TokenizerLimits.wordBytes)
            position += TokenizerLimits.wordBytes
        }
        merge(text, position, end)
    }

    private mutating func merge(_ text: [UInt8], _ start: Int, _ end: Int) {
        if let token = model.wholeWord(text, start, end) { return output.append(token) }
        if ShortMerger.encode(text, start, end, with: model, to: &output) { return }
        long.encode(text, start, end, with: model, to: &output)
    }
}
