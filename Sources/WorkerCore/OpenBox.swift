import Evaluation

/// The part of a path's text that matters for seeing its answer close: an answer's box may be opened in one block
/// and closed in the next.
public enum OpenBox {
    private static let opening = [UInt8]("\\boxed".utf8)
    /// A box that has been open for longer than this is not an answer.
    private static let bytesMaximum = 1_024

    /// The text from the last `\boxed` on, if that box is still open, or the beginning of a `\boxed` that the text ends
    /// with; else nothing.
    static func tail(of text: [UInt8]) -> [UInt8] {
        let floor = max(0, text.count - bytesMaximum)
        var start = text.count - opening.count
        while start >= floor {
            if text[start...].starts(with: opening), !isEscaped(text, start) {
                let tail = [UInt8](text[start...])
                return AnswerExtractor.hasClosedBox(tail) ? beginning(at: text) : tail
            }
            start -= 1
        }
        return beginning(at: text)
    }

    /// What the text ends with, if that is the beginning of a `\boxed`.
    private static func beginning(at text: [UInt8]) -> [UInt8] {
        for count in (1..<opening.count).reversed() where text.suffix(count).elementsEqual(opening.prefix(count)) {
            return isEscaped(text, text.count - count) ? [] : Array(opening.prefix(count))
        }
        return []
    }

    /// Of a row of backslashes every second one is itself escaped.
    private static func isEscaped(_ text: [UInt8], _ place: Int) -> Bool {
        text[..<place].reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 1
    }
}

/// Whether a path's answer is complete, asked while a block is written.
public enum AnswerStop {
    /// - Parameters:
    ///   - openBox: the end of the path's text, if a box is open in it.
    ///   - block: the bytes of the block being written.
    public static func isReached(_ openBox: [UInt8], _ block: [UInt8]) -> Bool {
        // A box closes with a brace; everything else need not be looked at.
        guard block.last == UInt8(ascii: "}") || block.contains(UInt8(ascii: "}")) else { return false }
        return AnswerExtractor.hasClosedBox(openBox.isEmpty ? block : openBox + block)
    }
}
