import Foundation
import ModelFiles
import Testing

/// `a1 model inspect`, the real command.
@Suite struct InspectTests {
    private func inspect(_ arguments: String...) throws -> (code: Int32, output: String) {
        let tool = try Tool(["model", "inspect"] + arguments)
        return (tool.code, String(decoding: tool.out, as: UTF8.self))
    }

    private func json(_ model: String, _ flag: String) throws -> [String: Any] {
        let (code, output) = try inspect(model, flag, "--json")
        #expect(code == 0)
        return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }

    private func json(of writer: ModelFileWriter) throws -> [String: Any] {
        let url = FileManager.default.temporaryDirectory.appending(path: "inspect-\(UUID().uuidString).gguf")
        try Data(writer.bytes()).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try json(url.path, "--json")
    }

    private static let long = String(repeating: "long ", count: 100)

    private static let metadata: [(String, MetadataValue)] = [
        ("general.architecture", .string("llama")), ("general.description", .string(long)),
        ("llama.block_count", .uint32(3)), ("llama.context_length", .uint32(100)),
        ("llama.embedding_length", .uint32(8)), ("llama.feed_forward_length", .uint32(8)),
        ("llama.attention.head_count", .uint32(2)), ("llama.attention.head_count_kv", .uint32(1)),
        ("llama.attention.layer_norm_rms_epsilon", .float32(0.5)),
        ("x.huge", .uint64(.max)), ("x.nan", .float32(.nan)), ("x.yes", .bool(true)),
        ("x.short", .array(.integers([1, -2]))), ("x.texts", .array(.strings([Array("a".utf8)]))),
        ("x.floats", .array(.floats([0.5, .infinity]))), ("x.bools", .array(.bools([true, false]))),
        ("x.sixty-four", .array(.integers(Array(0..<64)))), ("x.sixty-five", .array(.integers(Array(0..<65)))),
    ]

    private static let embedding = ModelFileWriter.Tensor(
        name: "token_embd.weight", shape: [8, 5], values: Array(repeating: 0, count: 40))

    @Test func valuesAreInFullAndMemoryIsThere() throws {
        let document = try json(of: ModelFileWriter(metadata: Self.metadata, tensors: [Self.embedding]))
        let values = try #require(document["metadata"] as? [String: Any])
        #expect(values["general.description"] as? String == Self.long)
        #expect(values["llama.block_count"] as? Int == 3)
        #expect(values["x.huge"] as? UInt64 == .max)
        #expect(values["x.nan"] as? String == "nan")
        #expect(values["x.yes"] as? Bool == true)
        #expect(values["x.short"] as? [Int] == [1, -2])
        #expect(values["x.texts"] as? [String] == ["a"])
        #expect((values["x.floats"] as? [Any])?.last as? String == "inf")
        #expect(values["x.bools"] as? [Bool] == [true, false])
        #expect((values["x.sixty-four"] as? [Int])?.count == 64)
        let summary = try #require(values["x.sixty-five"] as? [String: Any])
        #expect(summary["type"] as? String == "integers" && summary["count"] as? Int == 65)
        // A tensor is missing: it cannot be run, and what it would take is known.
        #expect((document["refusal"] as? String)?.contains("'output_norm.weight'") == true)
        let memory = try #require(document["memory"] as? [String: Any])
        // Three layers, one head of keys and values of four numbers of four bytes; seven blocks of 16 tokens.
        #expect(memory["kv_bytes_per_token"] as? Int == 3 * 2 * 4 * 4)
        #expect(memory["kv_bytes_of_context"] as? Int == 3 * 2 * 4 * 4 * 112)
        #expect(memory["weights_mapped_bytes"] as? Int == document["bytes"] as? Int)
        // They depend on tensors that are not there.
        #expect(memory["packed_weight_bytes"] == nil && memory["quantized_token_bytes"] == nil)
        #expect(try #require(memory["scratch_bytes"] as? Int) > 0)
        #expect(try #require(memory["logit_bytes"] as? Int) > 0)
    }

    @Test func whatCannotBeRunIsPrintedWithTheReason() throws {
        let other = try json(of: ModelFileWriter(
            metadata: [("general.architecture", .string("mamba"))], tensors: [Self.embedding]))
        #expect((other["refusal"] as? String)?.contains("'mamba'") == true)
        #expect(other["memory"] == nil)
        #expect((other["tensors"] as? [Any])?.count == 1)

        var writer = ModelFileWriter(metadata: Self.metadata, tensors: [Self.embedding])
        writer.tensors.append(.init(name: "blk.0.attn_q.weight", shape: [8], values: Array(repeating: 0, count: 8)))
        var bytes = writer.bytes()
        // The type of the last tensor stands before its offset, at the end of the table; 16 is IQ2_XXS.
        let name = try #require(bytes.firstRange(of: Array("blk.0.attn_q.weight".utf8)))
        #expect(bytes[name.upperBound + 12] == 0)
        bytes[name.upperBound + 12] = 16
        let url = FileManager.default.temporaryDirectory.appending(path: "inspect-\(UUID().uuidString).gguf")
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let (code, output) = try inspect(url.path)
        #expect(code == 0)
        #expect(output.contains("cannot be run: ") && output.contains("'blk.0.attn_q.weight' has unsupported type 16"))
        #expect(output.contains("16 (IQ2_XXS)") && output.contains("token_embd.weight"))
        #expect(output.contains("a whole context of 100 tokens"))
    }

    @Test func aModelOfAManifestIsRunnable() throws {
        let manifest = TestCluster.root.appending(path: "configs/models.yaml").path
        let document = try json("small-draft", "--manifest=\(manifest)")
        #expect(document["refusal"] == nil)
        // By hand. Three layers of five matrices of 128 rows and two of 64, and the embeddings: 653 rows in 21 panels;
        // each row has four blocks of 34 bytes.
        let memory = try #require(document["memory"] as? [String: Any])
        #expect(memory["packed_weight_bytes"] as? Int == (3 * (5 * 128 + 2 * 64) + 21 * 32) * 4 * 34)
        // 256 tokens of four blocks: two digits for each of 32 columns, each digit's sum for each half, four numbers
        // for the block, and a byte that says whether it has a second digit.
        #expect(memory["quantized_token_bytes"] as? Int == 256 * 4 * (2 * 32 + 4 * 2 * 2 + 4 * 4 + 1))
        #expect(try inspect("small-draft", "--manifest=/nowhere.yaml").code == 78)
    }
}
