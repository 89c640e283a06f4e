/// Finds the answer of a path in its text: the last balanced `\boxed{...}`.
///
/// A box counts when its braces close, when something other than white space and braces stands in it (so that an
/// echoed instruction "in `\boxed{}`" is no answer), and when no other box starts inside it (so that of
/// `\boxed{x = \boxed{5}}` the answer is `5`). `\{`, `\}` and `\\` are escapes and never count as grouping. Both
/// functions scan once, from left to right, and need no stack: an outer box cannot close before the box that was
/// opened last inside it.
public enum AnswerExtractor {
    /// The bytes between the braces of the last balanced, non-empty box; nil if there is none.
    public static func lastBox(in text: [UInt8]) -> [UInt8]? {
        var scanner = BoxScanner()
        var last: Range<Int>?
        for position in text.indices {
            if let content = scanner.step(text[position], at: position) { last = content }
        }
        return last.map { Array(text[$0]) }
    }

    /// The same for a string.
    public static func lastBox(in text: String) -> String? {
        lastBox(in: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// True once a box is closed anywhere in these bytes: `lastBox(in:) != nil`, without allocating.
    public static func hasClosedBox(_ text: [UInt8]) -> Bool {
        var scanner = BoxScanner()
        for position in text.indices where scanner.step(text[position], at: position) != nil { return true }
        return false
    }

    /// The contents of the last box and of those that its sentence joins to it, in order, each text once.
    private static func lastBoxes(in text: [UInt8]) -> [Range<Int>] {
        var scanner = BoxScanner()
        var boxes: [Range<Int>] = []
        for position in text.indices {
            guard let content = scanner.step(text[position], at: position) else { continue }
            // Behind the box's brace up to the command of the next.
            if let last = boxes.last, !BoxJoint.joins(text[(last.upperBound + 1)..<content.lowerBound]) { boxes = [] }
            boxes.append(content)
        }
        guard boxes.count > 1 else { return boxes }
        var seen: Set<[UInt8]> = []
        let (last, isNew) = (boxes[boxes.count - 1], { seen.insert(Array(text[$0]).trimmingWhiteSpace()).inserted })
        let kept = boxes.filter(isNew)
        return kept.count > 1 ? kept : [last]
    }

    /// The answer of a finished text: its last box, else what the given patterns find, tried in order.
    ///
    /// Boxes of one sentence with nothing but commas, "and" or "or" between are one list: `\boxed{3}, \boxed{5}` is
    /// `3, 5`. A box that says the same as one before it counts once.
    ///
    /// With `choiceLetter` among the patterns a box counts by the letter that it begins with (`\boxed{B. Paris}` is
    /// `B`); of a box that begins with none the letter counts that is said after it, and without one the box as it
    /// stands.
    ///
    /// - Parameter text: UTF-8; a character that was cut in two becomes U+FFFD.
    /// - Returns: trimmed, and never empty; nil if there is neither box nor match.
    public static func answer(in text: [UInt8], patterns: [AnswerPattern] = AnswerPattern.general) -> String? {
        let boxes = lastBoxes(in: text)
        if let last = boxes.last {
            let contents = boxes.map { Array(text[$0]).trimmingWhiteSpace() }
            if patterns.contains(.choiceLetter) {
                if boxes.count == 1, let letter = ChoiceLetter.leading(contents[0]) { return letter }
                let rest = Array(text[last.upperBound...])
                if ChoiceLetter.leading(contents[0]) == nil, let letter = ChoiceLetter.last(in: rest) { return letter }
            }
            return contents.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", ")
        }
        for pattern in patterns {
            if let found = pattern.lastMatch(in: text) { return found }
        }
        return nil
    }

    /// The same for a string.
    public static func answer(in text: String, patterns: [AnswerPattern] = AnswerPattern.general) -> String? {
        answer(in: Array(text.utf8), patterns: patterns)
    }
}
