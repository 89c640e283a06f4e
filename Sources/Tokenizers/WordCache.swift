/// The tokens of short words seen lately: a fixed number of places, a new word takes the place of an old one.
///
/// It only saves time. A word has the same tokens wherever it stands, so they are the same from here or merged anew.
struct WordCache: Sendable {
    /// A word as it is compared: its bytes in two numbers.
    struct Key: Equatable {
        static let mostBytes = 16
        var low: UInt64 = 0
        var high: UInt64 = 0
        var byteCount: UInt8 = 0

        /// The key of `text[start..<end]`, which has at most `mostBytes` bytes.
        @inline(__always)
        init(_ text: [UInt8], _ start: Int, _ end: Int) {
            byteCount = UInt8(truncatingIfNeeded: end - start)
            let middle = min(end, start + 8)
            var position = start
            while position < middle {
                low = low << 8 | UInt64(text[position])
                position += 1
            }
            while position < end {
                high = high << 8 | UInt64(text[position])
                position += 1
            }
        }

        fileprivate init() {}

        @inline(__always)
        fileprivate var place: Int {
            let mixed = (low ^ (high &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(byteCount)) &* 0xD6E8_FEB8_6659_FD93
            return Int(((mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93) >> (64 - UInt64(placeBits)))
        }
    }

    private struct Entry {
        var key = Key()
        var tokenCount: UInt8 = 0
        var tokens = InlineArray<6, Int32>(repeating: 0)
    }

    private static let placeBits = 14
    private static let mostTokens = 6
    /// A key of no bytes is in no text, so an empty place matches nothing.
    private var entries = [Entry](repeating: Entry(), count: 1 << placeBits)

    /// Appends the tokens of a word to `output`; false, with nothing done, if they are not here.
    @inline(__always)
    func append(_ key: Key, to output: inout [Int32]) -> Bool {
        let place = key.place
        guard entries[place].key == key else { return false }
        let count = Int(entries[place].tokenCount)
        for index in 0..<count { output.append(entries[place].tokens[index]) }
        return true
    }

    /// Remembers `output[start...]` as the tokens of a word, unless they are too many.
    mutating func remember(_ key: Key, _ output: [Int32], from start: Int) {
        guard output.count - start <= Self.mostTokens else { return }
        let place = key.place
        entries[place].key = key
        entries[place].tokenCount = UInt8(output.count - start)
        for index in start..<output.count { entries[place].tokens[index - start] = output[index] }
    }
}
