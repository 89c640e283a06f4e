/// When a block ends before its last token.
public struct StopRules: Sendable {
    /// Tokens that end the block and are not part of it.
    public var endTokens: Set<Int32>
    /// The block ends after the token that completes one of these in its bytes.
    public var strings: [[UInt8]]
    /// The block ends behind the first token whose log-probability under the model, in nats, is below this.
    public var doubtThreshold: Float?
    /// Asked after each token with the block's bytes so far; true ends the block. Runs on the compute
    /// thread, so it must be quick.
    public var custom: (@Sendable (_ textSoFar: [UInt8]) -> Bool)?

    public init(
        endTokens: Set<Int32> = [], strings: [[UInt8]] = [], doubtThreshold: Float? = nil,
        custom: (@Sendable (_ textSoFar: [UInt8]) -> Bool)? = nil
    ) {
        self.endTokens = endTokens
        self.strings = strings
        self.doubtThreshold = doubtThreshold
        self.custom = custom
    }

    /// Whether the last `fresh` bytes complete a stop string.
    func isStringCompleted(in bytes: [UInt8], fresh: Int) -> Bool {
        strings.contains { string in
            guard !string.isEmpty, bytes.count >= string.count, fresh > 0 else { return false }
            let firstEnd = max(string.count, bytes.count - fresh + 1)
            return (firstEnd...bytes.count).contains { bytes[($0 - string.count)..<$0].elementsEqual(string) }
        }
    }
}
