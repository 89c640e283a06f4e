/// Copy of one KV block's storage into another, to be made before the step that follows.
public struct BlockCopy: Equatable, Sendable {
    public var source: BlockID
    public var destination: BlockID
}

/// Which tokens are cached for each sequence, and in which KV blocks.
///
/// Full blocks are shared: by `fork`, and by any sequence that starts with the same tokens. The last,
/// partly filled block of a sequence is copied before it is written while somebody else holds it.
struct SequenceTable: Sendable {
    struct Sequence: Sendable {
        /// Tokens whose keys and values are in the blocks, from position 0.
        var tokens: [Int32] = []
        /// Blocks in order of position; may reach past `tokens` during a step.
        var blocks: [BlockID] = []
        /// False for a sequence that may be evicted.
        var isActive = false
        /// Higher is more recent.
        var lastUse: UInt64 = 0
    }

    private(set) var sequences: [SequenceKey: Sequence] = [:]
    private var pool: BlockPool
    private var index: PrefixIndex
    private var uses: UInt64 = 0

    init(blockCount: Int) {
        pool = BlockPool(blockCount: blockCount)
        index = PrefixIndex(blockCount: blockCount)
    }

    var blockCount: Int { pool.blockCount }
    var freeBlockCount: Int { pool.freeCount }

    func length(of key: SequenceKey) -> Int {
        sequences[key]?.tokens.count ?? 0
    }

    func heldBlocks(of key: SequenceKey) -> Int {
        sequences[key]?.blocks.count ?? 0
    }

    func isActive(_ key: SequenceKey) -> Bool {
        sequences[key]?.isActive ?? false
    }

    // MARK: - Life of a sequence

    /// Makes the sequence known (empty if it was not) and safe from eviction.
    mutating func activate(_ key: SequenceKey, reservingTokens tokens: Int) {
        sequences[key, default: Sequence()].isActive = true
        sequences[key]!.tokens.reserveCapacity(tokens)
        sequences[key]!.blocks.reserveCapacity(BlockLayout.blocks(for: tokens))
    }

    /// Keeps the sequence cached, but lets it be evicted.
    mutating func deactivate(_ key: SequenceKey) {
        uses += 1
        sequences[key]?.isActive = false
        sequences[key]?.lastUse = uses
    }

    mutating func remove(_ key: SequenceKey) {
        guard let sequence = sequences.removeValue(forKey: key) else { return }
        for block in sequence.blocks { give(back: block) }
    }

    /// Removes the idle sequence that was used least recently, other than `spared`.
    mutating func evictLeastRecentlyUsed(sparing spared: SequenceKey) -> Bool {
        let idle = sequences.lazy.filter { !$0.value.isActive && $0.key != spared && !$0.value.blocks.isEmpty }
        guard let victim = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return false }
        remove(victim.key)
        return true
    }

    /// Forgets the tokens from position `length` on.
    mutating func rewind(_ key: SequenceKey, to length: Int) {
        guard let current = sequences[key]?.tokens.count, length < current else { return }
        sequences[key]!.tokens.removeLast(current - length)
        while heldBlocks(of: key) > BlockLayout.blocks(for: length) {
            give(back: sequences[key]!.blocks.removeLast())
        }
    }

    /// Lets `copy` begin as the same sequence; every block is shared.
    mutating func fork(_ key: SequenceKey, as copy: SequenceKey) {
        precondition(sequences[copy] == nil, "the fork's key is in use")
        guard var sequence = sequences[key] else { return }
        precondition(!sequence.isActive, "a sequence was forked under a running request")
        for block in sequence.blocks { pool.retain(block) }
        uses += 1
        sequence.lastUse = uses
        sequences[copy] = sequence
    }

    // MARK: - Sharing

    /// Drops what `key` has cached if other sequences have more of `tokens`; then, and whenever `key`
    /// ends with a full block, takes over the full blocks that continue it, up to `limit` tokens.
    mutating func adoptPrefix(_ key: SequenceKey, of tokens: [Int32], limit: Int) {
        let own = min(commonPrefixLength(key, tokens), limit)
        rewind(key, to: own)
        if !own.isMultiple(of: BlockLayout.tokensPerBlock), own < publishedPrefixLength(of: tokens, limit: limit) {
            rewind(key, to: own / BlockLayout.tokensPerBlock * BlockLayout.tokensPerBlock)
        }
        adoptFollowingBlocks(key, of: tokens, limit: limit)
    }

    /// Takes over published full blocks that continue the sequence with `tokens`, up to `limit` tokens.
    mutating func adoptFollowingBlocks(_ key: SequenceKey, of tokens: [Int32], limit: Int) {
        guard length(of: key).isMultiple(of: BlockLayout.tokensPerBlock) else { return }
        while let link = nextLink(key, in: tokens), length(of: key) + BlockLayout.tokensPerBlock <= limit,
            let block = index.block(for: link) {
            pool.retain(block)
            sequences[key, default: Sequence()].blocks.append(block)
            for lane in 0..<BlockLayout.tokensPerBlock { sequences[key]!.tokens.append(link.tokens[lane]) }
        }
    }

    /// The link of the block in which the next token of `key` falls, if `tokens` fill that block.
    func nextLink(_ key: SequenceKey, in tokens: [Int32]) -> PrefixIndex.Link? {
        let first = length(of: key) / BlockLayout.tokensPerBlock
        guard let blockTokens = Self.blockTokens(tokens, block: first) else { return nil }
        if first == 0 { return PrefixIndex.Link(parent: PrefixIndex.emptyContent, tokens: blockTokens) }
        guard let parent = index.content(of: sequences[key]!.blocks[first - 1]) else { return nil }
        return PrefixIndex.Link(parent: parent, tokens: blockTokens)
    }

    private func commonPrefixLength(_ key: SequenceKey, _ tokens: [Int32]) -> Int {
        guard let cached = sequences[key]?.tokens else { return 0 }
        return zip(cached, tokens).prefix { $0 == $1 }.count
    }

    private func publishedPrefixLength(of tokens: [Int32], limit: Int) -> Int {
        var content = PrefixIndex.emptyContent
        var length = 0
        while length + BlockLayout.tokensPerBlock <= limit,
            let blockTokens = Self.blockTokens(tokens, block: length / BlockLayout.tokensPerBlock),
            let block = index.block(for: PrefixIndex.Link(parent: content, tokens: blockTokens)) {
            content = index.content(of: block)!
            length += BlockLayout.tokensPerBlock
        }
        return length
    }

    private static func blockTokens(_ tokens: [Int32], block: Int) -> BlockTokens? {
        let start = block * BlockLayout.tokensPerBlock
        guard start + BlockLayout.tokensPerBlock <= tokens.count else { return nil }
        var result = BlockTokens()
        for lane in 0..<BlockLayout.tokensPerBlock { result[lane] = tokens[start + lane] }
        return result
    }

    // MARK: - Growing

    /// Makes the partly filled last block writable: a copy if it is shared, unpublished if it is not.
    /// False, with nothing changed, if a copy is needed and no block is free.
    mutating func makeTailWritable(_ key: SequenceKey, copies: inout [BlockCopy]) -> Bool {
        guard !length(of: key).isMultiple(of: BlockLayout.tokensPerBlock) else { return true }
        let position = length(of: key) / BlockLayout.tokensPerBlock
        let tail = sequences[key]!.blocks[position]
        guard pool.isShared(tail) else {
            index.withdraw(tail)
            return true
        }
        guard let own = pool.allocate() else { return false }
        copies.append(BlockCopy(source: tail, destination: own))
        sequences[key]!.blocks[position] = own
        give(back: tail)
        return true
    }

    /// Blocks the sequence has to take from the pool before it holds `length` tokens of its own.
    func missingBlocks(_ key: SequenceKey, toReach length: Int) -> Int {
        let cached = self.length(of: key)
        let tail = cached / BlockLayout.tokensPerBlock
        let tailIsCopied = !cached.isMultiple(of: BlockLayout.tokensPerBlock)
            && pool.isShared(sequences[key]!.blocks[tail])
        return max(0, BlockLayout.blocks(for: length) - heldBlocks(of: key)) + (tailIsCopied ? 1 : 0)
    }

    /// Holds blocks for `count` more tokens. The caller has made sure that they are free.
    mutating func grow(_ key: SequenceKey, by count: Int, copies: inout [BlockCopy]) {
        precondition(makeTailWritable(key, copies: &copies), "no free block where one was reserved")
        while heldBlocks(of: key) < BlockLayout.blocks(for: length(of: key) + count) {
            guard let block = pool.allocate() else { preconditionFailure("no free block where one was reserved") }
            sequences[key]!.blocks.append(block)
        }
    }

    /// Records that keys and values of `tokens` now stand at the end of the sequence, and publishes
    /// the blocks they fill. A block that somebody published meanwhile is used instead of one's own.
    mutating func commit(_ key: SequenceKey, _ tokens: ArraySlice<Int32>) {
        for token in tokens {
            sequences[key]!.tokens.append(token)
            let length = sequences[key]!.tokens.count
            if length.isMultiple(of: BlockLayout.tokensPerBlock) {
                publishBlock(key, position: length / BlockLayout.tokensPerBlock - 1)
            }
        }
    }

    private mutating func publishBlock(_ key: SequenceKey, position: Int) {
        let block = sequences[key]!.blocks[position]
        var parent = PrefixIndex.emptyContent
        if position > 0 {
            guard let content = index.content(of: sequences[key]!.blocks[position - 1]) else {
                preconditionFailure("a full block was not published")
            }
            parent = content
        }
        let tokens = Self.blockTokens(sequences[key]!.tokens, block: position)!
        let link = PrefixIndex.Link(parent: parent, tokens: tokens)
        if let published = index.block(for: link) {
            pool.retain(published)
            sequences[key]!.blocks[position] = published
            give(back: block)
        } else {
            index.publish(block, as: link)
        }
    }

    private mutating func give(back block: BlockID) {
        if pool.release(block) { index.withdraw(block) }
    }
}
