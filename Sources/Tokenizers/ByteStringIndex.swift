/// From bytes to the id of the string in a `ByteStrings` that has them: open addressing with linear probing.
struct ByteStringIndex: Sendable {
    private struct Slot {
        var hash: UInt32
        /// Id plus one; 0 is a free slot.
        var mark: UInt32
    }

    enum Insertion: Equatable {
        case inserted
        case exists(Int)
        case crowded
    }

    private var slots: [Slot]
    private let mask: Int

    /// A table for at most `count` strings, never more than half full.
    init(count: Int) {
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        slots = [Slot](repeating: Slot(hash: 0, mark: 0), count: capacity)
        mask = capacity - 1
    }

    /// Enters string `id` of `strings`, unless an equal one is there.
    mutating func insert(_ id: Int, of strings: ByteStrings) -> Insertion {
        let range = strings.range(of: id)
        let hash = byteHash(strings.storage, range.lowerBound, range.upperBound)
        var position = Int(hash) & mask
        var probes = 0
        while probes < TokenizerLimits.probes {
            let slot = slots[position]
            if slot.mark == 0 {
                slots[position] = Slot(hash: hash, mark: UInt32(id) + 1)
                return .inserted
            }
            if slot.hash == hash,
                strings.isEqual(Int(slot.mark) - 1, to: strings.storage, range.lowerBound, range.upperBound) {
                return .exists(Int(slot.mark) - 1)
            }
            position = (position + 1) & mask
            probes += 1
        }
        return .crowded
    }

    /// The id of `text[start..<end]` in `strings`.
    @inline(__always)
    func find(_ text: [UInt8], _ start: Int, _ end: Int, in strings: ByteStrings) -> Int32? {
        let hash = byteHash(text, start, end)
        var position = Int(hash) & mask
        while true {
            let slot = slots[position]
            if slot.mark == 0 { return nil }
            if slot.hash == hash, strings.isEqual(Int(slot.mark) - 1, to: text, start, end) {
                return Int32(slot.mark) - 1
            }
            position = (position + 1) & mask
        }
    }
}

/// Hash of `text[start..<end]`: FNV-1a with its halves folded together.
@inline(__always)
func byteHash(_ text: [UInt8], _ start: Int, _ end: Int) -> UInt32 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var position = start
    while position < end {
        hash = (hash ^ UInt64(text[position])) &* 0x100_0000_01B3
        position += 1
    }
    return UInt32(truncatingIfNeeded: hash ^ (hash >> 29) ^ (hash >> 43))
}
