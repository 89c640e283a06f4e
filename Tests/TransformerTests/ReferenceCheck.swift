import Testing

@testable import Transformer

/// What a model must give for one text: float32 mathematics on the dequantised weights, from PyTorch.
struct ReferenceLine: Decodable {
    /// Only where one file holds lines of several models.
    var model: String?
    var text: String
    var ids: [Int32]
    /// Of tokens 1...
    var logprobs: [Float]
    var meanNLL: Double
    var greedy: [Int32]
    /// Between the logits of the best two, for each token of `greedy`.
    var greedyMargin: [Double]

    enum CodingKeys: String, CodingKey {
        case model, text, ids, logprobs, greedy
        case meanNLL = "mean_nll"
        case greedyMargin = "greedy_margin"
    }
}

/// Holds a model against reference lines, with the bounds the project promises.
struct ReferenceCheck {
    let runner: SequenceRunner
    /// Tokens of the greedy continuation that are compared.
    var greedyTokens = Int.max
    private(set) var differences: [Double] = []

    init(_ model: TransformerModel) throws {
        runner = try SequenceRunner(model, threads: 2)
    }

    mutating func check(_ line: ReferenceLine) {
        let found = runner.logProbabilities(line.ids)
        #expect(found.count == line.logprobs.count)
        let own = zip(found, line.logprobs).map { abs(Double($0) - Double($1)) }
        #expect(own.max() ?? 0 < 2e-3, "\(line.text.prefix(40))")
        differences += own
        let meanNLL = -found.reduce(0) { $0 + Double($1) } / Double(found.count)
        #expect(abs(meanNLL - line.meanNLL) < 1e-4, "\(line.text.prefix(40))")
        // Equal up to the first step at which the reference's best two are nearly level.
        let certain = min(greedyTokens, line.greedyMargin.prefix { $0 > 0.01 }.count)
        let greedy = runner.greedy(line.ids, count: certain)
        #expect(greedy == Array(line.greedy.prefix(certain)), "\(line.text.prefix(40))")
    }

    func finish() {
        #expect(!differences.isEmpty)
        #expect(differences.reduce(0, +) / Double(max(1, differences.count)) < 2e-4)
    }
}
