import Domain
import Wire

/// Workers that answer every order at once with made-up blocks and scores: what is left of the time is the
/// coordinator's.
struct ScriptedWorkers {
    /// Tokens of a block, four bytes each.
    static let blockTokens = 32

    /// In the order of their numbers.
    let hellos: [Hello]
    private(set) var blocks = 0
    /// In both directions.
    private(set) var messages = 0
    /// From a draft block's sending to the order that its verdict leads to, seconds.
    private(set) var verdictSeconds: [Double] = []
    private var sent: [PathKey: (round: Int, at: ContinuousClock.Instant)] = [:]

    /// - Parameters:
    ///   - count: of each role.
    ///   - slots: of each worker.
    init(count: Int, slots: Int) {
        hellos = Role.allCases.flatMap { role in
            (0..<count).map { number in
                Hello(
                    name: "\(role.rawValue)-\(number)", role: role, incarnation: UInt64(number + 1), processID: 0,
                    host: "", model: "scripted", modelDigest: "scripted", vocabulary: "scripted",
                    vocabularySize: 1 << 20, promptTemplate: "none", contextLength: 1 << 20, slots: slots, threads: 1)
            }
        }
    }

    /// Counts from here on.
    mutating func restart() {
        blocks = 0
        messages = 0
        verdictSeconds = []
    }

    /// What a worker answers to what it is told.
    mutating func answer(to instruction: WorkerInstruction, now: ContinuousClock.Instant) -> WorkerMessage? {
        messages += 1
        guard case .order(let order) = instruction else { return nil }
        messages += 1
        note(order, now)
        switch order.work {
        case .generate(let task): return .block(write(task, order, now))
        case .score(let task): return .scored(score(task, order))
        }
    }

    private static let timing = WorkTiming(startedWallMs: 0, finishedWallMs: 0, queuedMs: 0)

    private mutating func write(_ task: GenerateTask, _ order: Order, _ now: ContinuousClock.Instant) -> BlockReport {
        let count = min(Self.blockTokens, task.maximumTokens)
        blocks += 1
        if order.tag.stage == .draft, !order.isRunAhead { sent[order.tag.path] = (order.tag.round, now) }
        return BlockReport(
            tag: order.tag,
            block: Segment(
                id: task.segment, author: order.tag.stage == .takeOver ? .target : .draft,
                text: Array(repeating: UInt8(ascii: "a"), count: 4 * count),
                tokens: Array(repeating: 17, count: count), vocabulary: "scripted"),
            finish: .length, timing: Self.timing)
    }

    private func score(_ task: ScoreTask, _ order: Order) -> ScoreReport {
        let count = task.block.tokens.count
        // Spread, so that ranks differ.
        let value = -Float(Seeds.uniform(Seeds.mix(order.tag.order.rawValue)))
        return ScoreReport(
            tag: order.tag, logProbabilities: Array(repeating: value, count: count),
            tokenBytes: Array(repeating: 4, count: count), timing: Self.timing)
    }

    /// Looks whether the order is what the verdict on a block led to: the next round's block, or the takeover.
    private mutating func note(_ order: Order, _ now: ContinuousClock.Instant) {
        guard let block = sent[order.tag.path] else { return }
        let isNext = order.tag.stage == .draft && order.tag.round == block.round + 1 && !order.isRunAhead
        guard isNext || order.tag.stage == .takeOver else { return }
        sent[order.tag.path] = nil
        verdictSeconds.append((now - block.at) / .seconds(1))
    }
}
