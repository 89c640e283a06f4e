import Domain

@testable import Coordination

/// Short ways to say what tests need often.

func milliseconds(_ value: Int64) -> Moment { Moment(monotonicMs: value, wallMs: 1_000_000 + value) }

func peer(_ name: String) -> PeerID { PeerID(bytes: Array(name.utf8)) }

func makeHello(
    _ name: String, _ role: Role, incarnation: UInt64 = 1, slots: Int = 2, digest: String = "digest",
    vocabulary: String? = nil, template: String = "template", kernels: String = "",
    reportsLogProbabilities: Bool = true, proposesByLookup: Bool = false
) -> Hello {
    Hello(
        name: name, role: role, incarnation: incarnation, processID: 7, host: "here", model: "\(role.rawValue)-model",
        modelDigest: digest, vocabulary: vocabulary ?? "vocabulary-\(role.rawValue)", vocabularySize: 1_000,
        promptTemplate: template, kernels: kernels, contextLength: 4096, slots: slots, threads: 1,
        reportsLogProbabilities: reportsLogProbabilities, proposesByLookup: proposesByLookup)
}

let noTiming = WorkTiming(startedWallMs: 1, finishedWallMs: 2, queuedMs: 0)

extension Order.Work {
    var generate: GenerateTask? {
        if case .generate(let task) = self { task } else { nil }
    }

    var score: ScoreTask? {
        if case .score(let task) = self { task } else { nil }
    }
}

/// A worker's honest answer in words: `text` as a block of so many tokens.
func makeBlock(
    _ order: Order, _ text: String, tokens: Int, finish: FinishReason, vocabulary: String? = nil,
    segment: SegmentID? = nil, logProbabilities: [Float]? = nil
) -> BlockReport {
    let author: Author = vocabularyAuthor(order)
    let isAsked = order.work.generate?.reportsLogProbabilities ?? false
    let count = tokens + (finish == .endToken ? 1 : 0)
    return BlockReport(
        tag: order.tag,
        block: Segment(
            id: segment ?? order.work.generate?.segment ?? SegmentID(rawValue: 0), author: author,
            text: Array(text.utf8), tokens: (0..<Int32(tokens)).map { $0 },
            vocabulary: vocabulary ?? "vocabulary-\(author.rawValue)"),
        finish: finish, logProbabilities: logProbabilities ?? (isAsked ? Array(repeating: -0.5, count: count) : []),
        timing: noTiming)
}

/// A worker's answer to an order to score; unless said otherwise each token writes an equal part of the block.
func makeScore(
    _ order: Order, _ values: [Float], tokenBytes: [Int]? = nil, difference: DrawDifference? = nil
) -> ScoreReport {
    let bytes = order.work.score?.block.text.count ?? 0
    let even = values.indices.map { bytes * ($0 + 1) / values.count - bytes * $0 / values.count }
    return ScoreReport(
        tag: order.tag, logProbabilities: values, tokenBytes: tokenBytes ?? even, difference: difference,
        timing: noTiming)
}

/// Who writes for this order: the target takes over; who opens is seen from the sampling's marker temperature.
private func vocabularyAuthor(_ order: Order) -> Author {
    guard let task = order.work.generate else { return .draft }
    return task.sampling.temperature == targetTemperature ? .target : .draft
}

/// Marks orders to the target in tests.
let targetTemperature: Float = 0.25

func makeSettings(_ change: (inout RunSettings) -> Void = { _ in }) -> RunSettings {
    var settings = RunSettings(
        paths: 1, rounds: 3, draftTokens: 8, targetTokens: 8, pathTokens: 100, runAhead: 0)
    settings.targetSampling.temperature = targetTemperature
    change(&settings)
    return settings
}
