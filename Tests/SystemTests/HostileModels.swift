import ModelFiles
import TestSupport

/// RELIABILITY.md G4 and G5: well-formed files of models that cannot be.
extension HostileFile {
    private static func value(_ key: String, _ value: MetadataValue?, _ description: String) -> HostileFile {
        model("\(key): \(description)", names: key) { $0.set(key, value) }
    }

    private static let needed = [
        "general.architecture", "llama.block_count", "llama.context_length", "llama.embedding_length",
        "llama.feed_forward_length", "llama.attention.head_count", "llama.attention.layer_norm_rms_epsilon",
        "tokenizer.ggml.model", "tokenizer.ggml.tokens",
    ]

    private static let impossible: [(String, MetadataValue)] = [
        ("general.architecture", .string("mamba")), ("general.architecture", .uint32(1)),
        ("llama.block_count", .uint32(0)), ("llama.block_count", .uint32(1 << 31)),
        ("llama.attention.head_count", .uint32(0)), ("llama.attention.head_count", .uint32(3)),
        ("llama.attention.head_count_kv", .uint32(0)), ("llama.attention.head_count_kv", .uint32(3)),
        ("llama.feed_forward_length", .uint32(0)), ("llama.feed_forward_length", .uint32(1 << 31)),
        ("llama.embedding_length", .uint32(0)), ("llama.embedding_length", .int64(.min)),
        ("llama.context_length", .uint32(0)), ("llama.context_length", .uint64(.max)),
        ("llama.attention.layer_norm_rms_epsilon", .float32(.nan)), ("llama.rope.freq_base", .float32(0)),
        ("llama.rope.dimension_count", .uint32(64)),
    ]

    /// G4: the architecture's numbers, shapes, and weights that are no numbers.
    static let models: [HostileFile] = needed.map { value($0, nil, "missing") }
        + impossible.map { value($0.0, $0.1, "\($0.1)") } + wholes

    private static let wholes: [HostileFile] = [
        model("one layer more than there is", names: "blk.2.") { $0.set("llama.block_count", .uint32(3)) },
        model("fewer embeddings than tokens", names: "token_embd.weight") {
            $0.reshape("token_embd.weight", [16, 200])
        },
        model("a matrix of another shape", names: "blk.1.attn_q.weight") {
            $0.reshape("blk.1.attn_q.weight", [16, 12])
        },
        model("a matrix too few", names: "blk.1.ffn_up.weight") {
            $0.tensors.removeAll { $0.name == "blk.1.ffn_up.weight" }
        },
        model("no embedding", names: "token_embd.weight") {
            $0.tensors.removeAll { $0.name == "token_embd.weight" }
        },
        model("a sliding window of 0", names: "gemma3.attention.sliding_window") { writer in
            writer.metadata = writer.metadata.map { ($0.0.replacing("llama.", with: "gemma3."), $0.1) }
            writer.set("general.architecture", .string("gemma3"))
            writer.set("gemma3.attention.sliding_window", .uint32(0))
        },
        model("a weight that is no number", names: "not finite") {
            $0.fill("blk.0.ffn_gate.weight", with: .nan, count: 1)
        },
        model("an embedding of no numbers", names: "not finite") {
            $0.fill("token_embd.weight", with: .nan, count: 16 * 20)
        },
        model("an infinite norm", names: "not finite") {
            $0.fill("output_norm.weight", with: .infinity, count: 16)
        },
    ]

    /// G5: vocabularies.
    static let vocabularies: [HostileFile] = [
        model("an id without a token", names: "tokens[100]") { $0.tokens[100] = [] },
        model("a token twice", names: "tokens[100]") { $0.tokens[100] = $0.tokens[99] },
        model("a token of 10 MiB", names: "tokens[7]") { $0.tokens[7] = [UInt8](repeating: 97, count: 10 << 20) },
        model("a token that is not UTF-8", names: "tokens[7]") { $0.tokens[7] = [0xC3, 0x28] },
        model("no tokens", names: "tokens") { $0.tokens = [] },
        model("a token too many", names: "257 rows") { $0.tokens.append(Array("more".utf8)) },
        model("an end outside", names: "eos_token_id") { $0.set("tokenizer.ggml.eos_token_id", .uint32(257)) },
        model("a begin outside", names: "bos_token_id") { $0.set("tokenizer.ggml.bos_token_id", .uint32(.max)) },
        model("a negative end", names: "eos_token_id") { $0.set("tokenizer.ggml.eos_token_id", .int32(-1)) },
        model("an end that is a text", names: "eos_token_id") {
            $0.set("tokenizer.ggml.eos_token_id", .string("</s>"))
        },
        model("a merge of what is not there", names: "merges[0]") {
            $0.set("tokenizer.ggml.merges", .array(.strings([Array("zz y".utf8)])))
        },
        model("a merge into what is not there", names: "merges[0]") {
            $0.set("tokenizer.ggml.merges", .array(.strings([Array("z y".utf8)])))
        },
        model("a merge of one part", names: "merges[0]") {
            $0.set("tokenizer.ggml.merges", .array(.strings([Array("zy".utf8)])))
        },
        model("a kind that does not exist", names: "token_type[3]") {
            $0.set("tokenizer.ggml.token_type", .array(.integers([1, 1, 1, 9])))
        },
        model("kinds for half the tokens", names: "token_type") {
            $0.set("tokenizer.ggml.token_type", .array(.integers([Int64](repeating: 1, count: 128))))
        },
        model("an unknown way to cut texts", names: "tokenizer.ggml.pre") {
            $0.set("tokenizer.ggml.pre", .string("((a+)+)+$"))
        },
        model("another kind of tokenizer", names: "tokenizer.ggml.model") {
            $0.set("tokenizer.ggml.model", .string("bert"))
        },
        model("tokens that are numbers", names: "tokenizer.ggml.tokens") {
            $0.set("tokenizer.ggml.tokens", .array(.integers([1, 2, 3])))
        },
        model("a score that is no number", names: "scores[5]") {
            $0.set("tokenizer.ggml.model", .string("llama"))
            var scores = [Double](repeating: 0, count: 257)
            scores[5] = .nan
            $0.set("tokenizer.ggml.scores", .array(.floats(scores)))
        },
    ]
}
