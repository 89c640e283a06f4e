import Foundation
import TestSupport
import Testing

extension RealProcesses {
/// `a1 model inspect` and `a1 model compare` through the real executable.
@Suite(.serialized) struct ModelCompareTests {
    private struct Comparison: Decodable {
        var tokens: Int
        var positions: Int
        var mean_kl_divergence: Double
        var largest_difference: Double
        var top1_agreement: Double
        var mean_nll: [Double]
    }

    private static let text = "Tom has 23 marbles. He finds 4 more.\n\nSo the answer is \\boxed{27}."

    private func compare(
        _ arguments: String..., text: String = text, environment: [String: String] = [:]
    ) throws -> Comparison {
        let tool = try Tool(
            ["model", "compare", "--json"] + arguments, input: Data(text.utf8), environment: environment)
        try #require(tool.code == 0, "\(tool.err)")
        return try JSONDecoder().decode(Comparison.self, from: tool.out)
    }

    @Test func aModelIsNoDistanceFromItself() throws {
        let same = try compare(
            "--model", "small-draft", "--with", "small-draft", "--exact", "--with-exact", "--threads", "1")
        #expect(same.mean_kl_divergence == 0 && same.largest_difference == 0 && same.top1_agreement == 1)
        #expect(same.positions == same.tokens && same.tokens > 20)
        #expect(same.mean_nll[0] == same.mean_nll[1])
    }

    @Test func twoModelsDifferByWhatTheirScoresSay() throws {
        let both = try compare("--model", "small-draft", "--with", "small-target")
        #expect(both.mean_kl_divergence > 0.01 && both.largest_difference > 0.1 && both.top1_agreement < 1)
        struct Score: Decodable { var mean_nll: Double }
        for (model, nll) in zip(["small-draft", "small-target"], both.mean_nll) {
            // The same tokens, special ones read as text, through the engine.
            let ids = try Tool(["model", "tokenize", "--model", model], lines: [try Tool.json(Self.text)])
            let score = try Tool(["model", "score", "--model", model], input: ids.out).answers(Score.self)
            #expect(abs(score[0].mean_nll - nll) < 1e-5)
        }
    }

    /// Also where OpenBLAS packs, whose flavour without threads hands two threads the same buffer.
    @Test(arguments: [[:], ["OPENBLAS_CORETYPE": "Prescott"]])
    func otherKernelsGiveNearlyTheSame(environment: [String: String]) throws {
        let kernels = try compare(
            "--model", "small-target", "--kernels", "scalar", "--with-kernels", "openblas", "--threads", "2",
            environment: environment)
        #expect(kernels.mean_kl_divergence < 1e-8 && kernels.largest_difference < 1e-3)
    }

    @Test func windowsCoverTheWholeText() throws {
        let text = String(repeating: Self.text + "\n", count: 20)
        let whole = try compare("--model", "small-draft", text: text)
        for window in ["2", "3", "64"] {
            let cut = try compare("--model", "small-draft", "--window", window, text: text)
            #expect(cut.tokens == whole.tokens && cut.positions == whole.positions)
        }
    }

    @Test func textsWithNothingToCompareAreRefused() throws {
        for text in ["", "a"] {
            let tool = try Tool(["model", "compare", "--model", "small-draft"], input: Data(text.utf8))
            #expect(tool.code == 65 && tool.err.contains("tokens"), "\(tool.err)")
        }
        let missing = try Tool(["model", "compare", "--model", "small-draft", "--text", "/nonexistent.txt"])
        #expect(missing.code == 66 && missing.err.contains("/nonexistent.txt"))
    }

    private static let smollm = Tool.pulledModel("SmolLM2-135M-Instruct.Q4_1.gguf")

    @Test(.enabled(if: smollm != nil, "needs: a1 model pull smollm2-135m"))
    func aPretrainedModelWorksInEveryTool() throws {
        struct Ids: Codable { var ids: [Int32] }
        struct Score: Decodable { var ids: [Int32], logprobs: [Double], mean_nll: Double }
        struct Continuation: Decodable { var ids: [Int32], text: String }
        let arguments = ["--model", "smollm2-135m"]
        let texts = ["The capital of France is Paris.", "Grüße, 世界 🎉", "<|im_start|>user\nHi<|im_end|>"]
        let ids = try Tool(["model", "tokenize", "--special"] + arguments, lines: texts.map { try Tool.json($0) })
        let back = try Tool(["model", "tokenize", "--special", "--decode"] + arguments, input: ids.out)
        #expect(try back.answers(String.self) == texts)
        #expect(try ids.answers(Ids.self)[2].ids.first == 1)
        let scores = try Tool(["model", "score"] + arguments, input: ids.out).answers(Score.self)
        // An English sentence surprises the model less than greetings in three scripts.
        #expect(scores[0].mean_nll < 4 && scores[0].mean_nll < scores[1].mean_nll)
        let continued = try Tool(
            ["model", "generate", "--max-tokens", "3"] + arguments, lines: [#"{"text":"The capital of France is"}"#]
        ).answers(Continuation.self)
        #expect(continued[0].text.contains("Paris"))
    }

    // MARK: inspect

    @Test func inspectShowsMetadataAndTensors() throws {
        struct Document: Decodable {
            struct Tensor: Decodable { var name: String, type: String, shape: [Int], bytes: Int }
            var version: Int
            var bytes: Int
            var parameters: Int
            struct Metadata: Decodable {
                var architecture: String
                enum CodingKeys: String, CodingKey { case architecture = "general.architecture" }
            }
            var metadata: Metadata
            var tensors: [Tensor]
        }
        let json = try Tool(["model", "inspect", "small-draft", "--json"])
        let document = try JSONDecoder().decode(Document.self, from: json.out)
        let path = TestCluster.root.appending(path: "configs/models/small/small-draft.gguf").path
        #expect(json.code == 0)
        #expect(document.bytes == (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int))
        #expect(document.metadata.architecture == "llama")
        #expect(document.parameters == document.tensors.map { $0.shape.reduce(1, *) }.reduce(0, +))
        #expect(document.tensors.contains { $0.name == "token_embd.weight" && $0.shape.count == 2 })
        let table = String(decoding: try Tool(["model", "inspect", path]).out, as: UTF8.self)
        for name in ["general.architecture", "llama.block_count"] + document.tensors.map(\.name) {
            #expect(table.contains(name))
        }
    }
}
}
