/// What became of a request. Every request that was submitted ends in exactly one event.
public enum EngineEvent: Sendable {
    case generated(RequestID, GeneratedBlock, Timing)
    case scored(RequestID, BlockScores, Timing)
    case failed(RequestID, EngineError)

    /// The request's name.
    public var id: RequestID {
        switch self {
        case .generated(let id, _, _), .scored(let id, _, _), .failed(let id, _): id
        }
    }
}

/// What the model says of a block's tokens.
public struct BlockScores: Sendable, Equatable {
    /// Natural logarithms, one for each token of the block: finite and at most 0.
    public var logProbabilities: [Float]
    /// The tokens that the model draws in their places, each given the block's own tokens before it; empty unless
    /// `ScoreRequest.draws` asked for them. Up to the first that differs it is what the model would have written.
    public var drawn: [Int32]

    init(_ scoring: Scoring) {
        logProbabilities = scoring.logProbabilities
        drawn = scoring.drawn
    }
}

/// Tokens that the model wrote in one go.
public struct GeneratedBlock: Sendable, Equatable {
    /// Why the block ended.
    public enum Finish: String, Sendable, Equatable {
        /// It has as many tokens as were asked for.
        case length
        /// The model chose an end token, which is not part of the block.
        case endToken
        /// Its last token completed a stop string.
        case stopString
        /// The model was unsure of its last token.
        case doubt
        /// The custom stop rule said so.
        case custom
        /// Context and block fill what the engine can hold of one sequence.
        case contextFull
    }

    /// Without the end token.
    public var tokens: [Int32] = []
    /// What the tokens write; may end within a character.
    public var bytes: [UInt8] = []
    public var finish: Finish = .length
    /// Of each token, under the model itself: before penalty, temperature and truncation.
    public var logProbabilities: [Float] = []
    /// The same of the end token, if one ended the block.
    public var endLogProbability: Float?
}

/// Where a request's time went.
public struct Timing: Sendable, Equatable {
    /// From submission to the first step that worked on it.
    public var queuedSeconds: Double = 0
    /// From then to the end; other requests are computed in the same steps.
    public var computeSeconds: Double = 0
    /// Tokens that came from the cache, its own or another sequence's.
    public var cachedTokens: Int = 0
    /// Tokens computed for it.
    public var computedTokens: Int = 0
}
