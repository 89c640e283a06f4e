/// Texts before which a path ends.
public struct StopSequences: Sendable, Hashable {
    /// Each of at least one byte.
    public let sequences: [[UInt8]]
    /// Bytes of a text that matter for what follows it: one less than the longest sequence.
    public let overlap: Int

    public static let none = StopSequences([])

    public init(_ texts: [String]) { self.init(bytes: texts.map { Array($0.utf8) }) }

    public init(bytes: [[UInt8]]) {
        sequences = bytes.filter { !$0.isEmpty }
        overlap = max(0, (sequences.map(\.count).max() ?? 0) - 1)
    }

    public var isEmpty: Bool { sequences.isEmpty }

    /// Where the first sequence begins that is complete in the text: the one that ends first, and of those that end
    /// together the longest. Nil if there is none.
    public func start(in text: some RandomAccessCollection<UInt8>) -> Int? {
        guard !isEmpty else { return nil }
        let bytes = Array(text)
        for end in bytes.indices.map({ $0 + 1 }) {
            let starts = sequences.filter { $0.count <= end && bytes[(end - $0.count)..<end].elementsEqual($0) }
                .map { end - $0.count }
            if let start = starts.min() { return start }
        }
        return nil
    }
}
