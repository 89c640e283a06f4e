import Domain
import WorkerCore

/// An engine in virtual time around a scripted model: what it writes depends on the order's seed alone, what it scores
/// on the text alone. Its figures, as a real one's, are those of its last step.
struct ScriptedEngine: Sendable {
    enum Request: Sendable {
        case write(WriteRequest)
        case score(ScoringRequest)

        var order: OrderID {
            switch self {
            case .write(let request): request.order
            case .score(let request): request.order
            }
        }
    }

    private var waiting: [Request] = []
    private(set) var running: [Request] = []
    private(set) var stepBeganMs: Int64 = 0
    /// Counts steps; tells the end of a step from that of an earlier one.
    private(set) var steps: UInt64 = 0
    private(set) var figures = EngineFigures()
    /// Whether it computes nothing any more, without a word.
    var isStuck = false

    mutating func submit(_ request: Request) { waiting.append(request) }

    /// Begins a step where there is work and none is under way.
    ///
    /// - Returns: whether it did.
    mutating func begin(nowMs: Int64) -> Bool {
        guard running.isEmpty, !waiting.isEmpty else { return false }
        (running, waiting) = (waiting, [])
        stepBeganMs = nowMs
        steps += 1
        return true
    }

    /// Ends the step.
    mutating func end() -> [EngineAnswer] {
        defer {
            running = []
            figures.active = waiting.count
        }
        return running.map { answer($0) }
    }

    /// Forgets a request; it is answered by a failure.
    mutating func cancel(_ order: OrderID) -> EngineAnswer {
        waiting.removeAll { $0.order == order }
        running.removeAll { $0.order == order }
        return .failed(order, EngineFault(.cancelled, message: "cancelled", writtenTokens: 1))
    }

    /// A number that changes as long as the engine computes.
    func progress(nowMs: Int64) -> UInt64 {
        let inStep = running.isEmpty || isStuck ? 0 : UInt64(nowMs - stepBeganMs)
        return steps << 32 + inStep
    }

    private mutating func answer(_ request: Request) -> EngineAnswer {
        switch request {
        case .write(let request):
            let block = Self.block(request.task)
            figures.writtenTokens += UInt64(block.tokens.count)
            return .written(request.order, block, queuedMs: 0)
        case .score(let request):
            figures.prefilledTokens += UInt64(request.block.count)
            let sum = request.block.reduce(UInt64(17)) { Seeds.mix($0 ^ UInt64(bitPattern: Int64($1))) }
            let values = request.block.indices.map { -Float(Seeds.mix(sum &+ UInt64($0)) % 1_000) / 250 }
            return .scored(request.order, logProbabilities: values, queuedMs: 0)
        }
    }

    /// Every byte is a token; a fifth of the blocks answer, some end the text.
    private static func block(_ task: GenerateTask) -> WrittenTokens {
        var numbers = SeededNumbers(seed: task.seed)
        let kind = numbers.below(20)
        let line = "step \(numbers.below(1_000))\(numbers.oneIn(2) ? "\n" : " ")"
        let text = Array((kind < 4 ? "so \\boxed{\(numbers.below(3))}" : line).utf8)
        let bytes = Array(text.prefix(task.maximumTokens))
        let isWhole = bytes.count == text.count
        let finish: FinishReason = !isWhole ? .length : kind < 4 ? .answer : kind == 4 ? .endToken : .length
        return WrittenTokens(tokens: bytes.map { Int32($0) }, bytes: bytes, finish: finish)
    }
}
