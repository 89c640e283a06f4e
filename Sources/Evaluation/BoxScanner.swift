/// The state of a scan for boxes, fed byte by byte; a value, so that a stop rule can keep it between tokens.
public struct BoxScanner: Sendable, Hashable {
    private enum State: Hashable {
        case text
        /// `matched` bytes of `\boxed` have been read.
        case command(matched: Int)
        /// The whole of `\boxed` has been read, and perhaps white space after it.
        case commandRead
    }

    private var state = State.text
    private var contentStart = 0
    private var depth = 0
    private var hasContent = false

    private static let command = Array("\\boxed".utf8)

    /// A scanner that has read nothing.
    public init() {}

    /// Whether the text read so far ends within a box or the command that opens one.
    var isInBox: Bool {
        switch state {
        case .text: depth > 0
        case .command(let matched): depth > 0 || matched > 1
        case .commandRead: true
        }
    }

    /// Reads one byte; returns the range of a box's content when this byte closes one.
    /// `position` must grow by one from call to call.
    public mutating func step(_ byte: UInt8, at position: Int) -> Range<Int>? {
        switch state {
        case .text:
            return readText(byte, at: position)
        case .command(let matched):
            if byte == Self.command[matched] {
                state = matched + 1 == Self.command.count ? .commandRead : .command(matched: matched + 1)
                return nil
            }
            hasContent = true
            state = .text
            // After a lone backslash this byte is escaped; further on it is ordinary text.
            return matched == 1 ? nil : readText(byte, at: position)
        case .commandRead:
            if byte.isWhiteSpace { return nil }
            state = .text
            guard byte == .openBrace else {
                hasContent = true
                return readText(byte, at: position)
            }
            contentStart = position + 1
            depth = 1
            hasContent = false
            return nil
        }
    }

    private mutating func readText(_ byte: UInt8, at position: Int) -> Range<Int>? {
        switch byte {
        case .backslash:
            state = .command(matched: 1)
        case .openBrace where depth > 0:
            depth += 1
        case .closeBrace where depth > 0:
            depth -= 1
            if depth == 0, hasContent { return contentStart..<position }
        case _ where byte.isWhiteSpace:
            break
        case _:
            hasContent = true
        }
        return nil
    }
}
