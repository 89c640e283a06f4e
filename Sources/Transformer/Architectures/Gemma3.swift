extension Architecture {
    /// Gemma 3 (arXiv:2503.19786): five layers with a window to one without, norms before and after
    /// each part, gelu. The file's norm weights already hold the 1 that the paper adds to them. The one with 27
    /// billion weights (62 layers) was trained with another scale of scores, which no key of its files tells.
    static let gemma3 = Architecture(
        name: "gemma3", rotaryOrder: .halves, normalizesQueriesAndKeys: true, normalizesOutputs: true,
        activation: .gelu, scalesEmbeddings: true, globalLayerInterval: 6,
        layersScaledByEmbeddingShare: 62, slidingRotaryBase: 10_000)
}
