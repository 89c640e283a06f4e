import Foundation
import ModelFiles
import Testing
import Tokenizers

@testable import Transformer

@Suite struct LoadedModelTests {
    private static let tokenizer: [(String, MetadataValue)] = [
        ("tokenizer.ggml.model", .string("llama")),
        ("tokenizer.ggml.tokens", .array(.strings(["<unk>", "<s>", "</s>"].map { Array($0.utf8) }
            + (0..<58).map { Array("▁\($0)".utf8) }))),
        ("tokenizer.ggml.scores", .array(.floats(Array(repeating: 0, count: 61)))),
        ("tokenizer.ggml.token_type", .array(.integers([2, 3, 3] + Array(repeating: 1, count: 58)))),
        ("tokenizer.ggml.bos_token_id", .uint32(1)),
        ("tokenizer.ggml.eos_token_id", .uint32(2)),
        ("tokenizer.chat_template", .string("{{ messages }}")),
    ]

    /// Opens a random model whose metadata have been changed; the error's text if that fails.
    private func open(
        _ model: RandomModel = RandomModel.samples[0], _ change: (inout [(String, MetadataValue)]) -> Void
    ) throws -> Result<LoadedModel, ModelLoadError> {
        var metadata = model.metadata() + Self.tokenizer
        change(&metadata)
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).gguf")
        try Data(ModelFileWriter(metadata: metadata, tensors: model.tensors()).bytes()).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        do { return .success(try LoadedModel(path: url.path)) } catch { return .failure(error) }
    }

    @Test func aModelOpensWithItsTokenizer() throws {
        let model = try open { $0.append(("general.name", .string("random"))) }.get()
        #expect(model.name == "random")
        #expect(model.architecture == "llama")
        #expect(model.contextLength == 512)
        #expect(model.chatTemplateText == "{{ messages }}")
        #expect(model.tokenizer.beginToken == 1)
        #expect(model.tokenizer.addsBeginToken)
        #expect(model.tokenizer.endTokens.contains(2))
    }

    /// Of every matrix once; the embedding counts where it is the output's as well.
    @Test(arguments: [false, true]) func itsMatricesAreCounted(isTied: Bool) throws {
        let random = RandomModel(architecture: "llama", keyValueHeads: 4, isTied: isTied)
        let model = try open(random) { _ in }.get()
        var elements = ["layers": 0, "output": 0]
        for tensor in random.tensors() where tensor.shape.count == 2 {
            let isLayers = tensor.name.hasPrefix("blk.")
            guard isLayers || isTied || tensor.name == "output.weight" else { continue }
            elements[isLayers ? "layers" : "output"]! += tensor.shape.reduce(1, *)
        }
        let (layers, output) = (model.transformer.layerMatrices, model.transformer.outputMatrix)
        #expect([layers.floatWeights, output.floatWeights] == [elements["layers"], elements["output"]])
        #expect(layers.byteCount == 4 * layers.floatWeights && output.byteCount == 4 * output.floatWeights)
        #expect(layers.quantisedWeights + output.quantisedWeights == 0)
    }

    @Test func aModelWithoutANameIsCalledAsItsFile() throws {
        let model = try open { _ in }.get()
        #expect(model.path.hasSuffix("/" + model.name))
    }

    @Test(arguments: [
        ("tokenizer.ggml.model", MetadataValue.string("bert")), ("tokenizer.ggml.model", .uint32(1)),
        ("tokenizer.ggml.tokens", .string("a")), ("tokenizer.ggml.bos_token_id", .int32(-1)),
        ("tokenizer.ggml.eos_token_id", .uint32(61)), ("tokenizer.ggml.add_bos_token", .uint32(1)),
        ("tokenizer.ggml.token_type", .array(.integers([9]))),
        ("tokenizer.ggml.scores", .array(.floats([0]))), ("tokenizer.chat_template", .uint32(0)),
    ])
    func badTokenizersAreRefusedByKey(key: String, value: MetadataValue) throws {
        let result = try open { metadata in
            metadata.removeAll { $0.0 == key }
            metadata.append((key, value))
        }
        guard case .failure(let error) = result else {
            Issue.record("accepted")
            return
        }
        let name = key.replacingOccurrences(of: "tokenizer.ggml.", with: "")
        #expect("\(error)".contains(name))
        #expect("\(error)".contains(".gguf: "))
    }

    @Test func aFileThatIsNotThereIsNamed() {
        #expect { try LoadedModel(path: "/nowhere/model.gguf") } throws: { "\($0)".contains("/nowhere/model.gguf") }
    }
}
