import ModelFiles

/// A llama model with random weights whose tokens are the 256 bytes and an end token: quick to run, and
/// as good as a real one wherever it does not matter what is written.
public struct TinyModel {
    public static let endToken: Int32 = 256
    public static let vocabulary = 257

    public var contextLength: Int
    public var seed: UInt64
    /// Set to make every logit something that is no number.
    public var outputNorm: Float

    public init(contextLength: Int = 256, seed: UInt64 = 1, outputNorm: Float = 2) {
        self.contextLength = contextLength
        self.seed = seed
        self.outputNorm = outputNorm
    }

    private let width = 16
    private let feedForward = 24
    private let layers = 2

    /// Width of all keys of a row: two heads of four query heads of 4.
    private let keyWidth = 8

    /// Bytes of one KV block of 16 tokens.
    public var bytesPerBlock: Int { layers * keyWidth * 2 * 16 * 4 }

    /// The whole file, to be changed where a test needs it.
    public func writer() -> ModelFileWriter { ModelFileWriter(metadata: metadata(), tensors: tensors()) }

    private func metadata() -> [(String, MetadataValue)] {
        [
            ("general.architecture", .string("llama")),
            ("general.name", .string("tiny")),
            ("llama.block_count", .uint32(UInt32(layers))),
            ("llama.context_length", .uint32(UInt32(contextLength))),
            ("llama.embedding_length", .uint32(UInt32(width))),
            ("llama.feed_forward_length", .uint32(UInt32(feedForward))),
            ("llama.attention.head_count", .uint32(4)),
            ("llama.attention.head_count_kv", .uint32(2)),
            ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
            ("tokenizer.ggml.model", .string("gpt2")),
            ("tokenizer.ggml.pre", .string("gpt-2")),
            ("tokenizer.ggml.tokens", .array(.strings(Self.byteTokens + [Array("<|end|>".utf8)]))),
            ("tokenizer.ggml.token_type", .array(.integers(Array(repeating: 1, count: 256) + [3]))),
            ("tokenizer.ggml.merges", .array(.strings([]))),
            ("tokenizer.ggml.eos_token_id", .uint32(UInt32(Self.endToken))),
        ]
    }

    private func tensors() -> [ModelFileWriter.Tensor] {
        var random = SeededGenerator(seed: seed)
        var result: [ModelFileWriter.Tensor] = []
        func add(_ name: String, _ shape: [Int], around center: Float = 0, _ spread: Float) {
            let values = (0..<shape.reduce(1, *)).map { _ in
                center + Float.random(in: -spread...spread, using: &random)
            }
            result.append(ModelFileWriter.Tensor(name: name, shape: shape, values: values))
        }
        add("token_embd.weight", [width, Self.vocabulary], 1)
        add("output_norm.weight", [width], around: outputNorm, 0)
        for layer in 0..<layers {
            let prefix = "blk.\(layer)."
            add(prefix + "attn_norm.weight", [width], around: 1, 0.3)
            add(prefix + "attn_q.weight", [width, width], 0.5)
            add(prefix + "attn_k.weight", [width, keyWidth], 0.5)
            add(prefix + "attn_v.weight", [width, keyWidth], 0.5)
            add(prefix + "attn_output.weight", [width, width], 0.5)
            add(prefix + "ffn_norm.weight", [width], around: 1, 0.3)
            add(prefix + "ffn_gate.weight", [width, feedForward], 0.5)
            add(prefix + "ffn_up.weight", [width, feedForward], 0.5)
            add(prefix + "ffn_down.weight", [feedForward, width], 0.5)
        }
        return result
    }

    /// The printable alphabet of byte-level BPE, in order of byte: printable bytes stand for themselves,
    /// the others for U+0100 and up (Radford et al., GPT-2).
    private static var byteTokens: [[UInt8]] {
        var next: UInt32 = 256
        return (UInt32(0)..<256).map { byte in
            let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
            if !isPrintable { next += 1 }
            return Array(String(Unicode.Scalar(isPrintable ? byte : next - 1)!).utf8)
        }
    }
}
