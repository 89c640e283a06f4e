/// Where the special tokens of a text are.
///
/// A longer token goes before a shorter one anywhere in the text, and among those of one length the first from the
/// left: as if every token in turn, the longest first, were searched in what the ones before it have left over. This
/// is not the same as reading from left to right: with `ab` and `bcd`, the text `abcd` holds `bcd`.
struct SpecialTokenSearch {
    struct Place: Equatable {
        var start: Int
        var match: SpecialTokenTrie.Match
    }

    private let trie: SpecialTokenTrie
    private let text: [UInt8]
    /// Candidates by their length in bytes.
    private var candidates: [Int: [Place]] = [:]
    private var taken: ByteSet

    private init(_ trie: SpecialTokenTrie, _ text: [UInt8]) {
        self.trie = trie
        self.text = text
        taken = ByteSet(count: text.count)
    }

    /// The special tokens of `text`, from left to right, not overlapping.
    static func places(of trie: SpecialTokenTrie, in text: [UInt8]) -> [Place] {
        if trie.isEmpty { return [] }
        var position = 0
        while position < text.count, trie.longestMatch(text, position, text.count) == nil { position += 1 }
        guard position < text.count else { return [] }
        var search = SpecialTokenSearch(trie, text)
        search.collect(from: position)
        return search.choose()
    }

    private mutating func collect(from first: Int) {
        for position in first..<text.count where trie.begins(with: text[position]) {
            guard let match = trie.longestMatch(text, position, text.count) else { continue }
            candidates[match.byteCount, default: []].append(Place(start: position, match: match))
        }
    }

    private mutating func choose() -> [Place] {
        var chosen: [Place] = []
        // Lengths only ever get shorter: what does not fit comes back as a shorter candidate.
        while let length = candidates.keys.max(), let places = candidates.removeValue(forKey: length) {
            let isSorted = zip(places, places.dropFirst()).allSatisfy { $0.start < $1.start }
            for place in isSorted ? places : places.sorted(by: { $0.start < $1.start }) {
                guard !taken.contains(place.start) else { continue }
                // Chosen tokens are not shorter, so one that overlaps covers an end of this one.
                if !taken.contains(place.start + length - 1) {
                    taken.insert(place.start..<place.start + length)
                    chosen.append(place)
                } else if let match = trie.longestMatch(text, place.start, freeEnd(place.start, length)) {
                    candidates[match.byteCount, default: []].append(Place(start: place.start, match: match))
                }
            }
        }
        chosen.sort { $0.start < $1.start }
        return chosen
    }

    /// End of the bytes from `start` on that are still free, of at most `length`.
    private func freeEnd(_ start: Int, _ length: Int) -> Int {
        (start..<start + length).first(where: taken.contains) ?? start + length
    }
}

/// A set of byte positions, a bit each.
private struct ByteSet {
    private var words: [UInt64]

    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    func contains(_ position: Int) -> Bool { words[position >> 6] >> UInt64(position & 63) & 1 == 1 }

    mutating func insert(_ range: Range<Int>) {
        for position in range { words[position >> 6] |= 1 << UInt64(position & 63) }
    }
}
