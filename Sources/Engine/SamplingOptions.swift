/// How the next token is chosen from the logits.
///
/// In this order: the repetition penalty, the temperature, top-k, top-p, min-p; then one of the tokens that
/// are left is drawn by its probability: the one whose logit is the greatest once its noise (`TokenNoise`) is added.
public struct SamplingOptions: Sendable, Equatable {
    /// Logits are divided by it. 0: the likeliest token, the first one of equals, is taken.
    public var temperature: Float
    /// Only the so many likeliest tokens are left. 0: all.
    public var topK: Int
    /// Only the likeliest tokens that together reach this probability are left. 1: all.
    public var topP: Float
    /// Only tokens at least this fraction as likely as the likeliest are left. 0: all.
    public var minP: Float
    /// Logits of tokens that are in the context or the block are divided by it if positive, else
    /// multiplied (Keskar et al., arXiv:1909.05858). 1: unchanged.
    public var repetitionPenalty: Float

    public init(
        temperature: Float = 0, topK: Int = 0, topP: Float = 1, minP: Float = 0, repetitionPenalty: Float = 1
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repetitionPenalty = repetitionPenalty
    }

    /// The likeliest token, always.
    public static let greedy = SamplingOptions()

    /// Throws `invalidOption` for a value out of its range.
    public func check() throws(EngineError) {
        // Between 0 and 0.001 a logit divided by the temperature may not be a number any more.
        try Self.require("temperature", temperature, "0, or at least 0.001") { $0 == 0 || $0 >= 0.001 }
        try Self.require("topP", topP, "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
        try Self.require("minP", minP, "from 0 to 1") { $0 >= 0 && $0 <= 1 }
        try Self.require("repetitionPenalty", repetitionPenalty, "from 0.01 to 100") { (0.01...100).contains($0) }
        guard topK >= 0 else { throw .invalidOption(name: "topK", value: "\(topK)", rule: "at least 0") }
    }

    private static func require(
        _ name: String, _ value: Float, _ rule: String, _ holds: (Float) -> Bool
    ) throws(EngineError) {
        guard value.isFinite, holds(value) else {
            throw .invalidOption(name: name, value: "\(value)", rule: rule)
        }
    }
}
