import Domain

/// What a short run with exact takeovers of every block (`coupled`, r = 1) says of a user's problems and models: how
/// long paths are, how long blocks, and how much of them stands.
public struct TextFacts: Sendable, Codable, Hashable {
    /// Tokens of each path that came to its own end.
    public var lengths: [Int]
    /// Blocks that were scored.
    public var blocks: Int
    /// Of these, those in which the target drew another token.
    public var cuts: Int
    /// Tokens of the draft's blocks that were scored, and of these those that stand.
    public var read: Int
    public var kept: Int
    /// Tokens that the target wrote by itself: all of its text but the token that replaces the first that differs.
    public var written: Int
    /// Tokens drafted ahead of verdicts that went against them.
    public var discarded: Int
    /// Tokens of a problem's prompt, in the mean.
    public var prompt: Int
    /// From the run's first order to its end; nil where it was broken off.
    public var seconds: Double?

    public init(
        lengths: [Int], blocks: Int, cuts: Int, read: Int, kept: Int, written: Int, discarded: Int, prompt: Int = 0,
        seconds: Double? = nil
    ) {
        self.lengths = lengths
        self.blocks = blocks
        self.cuts = cuts
        self.read = read
        self.kept = kept
        self.written = written
        self.discarded = discarded
        self.prompt = prompt
        self.seconds = seconds
    }

    /// - Parameters:
    ///   - results: of a run of one path a problem, one after the other.
    ///   - prefilled: tokens that the target workers have computed for it, prompts and blocks.
    ///   - seconds: from its first order to its end; nil where it was broken off.
    /// - Returns: nil where too little was written to say anything.
    public init?(_ results: RunResults, prefilled: Int, seconds: Double?) {
        let summary = results.summary
        guard let costs = summary.takeoverCosts, summary.verdicts > 0 else { return nil }
        let paths = results.problems.flatMap(\.paths)
        let ended = paths.filter { path in
            switch path.outcome {
            case .answered, .ended, .roundsExhausted, .tokensExhausted, .contextFull: true
            case .undecisive, .cancelled, .quarantined, .failed, nil: false
            }
        }
        let cuts = summary.takeovers - costs.changedNothing
        // Under `redraft` one of the target's tokens replaces the first that differs, and costs nothing.
        let replacing = summary.settings.afterMismatch == .redraft ? cuts : 0
        self.init(
            lengths: ended.map(\.tokens.total), blocks: summary.verdicts, cuts: cuts,
            read: summary.tokens.draft + summary.tokensReplaced, kept: summary.tokens.draft,
            written: max(0, summary.tokens.target - replacing), discarded: summary.discardedTokens)
        prompt = max(0, prefilled - read) / max(1, paths.count { $0.rounds > 0 })
        self.seconds = seconds
        guard !lengths.isEmpty, read > 0 else { return nil }
    }

    /// Why they cannot be; nil where they can.
    public var fault: String? {
        let isOrdered = blocks > 0 && cuts >= 0 && cuts <= blocks && kept >= 0 && kept <= read && written >= 0
        return isOrdered && read > 0 && discarded >= 0 && !lengths.isEmpty && lengths.allSatisfy { $0 > 0 }
            ? nil : "counts of a run are not negative and parts are no more than the whole"
    }
}
