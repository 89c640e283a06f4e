import Evaluation

/// The part of a path's text that matters for seeing its answer close: an answer's box may be opened in one block
/// and closed in the next.
public enum OpenBox {
    private static let opening = [UInt8]("\\boxed".utf8)
    /// A box that has been open for longer than this is not an answer.
    private static let bytesMaximum = 1_024

    /// The text from the last `\boxed` on, if that box is still open; else nothing.
    static func tail(of text: [UInt8]) -> [UInt8] {
        let floor = max(0, text.count - bytesMaximum)
        var start = text.count - opening.count
        while start >= floor {
            if text[start...].starts(with: opening) {
                let tail = [UInt8](text[start...])
                return AnswerExtractor.hasClosedBox(tail) ? [] : tail
            }
            start -= 1
        }
        return []
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
