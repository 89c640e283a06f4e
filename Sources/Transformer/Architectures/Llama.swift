extension Architecture {
    /// Llama 2 and 3, SmolLM2, and other models of that shape (Touvron et al., arXiv:2302.13971).
    /// Llama 3's rope scaling comes as a tensor of factors, `rope_freqs.weight`.
    static let llama = Architecture(name: "llama", rotaryOrder: .pairs, takesRotaryFactors: true)
}
