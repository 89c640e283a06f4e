import Domain
import Runtime
import Wire

/// Workers that answer every order at once with made-up blocks and scores: what is left of the time is the
/// coordinator's.
struct ScriptedWorkers {
    /// Tokens of a block, four bytes each.
    static let blockTokens = 32

    let hellos: [Hello]
    /// Orders carried out.
    private(set) var blocks = 0
    private(set) var messages = 0
    /// From a draft block's sending to the order that its verdict leads to, nanoseconds.
    private(set) var verdictNanoseconds: [Int64] = []
    private var sentBlocks: [PathKey: Sent] = [:]

    private struct Sent {
        var round: Int
        var at: ContinuousClock.Instant
    }

    /// - Parameters:
    ///   - count: of each role.
    ///   - slots: of each worker.
    init(count: Int, slots: Int) {
        hellos = Role.allCases.flatMap { role in
            (0..<count).map { number in
                Hello(
                    name: "\(role.rawValue)-\(number)", role: role, incarnation: UInt64(number + 1), processID: 0,
                    host: "", model: "scripted", modelDigest: "scripted", vocabulary: "scripted",
                    promptTemplate: "none", contextLength: 1 << 20, slots: slots, threads: 1)
            }
        }
    }

    /// The answers of a worker to what it is told.
    mutating func answers(_ worker: Int, to instruction: WorkerInstruction, now: ContinuousClock.Instant)
        -> [WorkerMessage]
    {
        messages += 1
        guard case .order(let order) = instruction else { return [] }
        note(order, now)
        messages += 1
        let timing = WorkTiming(startedWallMs: 0, finishedWallMs: 0, queuedMs: 0)
        switch order.work {
        case .generate(let task):
            let block = Segment(
                id: task.segment, author: order.tag.stage == .takeOver ? .target : .draft,
                text: Array(repeating: UInt8(ascii: "a"), count: 4 * Self.blockTokens),
                tokens: Array(repeating: 17, count: min(Self.blockTokens, task.maximumTokens)),
                vocabulary: "scripted")
            blocks += 1
            if order.tag.stage == .draft { sentBlocks[order.tag.path] = Sent(round: order.tag.round, at: now) }
            return [.block(BlockReport(tag: order.tag, block: block, finish: .length, timing: timing))]
        case .score(let task):
            let count = task.block.tokens.count
            // Spread so that ranks differ.
            let value = -Float(Seeds.uniform(Seeds.mix(order.tag.order.rawValue)))
            return [
                .scored(
                    ScoreReport(
                        tag: order.tag, logProbabilities: Array(repeating: value, count: count),
                        tokenBytes: Array(repeating: 4, count: count), timing: timing))
            ]
        }
    }

    /// The order that a verdict leads to: the next round's block, or the takeover.
    private mutating func note(_ order: Order, _ now: ContinuousClock.Instant) {
        guard let sent = sentBlocks[order.tag.path] else { return }
        let isNext = order.tag.stage == .draft && order.tag.round == sent.round + 1
        guard isNext || order.tag.stage == .takeOver else { return }
        sentBlocks[order.tag.path] = nil
        verdictNanoseconds.append(Int64((now - sent.at) / .nanoseconds(1)))
    }
}
