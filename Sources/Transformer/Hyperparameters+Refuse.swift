import ModelFiles

/// No silent wrong numbers: what would change them and is not followed is refused by its key.
extension Hyperparameters {
    /// Keys that change nothing here: they say how a model came to be, or belong to a scaling that is refused where it
    /// is asked for.
    private static let harmless: Set<String> = [
        "rope.scaling.finetuned", "rope.scaling.original_context_length", "rope.scaling.orig_ctx_len",
    ]

    /// Keys that change nothing at these values (a truth value counts as 0 or 1).
    private static let neutral: [String: Set<Double>] = [
        "attention.causal": [1], "attention.clamp_kqv": [0], "attention.max_alibi_bias": [0],
        "rope.scaling.attn_factor": [1], "embedding_scale": [0, 1], "residual_scale": [0, 1], "logit_scale": [0, 1],
        "expert_count": [0], "expert_used_count": [0], "expert_shared_count": [0], "nextn_predict_layers": [0],
        "rescale_every_n_layers": [0], "swin_norm": [0], "use_parallel_residual": [0],
    ]

    /// Refuses keys that were not asked for and may change numbers. Under `attention.` and `rope.` those are all that
    /// are not known to be harmless; elsewhere, where many keys only describe, those that are known to matter.
    func refuseWhatIsNotFollowed() throws(TransformerError) {
        let prefix = architecture + "."
        for key in metadata.keys where key.hasPrefix(prefix) {
            let name = String(key.dropFirst(prefix.count))
            guard !asked.contains(name), !Self.harmless.contains(name), let value = metadata[key] else { continue }
            if let neutral = Self.neutral[name] {
                guard let number = value.number, neutral.contains(number) else { throw refusal(key, value) }
            } else if name.hasPrefix("attention.") || name.hasPrefix("rope.") {
                throw refusal(key, value)
            }
        }
    }

    /// Refuses a window that would hide tokens, where the architecture has none.
    func refuseWindow(below contextLength: Int) throws(TransformerError) {
        let name = "attention.sliding_window"
        guard let window = try optionalInt(name), window != 0, window < contextLength else { return }
        throw .unsupportedValue(
            key: key(name), value: "\(window)",
            reason: "layers of this architecture see the whole context, which is \(contextLength)")
    }

    private func refusal(_ key: String, _ value: MetadataValue) -> TransformerError {
        .unsupportedValue(key: key, value: "\(value)", reason: "this engine computes the model without it")
    }
}

private extension MetadataValue {
    /// The number of a number, 0 or 1 of a truth value.
    var number: Double? {
        if case .bool(let truth) = self { return truth ? 1 : 0 }
        return try? Metadata([("", self)]).optionalFloat("")
    }
}
