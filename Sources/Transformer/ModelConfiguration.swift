import ModelFiles

/// The sizes and constants of one model, read from its metadata.
public struct ModelConfiguration: Sendable, Equatable {
    public var architecture: String
    public var layerCount: Int
    /// Width of the residual stream.
    public var embeddingLength: Int
    public var feedForwardLength: Int
    public var headCount: Int
    /// Heads of keys and values; each serves `headCount / keyValueHeadCount` query heads.
    public var keyValueHeadCount: Int
    /// Width of one head's queries, keys and values.
    public var headLength: Int
    /// Tokens the model was made for.
    public var contextLength: Int
    public var normEpsilon: Float
    public var rotary: RotaryConfiguration
    /// The rotary base of layers with a sliding window.
    public var slidingRotary: RotaryConfiguration
    /// A row of such a layer sees itself and this many tokens less one before it; nil: every token.
    public var slidingWindow: Int?
    /// Of each layer, whether it has the window.
    public var slidingLayers: [Bool]
    /// Scores are products of queries and keys times this.
    public var attentionScale: Float
    /// Scores become `c * tanh(score / c)`; nil: as they are.
    public var attentionSoftCap: Float?
    /// Logits become `c * tanh(logit / c)`; nil: as they are.
    public var logitSoftCap: Float?

    /// Width of all queries of a row.
    public var queryLength: Int { headCount * headLength }
    /// Numbers of the widest input of a product.
    var widestInput: Int { max(embeddingLength, queryLength, feedForwardLength) }
    /// Width of all keys (or values) of a row.
    public var keyValueLength: Int { keyValueHeadCount * headLength }
    /// Query heads that share one head of keys and values.
    public var queryHeadsPerKeyValueHead: Int { headCount / keyValueHeadCount }

    /// The deepest models in use have 126. With it, whatever a file says, the bytes of its keys and values are below
    /// 2^63.
    static let maximumLayers = 2_048

    /// Reads and checks the numbers of a model of a supported architecture.
    public init(_ metadata: Metadata) throws(TransformerError) {
        try self.init(metadata, Architecture(metadata))
    }

    /// Reads and checks the numbers of a model of the given architecture.
    init(_ metadata: Metadata, _ architecture: Architecture) throws(TransformerError) {
        let numbers = Hyperparameters(metadata: metadata, architecture: architecture.name)
        self.architecture = architecture.name
        layerCount = try numbers.count("block_count", limit: Self.maximumLayers)
        embeddingLength = try numbers.count("embedding_length")
        feedForwardLength = try numbers.count("feed_forward_length")
        contextLength = try numbers.count("context_length")
        normEpsilon = Float(try numbers.positive("attention.layer_norm_rms_epsilon"))
        headCount = try numbers.count("attention.head_count")
        keyValueHeadCount = try numbers.optionalCount("attention.head_count_kv") ?? headCount
        guard headCount.isMultiple(of: keyValueHeadCount) else {
            throw .invalidValue(
                key: numbers.key("attention.head_count_kv"), value: "\(keyValueHeadCount)",
                rule: "it must divide attention.head_count, which is \(headCount)")
        }
        headLength = try Self.headLength(numbers, embeddingLength: embeddingLength, headCount: headCount)
        guard headCount * headLength <= Hyperparameters.maximumCount else {
            throw .invalidValue(
                key: numbers.key("attention.head_count"), value: "\(headCount)",
                rule: "with heads of \(headLength) it must be at most \(Hyperparameters.maximumCount / headLength)")
        }
        rotary = try RotaryConfiguration(numbers, headLength: headLength, order: architecture.rotaryOrder)
        slidingRotary = rotary
        if let base = architecture.slidingRotaryBase {
            slidingRotary.base = try numbers.optionalPositive("rope.freq_base_swa") ?? base
            slidingRotary.positionScale = 1
        }
        slidingLayers = Array(repeating: false, count: layerCount)
        if let interval = architecture.globalLayerInterval {
            slidingWindow = try numbers.optionalCount("attention.sliding_window")
            slidingLayers = try Self.slidingLayers(numbers, interval, layerCount: layerCount)
            if slidingWindow == nil { slidingLayers = Array(repeating: false, count: layerCount) }
        } else {
            try numbers.refuseWindow(below: contextLength)
        }
        let share = layerCount == architecture.layersScaledByEmbeddingShare
            ? Float(embeddingLength) / Float(headCount) : Float(headLength)
        attentionScale = try numbers.optionalPositive("attention.scale").map(Float.init) ?? 1 / share.squareRoot()
        attentionSoftCap = try numbers.optionalPositive("attn_logit_softcapping").map(Float.init)
        logitSoftCap = try numbers.optionalPositive("final_logit_softcapping").map(Float.init)
        try numbers.refuseWhatIsNotFollowed()
    }

    /// Which layers have the window: `attention.sliding_window_pattern` says it layer by layer, or how often one has
    /// none.
    private static func slidingLayers(
        _ numbers: Hyperparameters, _ interval: Int, layerCount: Int
    ) throws(TransformerError) -> [Bool] {
        let name = "attention.sliding_window_pattern"
        if let flags = try numbers.optionalFlags(name) {
            guard flags.count == layerCount else {
                throw .invalidValue(
                    key: numbers.key(name), value: "of \(flags.count) elements",
                    rule: "it must have one for each of the \(layerCount) layers (block_count)")
            }
            return flags
        }
        let interval = try numbers.optionalCount(name) ?? interval
        return (1...layerCount).map { !$0.isMultiple(of: interval) }
    }

    private static func headLength(
        _ numbers: Hyperparameters, embeddingLength: Int, headCount: Int
    ) throws(TransformerError) -> Int {
        guard let length = try numbers.optionalCount("attention.key_length") else {
            guard embeddingLength.isMultiple(of: headCount) else {
                throw .invalidValue(
                    key: numbers.key("attention.head_count"), value: "\(headCount)",
                    rule: "it must divide embedding_length, which is \(embeddingLength)")
            }
            return embeddingLength / headCount
        }
        let valueLength = try numbers.optionalCount("attention.value_length") ?? length
        guard valueLength == length else {
            throw .invalidValue(
                key: numbers.key("attention.value_length"), value: "\(valueLength)",
                rule: "it must equal attention.key_length, which is \(length)")
        }
        return length
    }
}
