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

    /// The answer of a finished text: its last box, else what the given patterns find, tried in order.
    ///
    /// With `choiceLetter` among the patterns a box counts by the letter that it begins with (`\boxed{B. Paris}` is
    /// `B`); a box that begins with none is taken as it stands.
    ///
    /// - Parameter text: UTF-8; a character that was cut in two becomes U+FFFD.
    /// - Returns: trimmed, and never empty; nil if there is neither box nor match.
    public static func answer(in text: [UInt8], patterns: [AnswerPattern] = AnswerPattern.general) -> String? {
        if let box = lastBox(in: text) {
            if patterns.contains(.choiceLetter), let letter = ChoiceLetter.leading(box) { return letter }
            return String(decoding: box.trimmingWhiteSpace(), as: UTF8.self)
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
