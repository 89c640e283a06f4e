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
