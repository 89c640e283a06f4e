import ModelFiles

/// What sets one family of models apart from another. The forward pass is one; this is its switchboard.
public struct Architecture: Sendable {
    enum Activation: Sendable {
        case silu
        /// In its tanh form.
        case gelu
    }

    /// As in `general.architecture`.
    public let name: String
    let rotaryOrder: RotaryOrder
    /// Queries, keys and values always have a bias. Those of other architectures, and all other products of a layer,
    /// have one where the file has it.
    var hasAttentionBias = false
    /// Frequencies may be divided by the factors of `rope_freqs.weight`.
    var takesRotaryFactors = false
    /// Each head's queries and keys are normalised before they are turned.
    var normalizesQueriesAndKeys = false
    /// The outputs of attention and feed-forward are normalised before they are added.
    var normalizesOutputs = false
    var activation = Activation.silu
    /// Embeddings are multiplied by the square root of their length.
    var scalesEmbeddings = false
    /// Every layer whose number, from 1, is a multiple of this sees all tokens, the others a window; the file's
    /// `attention.sliding_window_pattern` may say otherwise.
    var globalLayerInterval: Int?
    /// A model of this many layers scales scores by 1 / sqrt(embedding length / heads), not by 1 / sqrt(head length).
    var layersScaledByEmbeddingShare: Int?
    /// Rotary base of layers with a window, where it differs.
    var slidingRotaryBase: Double?

    /// Every architecture A1 runs.
    public static let supported: [Architecture] = [.llama, .qwen2, .qwen3, .gemma3]}

extension Architecture {
    /// The one that a file names in `general.architecture`.
    init(_ metadata: Metadata) throws(TransformerError) {
        let name: String
        do { name = try metadata.string("general.architecture") } catch { throw .modelFile(error) }
        guard let architecture = Self.supported.first(where: { $0.name == name }) else {
            throw .unsupportedArchitecture(name, supported: Self.supported.map(\.name))
        }
        self = architecture
    }
}
