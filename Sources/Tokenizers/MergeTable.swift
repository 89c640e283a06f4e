/// What two neighbours become, and how early: the lowest rank merges first.
struct Merge: Sendable, Equatable {
    var rank: UInt32
    var product: Int32

    /// The neighbours stay apart.
    static let never = Merge(rank: .max, product: 0)
}

/// From a pair of token ids to their merge: open addressing with linear probing.
struct MergeTable: Sendable {
    private struct Slot {
        /// Left id in the upper half, right id in the lower; the free slot is a pair that cannot be.
        var pair: UInt64
        var merge: Merge
    }

    private static let free = UInt64.max
    private var slots: [Slot]
    private let shift: UInt64

    /// A table for at most `count` merges, never more than half full.
    init(count: Int) {
        var bits: UInt64 = 4
        while (1 << bits) < count * 2 { bits += 1 }
        slots = [Slot](repeating: Slot(pair: Self.free, merge: .never), count: 1 << Int(bits))
        shift = 64 - bits
    }

    /// Enters a merge unless the pair has one: the earlier line of the file counts. False if the table is crowded.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) -> Bool {
        let pair = Self.key(left, right)
        var position = home(pair)
        var probes = 0
        while probes < TokenizerLimits.probes {
            let known = slots[position].pair
            if known == pair { return true }
            if known == Self.free {
                slots[position] = Slot(pair: pair, merge: merge)
                return true
            }
            position = (position + 1) & (slots.count - 1)
            probes += 1
        }
        return false
    }

    /// The merge of two neighbours, or `Merge.never`.
    @inline(__always)
    func find(_ left: Int32, _ right: Int32) -> Merge {
        let pair = Self.key(left, right)
        var position = home(pair)
        while true {
            let slot = slots[position]
            if slot.pair == pair { return slot.merge }
            if slot.pair == Self.free { return .never }
            position = (position + 1) & (slots.count - 1)
        }
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Multiplicative hashing (Knuth, The Art of Computer Programming, volume 3, section 6.4): the upper bits.
    @inline(__always)
    private func home(_ pair: UInt64) -> Int {
        let mixed = (pair ^ (pair >> 29)) &* 0x9E37_79B9_7F4A_7C15
        return Int((mixed ^ (mixed << 23)) >> shift)
    }
}
