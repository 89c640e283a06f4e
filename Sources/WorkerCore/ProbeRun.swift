import Domain
import Evaluation

/// Probes under way: which requests are out, and the times so far. Each probe is done once before its time is taken, so
/// that contexts are held and pages are touched, then over and over until enough time has passed to be told apart by a
/// clock of milliseconds; three times, of which the middle one counts, since machines are shared. One round is enough
/// where it takes that long.
struct ProbeRun: Sendable {
    private static let enoughMs: Int64 = 60
    private static let times = 3

    let order: ProbeOrder
    /// Of the contexts and blocks, taken round and round.
    private let tokens: [Int32]
    let sequences: [SequenceID]
    private var probe = 0
    private var rounds = 0
    private var beganMs: Int64?
    private var found: [Double] = []
    private var waiting: Set<OrderID> = []
    private var requests: UInt64 = 0
    private(set) var seconds: [Double] = []

    /// - Parameters:
    ///   - tokens: of the model, at least one.
    ///   - sequences: as many as the largest probe has.
    init(_ order: ProbeOrder, tokens: [Int32], sequences: [SequenceID]) {
        self.order = order
        self.tokens = tokens
        self.sequences = sequences
    }

    var isOver: Bool { probe == order.probes.count }

    /// What to ask the engine for first.
    mutating func begin() -> [WorkerSession.Effect] { isOver ? [] : round() }

    /// Whether the request is one of these.
    func isWaiting(for order: OrderID) -> Bool { waiting.contains(order) }

    /// An answer to one of its requests has come.
    ///
    /// - Returns: what to ask the engine for next.
    mutating func note(_ order: OrderID, nowMs: Int64) -> [WorkerSession.Effect] {
        waiting.remove(order)
        guard waiting.isEmpty else { return [] }
        guard let began = beganMs else {
            beganMs = nowMs
            return round()
        }
        rounds += 1
        let current = self.order.probes[probe]
        guard nowMs - began >= Self.enoughMs else { return round() }
        let steps = current.kind == .write ? rounds * current.tokens : rounds
        found.append(Double(nowMs - began) / 1_000 / Double(steps))
        let isLong = rounds == 1
        (rounds, beganMs) = (0, nowMs)
        guard isLong || found.count == Self.times else { return round() }
        seconds.append(found.sorted()[found.count / 2])
        (probe, beganMs, found) = (probe + 1, nil, [])
        return isOver ? [] : round()
    }

    private mutating func round() -> [WorkerSession.Effect] {
        let current = order.probes[probe]
        return (0..<current.sequences).map { number in
            requests += 1
            // No order has such an id: epochs are small.
            let id = OrderID(rawValue: .max - requests)
            waiting.insert(id)
            let context = take(current.context, from: number)
            let sampling = SamplingSettings()
            switch current.kind {
            case .write:
                return .write(
                    WriteRequest(
                        order: id, sequence: sequences[number], context: context,
                        task: GenerateTask(
                            segment: SegmentID(rawValue: 0), maximumTokens: current.tokens, sampling: sampling,
                            seed: requests),
                        endTokens: [], answer: AnswerScanner(), textTail: [], isSpeculative: false))
            case .read:
                // Another block each time: what is held of the last one is no help.
                let block = take(current.tokens, from: number + current.context + Int(requests))
                return .score(
                    ScoringRequest(
                        order: id, sequence: sequences[number], context: context, block: block,
                        draws: ScorerDraws(sampling: sampling, seed: requests, position: 0)))
            }
        }
    }

    private func take(_ count: Int, from start: Int) -> [Int32] {
        (0..<count).map { tokens[(start + $0) % tokens.count] }
    }
}
