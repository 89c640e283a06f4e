/// How fast a run is expected to go either way (`a1 plan`, docs/cost-model.md): tokens a second that stand, all paths
/// together.
public struct RunForecast: Sendable, Codable, Hashable {
    /// The target writes everything.
    public var targetTokensPerSecond: Double
    /// The draft writes, the target reads and takes over.
    public var draftedTokensPerSecond: Double

    public init(targetTokensPerSecond: Double, draftedTokensPerSecond: Double) {
        self.targetTokensPerSecond = targetTokensPerSecond
        self.draftedTokensPerSecond = draftedTokensPerSecond
    }

    /// Why it cannot be one; nil where it can.
    public var fault: String? {
        let rates = [targetTokensPerSecond, draftedTokensPerSecond]
        return rates.allSatisfy { $0.isFinite && $0 > 0 } ? nil : "tokens a second are finite and above 0"
    }
}

/// Why a run of `strategy: auto` goes on as it does.
public enum StrategyReason: String, Sendable, Codable, CaseIterable {
    /// Nothing is known yet.
    case unknown
    /// By what was foretold when the run was submitted.
    case forecast
    /// To learn how fast the other way is.
    case trial
    /// What is begun was measured, or is remembered, to be faster.
    case faster
    /// What is left was measured to be slower.
    case slower
    /// No draft worker can work for the run.
    case noDraft
}

/// Who opens the rounds of a run of `strategy: auto` from here on.
public struct StrategyChoice: Sendable, Codable, Hashable {
    public let run: RunID
    /// `target` or `async`.
    public let strategy: Strategy
    public let reason: StrategyReason
    /// Tokens a second that stand, as last measured or foretold; nil where unknown.
    public let targetTokensPerSecond: Double?
    public let draftedTokensPerSecond: Double?
    /// Tokens that stood in the run.
    public let tokens: Int
    public let recordedWallMs: Int64

    /// What the two speeds foretell, if both are known.
    public var forecast: RunForecast? {
        guard let targetTokensPerSecond, let draftedTokensPerSecond else { return nil }
        return RunForecast(
            targetTokensPerSecond: targetTokensPerSecond, draftedTokensPerSecond: draftedTokensPerSecond)
    }

    public init(
        run: RunID, strategy: Strategy, reason: StrategyReason, targetTokensPerSecond: Double?,
        draftedTokensPerSecond: Double?, tokens: Int, recordedWallMs: Int64
    ) {
        self.run = run
        self.strategy = strategy
        self.reason = reason
        self.targetTokensPerSecond = targetTokensPerSecond
        self.draftedTokensPerSecond = draftedTokensPerSecond
        self.tokens = tokens
        self.recordedWallMs = recordedWallMs
    }
}
