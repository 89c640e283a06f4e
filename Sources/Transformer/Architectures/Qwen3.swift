extension Architecture {
    /// Qwen3 (arXiv:2505.09388): no bias; each head's queries and keys are normalised.
    static let qwen3 = Architecture(name: "qwen3", rotaryOrder: .halves, normalizesQueriesAndKeys: true)
}
