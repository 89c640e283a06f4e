/// Bounds on what a vocabulary may hold and on what one step of encoding works on.
///
/// Real vocabularies stay far below: the largest in use have about 262,144 tokens of at most 256 bytes.
public enum TokenizerLimits {
    /// Most tokens of a vocabulary.
    public static let vocabularyTokens = 524_288
    /// Most merges of a vocabulary.
    public static let vocabularyMerges = 1_048_576
    /// Longest token.
    public static let tokenBytes = 8_192
    /// Longest control, unknown or user-defined token: each place of a text may have to be read this far.
    public static let specialTokenBytes = 256
    /// All tokens together.
    public static let vocabularyBytes = 268_435_456
    /// Longest stretch that is merged as one word; a longer one is cut here, so that positions fit 32 bits.
    public static let wordBytes = 1_073_741_824

    /// Longest chat template; those in use have some kilobytes.
    public static let chatTemplateBytes = 1_048_576

    /// Longest search in a hash table. Only strings chosen to collide come near it.
    static let probes = 512
    /// Caches of words that are kept for the next text: as many as texts are commonly encoded at once.
    static let wordCaches = 4
}
