import Foundation
import Testing

@testable import Transformer

/// Real models against float32 mathematics on the dequantised weights, made with PyTorch.
@Suite struct ReferenceTests {
    struct Line: Decodable {
        var text: String
        var ids: [Int32]
        var logprobs: [Float]
        var meanNLL: Double
        var top5: [[Double]]
        var greedy: [Int32]
        var greedyMargin: [Double]

        enum CodingKeys: String, CodingKey {
            case text, ids, logprobs, top5, greedy
            case meanNLL = "mean_nll"
            case greedyMargin = "greedy_margin"
        }
    }

    struct Subject: CustomTestStringConvertible, Sendable {
        var reference: String
        var file: String
        var isHeavy = true

        var testDescription: String { reference }
        var isReady: Bool {
            TestFiles.model(file) != nil && TestFiles.reference("logits/\(reference).jsonl") != nil
        }
    }

    static let small = Subject(
        reference: "smollm2-135m", file: "SmolLM2-135M-Instruct.Q4_1.gguf", isHeavy: false)
    static let large = [
        small,
        Subject(reference: "gemma3-270m", file: "gemma-3-270m-q4_k_m.gguf"),
        Subject(reference: "qwen2.5-coder-0.5b", file: "Qwen2.5-Coder-0.5B-Instruct-Q4_K_M.gguf"),
        Subject(reference: "qwen2.5-coder-1.5b", file: "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M.gguf"),
    ]

    @Test(.enabled(if: small.isReady, "needs the model file in A1_MODELS and ../shared/reference"))
    func aSmallRealModelMatchesTheReference() throws {
        try check(Self.small, lines: 2, greedy: 12)
    }

    @Test(
        .enabled(if: TestFiles.areHeavyTestsAsked, "takes minutes: set A1_HEAVY_TESTS"),
        arguments: large.filter(\.isReady))
    func realModelsMatchTheReference(subject: Subject) throws {
        try check(subject, lines: .max, greedy: .max)
    }

    private func check(_ subject: Subject, lines limit: Int, greedy: Int) throws {
        let model = try SequenceRunner.load(#require(TestFiles.model(subject.file)).path)
        let runner = try SequenceRunner(model, threads: 2)
        let url = try #require(TestFiles.reference("logits/\(subject.reference).jsonl"))
        var differences: [Double] = []
        for text in try String(contentsOf: url, encoding: .utf8).split(separator: "\n").prefix(limit) {
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            let found = runner.logProbabilities(line.ids)
            let own = zip(found, line.logprobs).map { abs(Double($0) - Double($1)) }
            #expect(own.max() ?? 0 < 2e-3, "\(line.text.prefix(40))")
            differences += own
            let meanNLL = -found.reduce(0) { $0 + Double($1) } / Double(found.count)
            #expect(abs(meanNLL - line.meanNLL) < 1e-4, "\(line.text.prefix(40))")
            checkGreedy(runner, line, atMost: greedy)
        }
        let mean = differences.reduce(0, +) / Double(max(1, differences.count))
        #expect(mean < 2e-4)
        print("\(subject.reference): \(differences.count) log-probabilities, mean difference \(mean),",
            "largest \(differences.max() ?? 0)")
    }

    /// Equal up to the first step at which the reference's best two are nearly level.
    private func checkGreedy(_ runner: SequenceRunner, _ line: Line, atMost limit: Int) {
        let certain = min(limit, line.greedyMargin.prefix { $0 > 0.01 }.count)
        let found = runner.greedy(line.ids, count: certain)
        #expect(found == Array(line.greedy.prefix(certain)), "\(line.text.prefix(40))")
    }
}
