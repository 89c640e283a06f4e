/// Finds what a user probably meant.
public enum NearestName {
    /// The known name that takes the fewest edits to reach, if they are few enough to be a slip of the hand.
    public static func find(_ name: String, among known: [String]) -> String? {
        // Longer than any name of ours by far: not a slip.
        guard name.utf8.count <= 64 else { return nil }
        let candidates = known.map { (name: $0, edits: edits(Array(name.lowercased().utf8), Array($0.utf8))) }
        guard let best = candidates.min(by: { $0.edits < $1.edits }) else { return nil }
        let length = best.name.utf8.count
        return best.edits <= (length < 4 ? 1 : max(2, length / 3)) ? best.name : nil
    }

    /// `unknown key 'x': did you mean 'y'? Known: y, z`
    ///
    /// - Parameters:
    ///   - hidden: names that may be meant but are not listed.
    ///   - place: where it was found, with a space before: ` in cluster`.
    public static func unknown(
        _ what: String, _ name: String, known: [String], hidden: [String] = [], place: String = ""
    ) -> String {
        let guess = find(name, among: known + hidden).map { ": did you mean '\($0)'?" } ?? "."
        let list = known.isEmpty ? "none" : known.joined(separator: ", ")
        return "unknown \(what) '\(name.shortened)'\(place)\(guess) Known: \(list)"
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), two rows kept.
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var older: [Int] = []
        var previous = Array(0...right.count)
        for leftIndex in left.indices {
            var row = [leftIndex + 1]
            for rightIndex in right.indices {
                let isSame = left[leftIndex] == right[rightIndex]
                var best = min(
                    previous[rightIndex] + (isSame ? 0 : 1), previous[rightIndex + 1] + 1, row[rightIndex] + 1)
                if leftIndex > 0 && rightIndex > 0 && left[leftIndex] == right[rightIndex - 1]
                    && left[leftIndex - 1] == right[rightIndex] {
                    best = min(best, older[rightIndex - 1] + 1)
                }
                row.append(best)
            }
            (older, previous) = (previous, row)
        }
        return previous[right.count]
    }
}
