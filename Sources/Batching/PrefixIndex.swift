/// Finds the KV block that holds given tokens after a given prefix.
///
/// A block's keys and values depend on every token before it, so a block is known by its own tokens
/// and the content before it. Contents get numbers as they are published, which makes the index a
/// trie with exact edges: no hash stands for the tokens, so no collision can mix two prefixes.
struct PrefixIndex: Sendable {
    /// A prefix made of full blocks. Numbers are never used again.
    typealias ContentID = UInt64

    /// The content of no blocks at all.
    static let emptyContent: ContentID = 0

    /// One step in the trie: sixteen tokens after a prefix.
    struct Link: Hashable {
        var parent: ContentID
        var tokens: BlockTokens
    }

    private struct Publication {
        var link: Link
        var content: ContentID
    }

    private var blockOfLink: [Link: BlockID] = [:]
    private var publications: [Publication?]
    private var nextContent: ContentID = 1

    init(blockCount: Int) {
        publications = Array(repeating: nil, count: blockCount)
        blockOfLink.reserveCapacity(blockCount)
    }

    func block(for link: Link) -> BlockID? {
        blockOfLink[link]
    }

    /// The prefix that ends with this block; nil if the block is not published.
    func content(of block: BlockID) -> ContentID? {
        publications[Int(block)]?.content
    }

    func isPublished(_ block: BlockID) -> Bool {
        publications[Int(block)] != nil
    }

    mutating func publish(_ block: BlockID, as link: Link) {
        precondition(blockOfLink[link] == nil && !isPublished(block), "a block was published twice")
        blockOfLink[link] = block
        publications[Int(block)] = Publication(link: link, content: nextContent)
        nextContent += 1
    }

    /// Forgets a block whose content is about to change or that is free again.
    mutating func withdraw(_ block: BlockID) {
        guard let publication = publications[Int(block)] else { return }
        blockOfLink[publication.link] = nil
        publications[Int(block)] = nil
    }
}
