import ModelFiles
import Testing

@testable import Transformer

/// Bad model files end in an error that names the key or tensor.
@Suite struct TransformerErrorTests {
    /// The message with which a file is refused after `change`.
    private func refusal(
        _ model: RandomModel = RandomModel.samples[0], _ change: (inout ModelFileWriter) -> Void
    ) -> String {
        var writer = ModelFileWriter(metadata: model.metadata(), tensors: model.tensors())
        change(&writer)
        do {
            _ = try RandomModel.load(writer)
            return "accepted"
        } catch { return "\(error)" }
    }

    private func refusal(of key: String, _ value: MetadataValue?) -> String {
        refusal { writer in
            writer.metadata.removeAll { $0.0 == key }
            if let value { writer.metadata.append((key, value)) }
        }
    }

    @Test func anUnchangedFileIsAccepted() {
        #expect(refusal { _ in } == "accepted")
    }

    @Test func theArchitectureIsNamedWithThoseSupported() {
        let message = refusal(of: "general.architecture", .string("mamba"))
        #expect(message.contains("'mamba'"))
        #expect(message.contains("llama, qwen2, qwen3, gemma3"))
    }

    @Test(arguments: [
        "general.architecture", "llama.block_count", "llama.context_length", "llama.embedding_length",
        "llama.feed_forward_length", "llama.attention.head_count", "llama.attention.layer_norm_rms_epsilon",
    ])
    func missingKeysAreNamed(key: String) {
        #expect(refusal(of: key, nil).contains(key))
        #expect(refusal(of: key, .bool(true)).contains(key))
    }

    @Test(arguments: [
        ("llama.attention.head_count", MetadataValue.uint32(0)),
        ("llama.attention.head_count", .uint32(3)),
        ("llama.attention.head_count_kv", .uint32(0)),
        ("llama.attention.head_count_kv", .uint32(3)),
        ("llama.block_count", .uint32(0)),
        ("llama.block_count", .uint32(.max)),
        ("llama.block_count", .uint32(2_049)),
        ("llama.attention.head_count", .uint32(1 << 23)),
        ("llama.embedding_length", .int32(-1)),
        ("llama.attention.value_length", .uint32(4)),
        ("llama.attention.layer_norm_rms_epsilon", .float32(.nan)),
        ("llama.rope.freq_base", .float32(-1)),
        ("llama.rope.dimension_count", .uint32(7)),
        ("llama.rope.dimension_count", .uint32(64)),
        ("llama.rope.scaling.type", .string("yarn")),
    ])
    func impossibleNumbersAreNamed(key: String, value: MetadataValue) {
        #expect(refusal(of: key, value).contains(key))
    }

    /// Keys that other engines follow, and that would change the numbers here.
    @Test(arguments: [
        ("rope.scaling.type", MetadataValue.string("yarn")), ("rope.scaling.type", .string("longrope")),
        ("rope.scaling.attn_factor", .float32(1.2)), ("rope.scaling.yarn_log_multiplier", .float32(0.1)),
        ("rope.dimension_sections", .array(.integers([16, 24, 24, 0]))), ("rope.freq_base_swa", .float32(10_000)),
        ("attention.sliding_window", .uint32(511)), ("attention.sliding_window_pattern", .uint32(4)),
        ("attention.causal", .bool(false)), ("attention.clamp_kqv", .float32(8)),
        ("attention.max_alibi_bias", .float32(8)), ("attention.key_length_mla", .uint32(8)),
        ("attention.something_new", .uint32(1)), ("rope.something_new", .string("x")),
        ("logit_scale", .float32(0.0625)), ("residual_scale", .float32(0.22)), ("embedding_scale", .float32(12)),
        ("expert_count", .uint32(8)), ("use_parallel_residual", .bool(true)), ("logit_scale", .string("1")),
    ])
    func keysThatAreNotFollowedAreRefused(name: String, value: MetadataValue) {
        let message = refusal(of: "llama." + name, value)
        #expect(message.contains("'llama.\(name)' is ") && message.contains("not supported"), "\(message)")
    }

    @Test(arguments: [
        ("rope.scaling.attn_factor", MetadataValue.float32(1)), ("rope.scaling.original_context_length", .uint32(512)),
        ("rope.scaling.finetuned", .bool(true)), ("attention.sliding_window", .uint32(512)),
        ("attention.sliding_window", .uint32(0)), ("attention.causal", .bool(true)),
        ("attention.clamp_kqv", .float32(0)), ("logit_scale", .float32(1)), ("expert_count", .uint32(0)),
        ("use_parallel_residual", .bool(false)), ("vocab_size", .uint32(61)), ("description", .string("of no account")),
    ])
    func keysThatChangeNothingAreAccepted(name: String, value: MetadataValue) {
        #expect(refusal(of: "llama." + name, value) == "accepted")
    }

    @Test func keysOfOtherArchitecturesAreOfNoAccount() {
        #expect(refusal(of: "mamba.attention.scale", .string("x")) == "accepted")
    }

    @Test(arguments: [
        MetadataValue.array(.bools([true])), .array(.bools(Array(repeating: true, count: 8))), .uint32(0),
        .string("6"), .array(.floats([1])),
    ])
    func aWindowPatternOfAnotherLengthOrTypeIsNamed(pattern: MetadataValue) {
        let model = RandomModel(architecture: "gemma3", layers: 7, window: 5, windowPattern: pattern)
        #expect(refusal(model) { _ in }.contains("'gemma3.attention.sliding_window_pattern'"))
    }

    @Test(arguments: [
        ("llama", "blk.0.attn_q_norm.weight"), ("qwen2", "blk.2.attn_k_norm.weight"),
        ("qwen3", "blk.1.post_attention_norm.weight"), ("gemma3", "rope_freqs.weight"), ("qwen2", "rope_freqs.weight"),
        ("llama", "blk.3.attn_q.bias"), ("llama", "blk.0.attn_norm.bias"), ("llama", "output.bias"),
        ("llama", "blk.0.ffn_gate_inp.weight"), ("llama", "blk.0.attn_q.scale"),
        ("llama", "rope_factors_long.weight"),
    ])
    func tensorsThatAreNotUsedAreRefused(architecture: String, name: String) {
        let message = refusal(RandomModel(architecture: architecture)) { writer in
            writer.tensors.append(.init(name: name, shape: [8], values: Array(repeating: 1, count: 8)))
        }
        #expect(message.contains("'\(name)'") && message.contains("'\(architecture)'"), "\(message)")
    }

    @Test func aBiasOfAnotherLengthIsNamed() {
        let message = refusal { writer in
            writer.tensors.append(.init(name: "blk.0.ffn_up.bias", shape: [3], values: [1, 2, 3]))
        }
        #expect(message.contains("'blk.0.ffn_up.bias'") && message.contains("shape"))
    }

    /// Norms stand in the file in few bytes and are held in many.
    @Test func normsLargerThanThoseOfAnyModelAreRefused() {
        let message = refusal { writer in
            let width = 1 << 24
            writer.metadata.removeAll { $0.0 == "llama.embedding_length" }
            writer.metadata.append(("llama.embedding_length", .uint32(UInt32(width))))
            let norm = [UInt8](repeating: 0, count: width / 256 * 84)
            writer.tensors = [
                .init(name: "token_embd.weight", shape: [width, 1], type: .q2_K, bytes: norm),
                .init(name: "output_norm.weight", shape: [width], type: .q2_K, bytes: norm),
                .init(name: "blk.0.attn_norm.weight", shape: [width], type: .q2_K, bytes: norm),
            ]
        }
        #expect(message.contains("'blk.0.attn_norm.weight'") && message.contains("norms and biases"), "\(message)")
    }

    @Test func everyMissingTensorIsNamed() {
        for name in RandomModel.samples[2].tensors().map(\.name) where name != "output.weight" {
            let message = refusal(RandomModel.samples[2]) { $0.tensors.removeAll { $0.name == name } }
            #expect(message.contains("'\(name)'"))
        }
    }

    @Test(arguments: ["blk.1.attn_q.weight", "blk.0.ffn_norm.weight", "output.weight", "blk.2.attn_k.bias"])
    func wrongShapesAreNamed(name: String) {
        let message = refusal(RandomModel.samples[2]) { writer in
            let place = writer.tensors.firstIndex { $0.name == name }!
            let shape = writer.tensors[place].shape.map { $0 + 4 }
            let values = [Float](repeating: 0, count: shape.reduce(1, *))
            writer.tensors[place] = ModelFileWriter.Tensor(name: name, shape: shape, values: values)
        }
        #expect(message.contains("'\(name)'"))
        #expect(message.contains("shape"))
    }

    @Test func aVocabularyOfAnotherSizeIsRefused() {
        let tokens = MetadataArray.strings((0..<60).map { Array("t\($0)".utf8) })
        let message = refusal(of: "tokenizer.ggml.tokens", .array(tokens))
        #expect(message.contains("60 tokens"))
        #expect(message.contains("61 rows"))
    }
}
