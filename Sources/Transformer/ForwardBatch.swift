/// The rows of one forward pass: tokens with their positions and where their sequences are cached.
///
/// Filled anew for each step; keeps its memory.
public struct ForwardBatch: Sendable {
    struct Row: Sendable {
        var token: Int32
        var position: Int32
        /// Where the row's block table starts in `blockTables`.
        var blockTable: Int32
    }

    private(set) var rows: [Row] = []
    /// Block tables of all sequences, one after another.
    private(set) var blockTables: [Int32] = []
    /// Rows whose logits are wanted, rising.
    private(set) var logitRows: [Int] = []

    /// - Parameters:
    ///   - maximumRows: rows to have memory for.
    ///   - maximumBlocks: blocks of all sequences, shared ones counted for each, to have memory for.
    public init(maximumRows: Int = 0, maximumBlocks: Int = 0) {
        rows.reserveCapacity(maximumRows)
        logitRows.reserveCapacity(maximumRows)
        blockTables.reserveCapacity(maximumBlocks)
    }

    /// Tokens in the batch.
    public var rowCount: Int { rows.count }
    /// Rows of logits that the pass will give out.
    public var logitRowCount: Int { logitRows.count }

    public mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        blockTables.removeAll(keepingCapacity: true)
        logitRows.removeAll(keepingCapacity: true)
    }

    /// Adds consecutive tokens of one sequence.
    ///
    /// - Parameters:
    ///   - tokens: the tokens to compute; the first stands at position `start`. Everything before it
    ///     is cached.
    ///   - blocks: KV blocks of the sequence from position 0, up to the last token at least.
    ///   - logits: positions whose logits are wanted, among those of `tokens`.
    public mutating func add(
        tokens: ArraySlice<Int32>, start: Int, blocks: [Int32], logits: Range<Int>
    ) {
        let table = Int32(blockTables.count)
        blockTables.append(contentsOf: blocks)
        for (offset, token) in tokens.enumerated() {
            if logits.contains(start + offset) { logitRows.append(rows.count) }
            rows.append(Row(token: token, position: Int32(start + offset), blockTable: table))
        }
    }
}
