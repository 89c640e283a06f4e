import Domain

/// What a worker holds of one path: its prompt and segments as ids of this worker's own model.
struct HeldPath: Sendable {
    private struct Mark: Sendable {
        let segment: SegmentID
        /// Length of `tokens` and of `text` up to this segment's end.
        let tokenCount: Int
        let textCount: Int
    }

    private let promptCount: Int
    private var marks: [Mark] = []
    private(set) var tokens: [Int32]
    /// The standing blocks' bytes, without the prompt's.
    private(set) var text: [UInt8] = []

    init(prompt: [Int32]) {
        tokens = prompt
        promptCount = prompt.count
    }

    mutating func append(_ segment: SegmentID, tokens added: [Int32], text addedText: [UInt8]) {
        tokens += added
        text += addedText
        marks.append(Mark(segment: segment, tokenCount: tokens.count, textCount: text.count))
    }

    /// Cuts everything after the prompt.
    mutating func rewindToPrompt() {
        marks = []
        tokens.removeSubrange(promptCount...)
        text = []
    }

    /// Cuts everything after this segment. False, and nothing changes, when the segment is not held.
    mutating func rewind(to segment: SegmentID) -> Bool {
        guard let place = marks.lastIndex(where: { $0.segment == segment }) else { return false }
        marks.removeSubrange((place + 1)...)
        tokens.removeSubrange(marks[place].tokenCount...)
        text.removeSubrange(marks[place].textCount...)
        return true
    }
}
