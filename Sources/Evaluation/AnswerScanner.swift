/// Sees where the answer of a text is complete: where the sentence ends in which a box has closed. Until then another
/// box may follow that belongs to the same answer (`\boxed{3}, \boxed{5}`). A value that is fed byte by byte, so that
/// the place depends on the text alone and not on where blocks or tokens of it end.
///
/// A sentence ends with a line feed, `.`, `!`, `?` or their full-width forms, or where `patience` bytes have followed
/// the last closed box and none has been opened.
public struct AnswerScanner: Sendable, Hashable {
    private static let patience = 48
    private static let wideMarks: [[UInt8]] = ["。", "！", "？"].map { Array($0.utf8) }

    private var boxes = BoxScanner()
    private var position = 0
    /// Whether a box has closed.
    public private(set) var hasBox = false
    /// Bytes since the last box closed, without those of boxes; nil where no sentence with a box is open.
    private var bytesSinceBox: Int?
    private var lastBytes: [UInt8] = []

    /// A scanner that has read nothing.
    public init() {}

    /// Reads one byte; true where this byte completes an answer.
    public mutating func completes(_ byte: UInt8) -> Bool {
        defer { position += 1 }
        if boxes.step(byte, at: position) != nil {
            hasBox = true
            bytesSinceBox = 0
            lastBytes = []
            return false
        }
        guard let count = bytesSinceBox, !boxes.isInBox else { return false }
        bytesSinceBox = count + 1
        lastBytes = lastBytes.suffix(2) + [byte]
        let isOver =
            switch byte {
            case .lineFeed, UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"): true
            case _: count + 1 >= Self.patience || Self.wideMarks.contains(lastBytes)
            }
        if isOver { bytesSinceBox = nil }
        return isOver
    }

    /// Reads bytes; true if one of them completes an answer, which is the last that is read.
    public mutating func completes(in text: some Collection<UInt8>) -> Bool {
        for byte in text where completes(byte) { return true }
        return false
    }

    /// Whether a byte other than a closing brace can complete an answer.
    var isPending: Bool { bytesSinceBox != nil }
}

/// Whether a path's answer is complete, asked while a block is written.
public enum AnswerStop {
    /// - Parameters:
    ///   - before: what the path's text before the block was read by.
    ///   - block: the bytes of the block being written.
    public static func isReached(_ before: AnswerScanner, _ block: [UInt8]) -> Bool {
        // A box closes with a brace; without one there is nothing to look at.
        guard before.isPending || block.contains(.closeBrace) else { return false }
        var scanner = before
        return scanner.completes(in: block)
    }
}
