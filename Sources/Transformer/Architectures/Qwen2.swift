extension Architecture {
    /// Qwen2 and Qwen2.5 (arXiv:2407.10671): as llama, with a bias on queries, keys and values.
    static let qwen2 = Architecture(name: "qwen2", rotaryOrder: .halves, hasAttentionBias: true)
}
