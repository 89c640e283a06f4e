import Evaluation

/// The part of a path's text that matters for seeing its answer close: an answer's box may be opened in one block
/// and closed in the next.
enum OpenBox {
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
