/// Where the special tokens of a text are.
///
/// A longer token goes before a shorter one anywhere in the text, and among those of one length the first from the
/// left: as if every token in turn, the longest first, were searched in what the ones before it have left over. This
/// is not the same as reading from left to right: with `ab` and `bcd`, the text `abcd` holds `bcd`.
struct SpecialTokenSearch {
    struct Place: Equatable {
        var start: Int
        var match: SpecialTokenTrie.Match

        var end: Int { start + match.byteCount }
    }

    private let trie: SpecialTokenTrie
    private let text: [UInt8]

    /// The special tokens of `text`, from left to right, not overlapping.
    static func places(of trie: SpecialTokenTrie, in text: [UInt8]) -> [Place] {
        if trie.isEmpty { return [] }
        let search = SpecialTokenSearch(trie: trie, text: text)
        var places: [Place] = []
        var position = 0
        while position < text.count {
            guard let match = trie.longestMatch(text, position, text.count) else {
                position += 1
                continue
            }
            let place = Place(start: position, match: match)
            if search.hasLongerInside(place) {
                // Rare: tokens that overlap and of which the first is not the longest.
                let end = search.clusterEnd(place)
                places += search.choose(from: position, to: end)
                position = end
            } else {
                places.append(place)
                position = place.end
            }
        }
        return places
    }

    /// Whether a longer token begins inside of one: if none does, the first one stands, since nothing that overlaps
    /// it goes before it.
    private func hasLongerInside(_ place: Place) -> Bool {
        if place.match.byteCount == trie.longestToken { return false }
        return (place.start + 1..<place.end).contains { start in
            (trie.longestMatch(text, start, text.count)?.byteCount ?? 0) > place.match.byteCount
        }
    }

    /// Where the tokens that overlap each other, beginning with `place`, come to an end.
    private func clusterEnd(_ place: Place) -> Int {
        var end = place.end
        var position = place.start + 1
        while position < end {
            if let match = trie.longestMatch(text, position, text.count) {
                end = max(end, position + match.byteCount)
            }
            position += 1
        }
        return end
    }

    /// The tokens in `text[first..<last]`, across whose ends no token reaches.
    private func choose(from first: Int, to last: Int) -> [Place] {
        var candidates: [Int: [Place]] = [:]
        for position in first..<last {
            guard let match = trie.longestMatch(text, position, last) else { continue }
            candidates[match.byteCount, default: []].append(Place(start: position, match: match))
        }
        var isTaken = [Bool](repeating: false, count: last - first)
        var chosen: [Place] = []
        // Lengths only get shorter: what does not fit comes back as a shorter candidate.
        while let length = candidates.keys.max(), let places = candidates.removeValue(forKey: length) {
            for place in places.sorted(by: { $0.start < $1.start }) where !isTaken[place.start - first] {
                // Chosen tokens are not shorter, so one that overlaps this one covers its first or its last byte.
                if !isTaken[place.end - 1 - first] {
                    for position in place.start..<place.end { isTaken[position - first] = true }
                    chosen.append(place)
                } else {
                    let free = (place.start..<place.end).first { isTaken[$0 - first] } ?? place.end
                    guard let match = trie.longestMatch(text, place.start, free) else { continue }
                    candidates[match.byteCount, default: []].append(Place(start: place.start, match: match))
                }
            }
        }
        return chosen.sorted { $0.start < $1.start }
    }
}
