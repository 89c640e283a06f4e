import Foundation
import Testing

@testable import Transformer

@Suite struct ReferenceTests {
    struct Subject: CustomTestStringConvertible, Sendable {
        var reference: String
        var file: String

        var testDescription: String { reference }
        var isReady: Bool {
            TestFiles.model(file) != nil && TestFiles.reference("logits/\(reference).jsonl") != nil
        }
    }

    static let small = Subject(reference: "smollm2-135m", file: "SmolLM2-135M-Instruct.Q4_1.gguf")
    static let all = [
        small,
        Subject(reference: "gemma3-270m", file: "gemma-3-270m-q4_k_m.gguf"),
        Subject(reference: "qwen2.5-coder-0.5b", file: "Qwen2.5-Coder-0.5B-Instruct-Q4_K_M.gguf"),
        Subject(reference: "qwen2.5-coder-1.5b", file: "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M.gguf"),
    ]

    @Test(.enabled(if: small.isReady, "needs the model file in A1_MODELS and ../shared/reference"))
    func aSmallPretrainedModelMatchesTheReference() throws {
        try check(Self.small, lines: 2, greedyTokens: 12)
    }

    @Test(
        .enabled(if: TestFiles.areHeavyTestsAsked, "takes minutes: set A1_HEAVY_TESTS"),
        arguments: all.filter(\.isReady))
    func pretrainedModelsMatchTheReference(subject: Subject) throws {
        try check(subject, lines: .max, greedyTokens: .max)
    }

    /// Quantised tokens: how far the mean negative log-likelihood may be off, of a text and of all.
    @Test(
        .enabled(if: TestFiles.areHeavyTestsAsked, "takes minutes: set A1_HEAVY_TESTS"),
        arguments: all.filter(\.isReady))
    func theFastModeIsNearTheReference(subject: Subject) throws {
        try checkFast(subject, lines: .max)
    }

    @Test(.enabled(if: small.isReady, "needs the model file in A1_MODELS and ../shared/reference"))
    func theFastModeOfASmallModelIsNearTheReference() throws {
        try checkFast(Self.small, lines: 6)
    }

    private func checkFast(_ subject: Subject, lines: Int) throws {
        let url = try #require(TestFiles.reference("logits/\(subject.reference).jsonl"))
        let model = try SequenceRunner.load(#require(TestFiles.model(subject.file)).path)
        let runner = try SequenceRunner(model, threads: 2, activations: .int8)
        var (found, expected) = (0.0, 0.0)
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n").prefix(lines) {
            let reference = try JSONDecoder().decode(ReferenceLine.self, from: Data(line.utf8))
            let sum = -runner.logProbabilities(reference.ids).reduce(0) { $0 + Double($1) }
            let truth = reference.meanNLL * Double(reference.logprobs.count)
            #expect(abs(sum - truth) < 0.01 * truth, "\(reference.text.prefix(40))")
            found += sum
            expected += truth
        }
        #expect(expected > 0)
        #expect(abs(found - expected) < 0.003 * expected)
    }

    private func check(_ subject: Subject, lines: Int, greedyTokens: Int) throws {
        let url = try #require(TestFiles.reference("logits/\(subject.reference).jsonl"))
        var check = try ReferenceCheck(SequenceRunner.load(#require(TestFiles.model(subject.file)).path))
        check.greedyTokens = greedyTokens
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n").prefix(lines) {
            check.check(try JSONDecoder().decode(ReferenceLine.self, from: Data(line.utf8)))
        }
        check.finish()
    }
}
