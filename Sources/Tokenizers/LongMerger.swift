/// Merges a long word with a queue, so that the time is nearly linear in its length.
///
/// The chain of symbols is one array with a slot for each byte: the slot of a symbol's first byte holds the symbol,
/// that of its last byte holds its complement (if there are two), all others are negative. A slot is the beginning
/// of a symbol exactly when it is not negative, and both neighbours can be found from it.
struct LongMerger {
    private static let inside: Int32 = .min

    private var queue: MergeQueue
    private var slots: [Int32] = []

    init(rankCount: Int) {
        queue = MergeQueue(rankCount: rankCount)
    }

    /// Appends the tokens of `text[start..<end]` to `output`.
    mutating func encode(
        _ text: [UInt8], _ start: Int, _ end: Int, with model: some MergeModel, to output: inout [Int32]
    ) {
        begin(text, start, end, with: model)
        while let next = queue.pop() {
            apply(rank: next.rank, at: next.place, text, start, with: model)
        }
        var place = 0
        while place < slots.count {
            let symbol = slots[place]
            let length = model.byteCount(of: symbol)
            model.emit(symbol, text, start + place, start + place + length, to: &output)
            place += length
        }
        slots.removeAll(keepingCapacity: slots.count < 4_096)
    }

    private mutating func begin(_ text: [UInt8], _ start: Int, _ end: Int, with model: some MergeModel) {
        slots.reserveCapacity(end - start)
        var position = start
        while position < end {
            let symbol = model.firstSymbol(text, position, end)
            let length = model.byteCount(of: symbol)
            for _ in 0..<length { slots.append(Self.inside) }
            set(symbol, at: position - start, length)
            position += length
        }
        var place = 0
        while place < slots.count {
            let length = model.byteCount(of: slots[place])
            enqueue(place, length, text, start, with: model)
            place += length
        }
    }

    private mutating func apply(
        rank: UInt32, at place: Int, _ text: [UInt8], _ start: Int, with model: some MergeModel
    ) {
        let left = slots[place]
        guard left >= 0 else { return }
        let middle = place + model.byteCount(of: left)
        guard middle < slots.count else { return }
        let right = slots[middle]
        let after = middle + model.byteCount(of: right)
        let merge = model.merge(left, right, text, start + place, start + after)
        // The place has waited for neighbours that are gone; those it has now wait with a rank of their own.
        guard merge.rank == rank else { return }
        slots[middle] = Self.inside
        set(merge.product, at: place, after - place)
        enqueue(place, after - place, text, start, with: model)
        guard place > 0 else { return }
        let before = slots[place - 1]
        let length = model.byteCount(of: before < 0 ? ~before : before)
        enqueue(place - length, length, text, start, with: model)
    }

    @inline(__always)
    private mutating func set(_ symbol: Symbol, at place: Int, _ length: Int) {
        slots[place + length - 1] = ~symbol
        slots[place] = symbol
    }

    /// Lets the symbol of `length` bytes at `place` wait for its merge with the next, if there is one.
    @inline(__always)
    private mutating func enqueue(
        _ place: Int, _ length: Int, _ text: [UInt8], _ start: Int, with model: some MergeModel
    ) {
        let middle = place + length
        guard middle < slots.count else { return }
        let after = middle + model.byteCount(of: slots[middle])
        let merge = model.merge(slots[place], slots[middle], text, start + place, start + after)
        if merge != .never { queue.push(rank: merge.rank, place: place) }
    }
}
