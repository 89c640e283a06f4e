import Foundation
import ModelFiles
import Tensors
import TestSupport

@testable import Transformer

/// A small model with random weights, as a file and as plain numbers.
struct RandomModel {
    var architecture: String
    var layers = 3
    var width = 24
    var feedForward = 40
    var heads = 4
    var keyValueHeads = 2
    var headLength = 8
    var vocabulary = 61
    var rotaryBase: Float = 500
    var window: Int?
    var attentionCap: Float?
    var logitCap: Float?
    var isTied = false
    var hasRotaryFactors = false
    var linearScaling: Float?
    /// Under which key the factor stands, and whether its type does.
    var scalingKey = "rope.scaling.factor"
    var scalingType: String? = "linear"
    /// Products of each layer that have a bias beside those of the architecture.
    var biases: [String] = []
    var attentionScale: Float?
    /// `attention.sliding_window_pattern`.
    var windowPattern: MetadataValue?
    var seed: UInt64 = 1

    static let epsilon: Float = 1e-5

    var biasedParts: [String] { (architecture == "qwen2" ? ["attn_q", "attn_k", "attn_v"] : []) + biases }
    var hasHeadNorms: Bool { architecture == "qwen3" || architecture == "gemma3" }
    var hasOutputNorms: Bool { architecture == "gemma3" }

    /// One of each architecture, together using every part of the forward pass.
    static let samples = [
        RandomModel(architecture: "llama"),
        RandomModel(architecture: "llama", keyValueHeads: 4, isTied: true, hasRotaryFactors: true),
        RandomModel(architecture: "qwen2", heads: 6, headLength: 4, linearScaling: 2),
        RandomModel(architecture: "qwen3", keyValueHeads: 1, headLength: 10, vocabulary: 70),
        RandomModel(
            architecture: "gemma3", layers: 7, window: 5, attentionCap: 3, logitCap: 4, isTied: true),
    ]

    static let allBiases = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]

    /// What a file may say beside: biases that the architecture need not have, and keys that change numbers.
    static let variants = [
        RandomModel(architecture: "llama", biases: allBiases),
        RandomModel(architecture: "qwen2", biases: ["attn_output", "ffn_down"]),
        RandomModel(architecture: "qwen3", biases: ["attn_q", "attn_k", "attn_v"], attentionScale: 0.2),
        RandomModel(architecture: "gemma3", window: 4, biases: allBiases),
        RandomModel(architecture: "gemma3", layers: 4, window: 4, windowPattern: .uint32(2)),
        RandomModel(architecture: "gemma3", layers: 3, window: 4, windowPattern: .uint32(1)),
        RandomModel(
            architecture: "gemma3", layers: 4, window: 4,
            windowPattern: .array(.bools([false, true, true, false]))),
        RandomModel(architecture: "gemma3", layers: 2, window: 4, windowPattern: .array(.integers([0, 1]))),
        RandomModel(architecture: "llama", linearScaling: 4, scalingKey: "rope.scale_linear", scalingType: nil),
        RandomModel(architecture: "llama", linearScaling: 4, scalingType: nil),
        RandomModel(architecture: "qwen2", linearScaling: 3, scalingKey: "rope.scale_linear"),
        RandomModel(architecture: "llama", linearScaling: 4, scalingType: "none"),
        // The layers of the 27B, whose scores have another scale; 24 / 4 is not the head length.
        RandomModel(architecture: "gemma3", layers: 62, width: 24, feedForward: 8, window: 5),
    ]

    /// Every tensor by name, with its shape, fastest first.
    func tensors() -> [ModelFileWriter.Tensor] {
        var random = SeededGenerator(seed: seed)
        var result: [ModelFileWriter.Tensor] = []
        func add(_ name: String, _ shape: [Int], around center: Float = 0, _ spread: Float) {
            let count = shape.reduce(1, *)
            let values = (0..<count).map { _ in center + Float.random(in: -spread...spread, using: &random) }
            result.append(ModelFileWriter.Tensor(name: name, shape: shape, values: values))
        }
        add("token_embd.weight", [width, vocabulary], 1)
        add("output_norm.weight", [width], around: 1, 0.3)
        if !isTied { add("output.weight", [width, vocabulary], 0.5) }
        if hasRotaryFactors { add("rope_freqs.weight", [headLength / 2], around: 2, 1) }
        let (queries, keys) = (heads * headLength, keyValueHeads * headLength)
        for layer in 0..<layers {
            let prefix = "blk.\(layer)."
            add(prefix + "attn_norm.weight", [width], around: 1, 0.3)
            add(prefix + "attn_q.weight", [width, queries], 0.4)
            add(prefix + "attn_k.weight", [width, keys], 0.4)
            add(prefix + "attn_v.weight", [width, keys], 0.4)
            add(prefix + "attn_output.weight", [queries, width], 0.4)
            add(prefix + "ffn_norm.weight", [width], around: 1, 0.3)
            add(prefix + "ffn_gate.weight", [width, feedForward], 0.4)
            add(prefix + "ffn_up.weight", [width, feedForward], 0.4)
            add(prefix + "ffn_down.weight", [feedForward, width], 0.3)
            let lengths = [
                "attn_q": queries, "attn_k": keys, "attn_v": keys, "ffn_gate": feedForward, "ffn_up": feedForward,
            ]
            for part in biasedParts { add("\(prefix)\(part).bias", [lengths[part] ?? width], 0.5) }
            if hasHeadNorms {
                add(prefix + "attn_q_norm.weight", [headLength], around: 1, 0.3)
                add(prefix + "attn_k_norm.weight", [headLength], around: 1, 0.3)
            }
            if hasOutputNorms {
                add(prefix + "post_attention_norm.weight", [width], around: 1, 0.3)
                add(prefix + "post_ffw_norm.weight", [width], around: 1, 0.3)
            }
        }
        return result
    }

    func metadata() -> [(String, MetadataValue)] {
        func key(_ name: String) -> String { "\(architecture).\(name)" }
        var pairs: [(String, MetadataValue)] = [
            ("general.architecture", .string(architecture)),
            (key("block_count"), .uint32(UInt32(layers))),
            (key("context_length"), .uint32(512)),
            (key("embedding_length"), .uint32(UInt32(width))),
            (key("feed_forward_length"), .uint32(UInt32(feedForward))),
            (key("attention.head_count"), .uint32(UInt32(heads))),
            (key("attention.head_count_kv"), .uint32(UInt32(keyValueHeads))),
            (key("attention.key_length"), .uint32(UInt32(headLength))),
            (key("attention.value_length"), .uint32(UInt32(headLength))),
            (key("attention.layer_norm_rms_epsilon"), .float32(Self.epsilon)),
            (key("rope.freq_base"), .float32(rotaryBase)),
        ]
        if let window { pairs.append((key("attention.sliding_window"), .uint32(UInt32(window)))) }
        if let attentionCap { pairs.append((key("attn_logit_softcapping"), .float32(attentionCap))) }
        if let logitCap { pairs.append((key("final_logit_softcapping"), .float32(logitCap))) }
        if let linearScaling {
            if let scalingType { pairs.append((key("rope.scaling.type"), .string(scalingType))) }
            pairs.append((key(scalingKey), .float32(linearScaling)))
        }
        if let attentionScale { pairs.append((key("attention.scale"), .float32(attentionScale))) }
        if let windowPattern { pairs.append((key("attention.sliding_window_pattern"), windowPattern)) }
        return pairs
    }

    /// The model, opened from a file that is gone again: its mapping stays.
    func load() throws -> TransformerModel {
        try Self.load(ModelFileWriter(metadata: metadata(), tensors: tensors()))
    }

    static func load(_ writer: ModelFileWriter) throws -> TransformerModel {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).gguf")
        try Data(writer.bytes()).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try SequenceRunner.load(url.path)
    }
}

extension ModelFileWriter.Tensor {
    /// The values of a float32 tensor.
    var values: [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { offset in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) })
        }
    }
}
