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
    /// Queries, keys and values have a bias.
    var hasAttentionBias = false
    /// Each head's queries and keys are normalised before they are turned.
    var normalizesQueriesAndKeys = false
    /// The outputs of attention and feed-forward are normalised before they are added.
    var normalizesOutputs = false
    var activation = Activation.silu
    /// Embeddings are multiplied by the square root of their length.
    var scalesEmbeddings = false
    /// Every layer whose number, from 1, is a multiple of this sees all tokens, the others a window.
    var globalLayerInterval: Int?
    /// Rotary base of layers with a window, where it differs.
    var slidingRotaryBase: Double?

    /// Every architecture A1 runs.
    public static let supported: [Architecture] = [.llama, .qwen2, .qwen3, .gemma3]

    static func named(_ name: String) throws(TransformerError) -> Architecture {
        guard let architecture = supported.first(where: { $0.name == name }) else {
            throw .unsupportedArchitecture(name, supported: supported.map(\.name))
        }
        return architecture
    }

    /// Whether layer `layer`, counted from 0, attends to a window only.
    func isSliding(layer: Int) -> Bool {
        guard let globalLayerInterval else { return false }
        return !(layer + 1).isMultiple(of: globalLayerInterval)
    }
}
