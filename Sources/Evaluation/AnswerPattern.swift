/// A named way to say an answer without a box; the last match in a text counts.
public enum AnswerPattern: String, CaseIterable, Sendable {
    /// `\boxed 5`: the command without braces; its argument ends at white space or `$`.
    case boxedWithoutBraces = "boxed-without-braces"
    /// `#### 5`: the marker of GSM8K; the rest of the line.
    case hashMarker = "hash-marker"
    /// `the final answer is 5`, `final answer: 5`, to the end of the sentence or line.
    case finalAnswer = "final-answer"
    /// `the answer is 5`, `answer: 5`, to the end of the sentence or line.
    case answerIs = "answer-is"
    /// The letter of a choice: `the answer is B`, `(B)`, a line that begins with `B.`; see `ChoiceLetter`.
    case choiceLetter = "choice-letter"

    /// Those that fit any question.
    public static let general: [AnswerPattern] = [.boxedWithoutBraces, .hashMarker, .finalAnswer, .answerIs]

    /// What the pattern finds last in these bytes, trimmed; nil if nothing.
    public func lastMatch(in text: [UInt8]) -> String? {
        if self == .choiceLetter { return ChoiceLetter.last(in: text) }
        var best: (end: Int, marker: [UInt8])?
        let folded = text.map(\.lowercased)
        for marker in markers {
            if let start = Self.lastIndex(of: marker, in: folded), start + marker.count > best?.end ?? -1 {
                best = (start + marker.count, marker)
            }
        }
        guard let best else { return nil }
        let found = tail(of: text, from: best.end)
        return found.isEmpty ? nil : String(decoding: found, as: UTF8.self)
    }

    private var markers: [[UInt8]] {
        let words: [String] =
            switch self {
            case .boxedWithoutBraces: ["\\boxed "]
            case .hashMarker: ["####"]
            case .finalAnswer: ["final answer is", "final answer:", "final answer:**"]
            case .answerIs: ["answer is", "answer:", "answer:**"]
            case .choiceLetter: []
            }
        return words.map { Array($0.utf8) }
    }

    private func tail(of text: [UInt8], from start: Int) -> [UInt8] {
        var start = start
        while start < text.count, text[start] == 0x20 || text[start] == UInt8(ascii: ":") { start += 1 }
        var end = start
        while end < text.count, text[end] != .lineFeed, !isEnd(text, at: end) { end += 1 }
        var found = Array(text[start..<end]).trimmingWhiteSpace()
        while let last = found.last, last == UInt8(ascii: ".") || last == UInt8(ascii: "*") { found.removeLast() }
        return found.trimmingWhiteSpace()
    }

    /// A sentence ends at a full stop before white space; the point of `2.5` does not end it.
    private func isEnd(_ text: [UInt8], at index: Int) -> Bool {
        switch self {
        case .boxedWithoutBraces: text[index].isWhiteSpace || text[index] == UInt8(ascii: "$")
        case .hashMarker, .choiceLetter: false
        case .finalAnswer, .answerIs:
            text[index] == UInt8(ascii: ".") && index + 1 < text.count && text[index + 1].isWhiteSpace
        }
    }

    /// The markers hold few repeats, so that the naive search is linear in practice and bounded by
    /// `text.count * marker.count`.
    private static func lastIndex(of marker: [UInt8], in text: [UInt8]) -> Int? {
        guard text.count >= marker.count else { return nil }
        var start = text.count - marker.count
        while start >= 0 {
            if text[start] == marker[0], text[start..<(start + marker.count)].elementsEqual(marker) { return start }
            start -= 1
        }
        return nil
    }
}
