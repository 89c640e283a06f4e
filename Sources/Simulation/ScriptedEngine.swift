import Domain
import WorkerCore

/// An engine in virtual time around a scripted model: what it writes depends on the order's seed and position alone,
/// what it scores on the text alone. Its figures, as a real one's, are those of its last step.
struct ScriptedEngine: Sendable {
    enum Request: Sendable {
        case write(WriteRequest)
        case score(ScoringRequest)

        var reads: Bool {
            if case .score = self { true } else { false }
        }

        var order: OrderID {
            switch self {
            case .write(let request): request.order
            case .score(let request): request.order
            }
        }
    }

    /// Whose model it runs.
    let role: Role
    private var waiting: [Request] = []
    private(set) var running: [Request] = []
    private(set) var stepBeganMs: Int64 = 0
    /// Counts steps; tells the end of a step from that of an earlier one.
    private(set) var steps: UInt64 = 0
    private(set) var figures = EngineFigures()
    /// Whether it computes nothing any more, without a word.
    var isStuck = false

    /// Tokens of context that its model takes.
    private let contextLimit: Int

    init(role: Role, contextLimit: Int = .max) {
        self.role = role
        self.contextLimit = contextLimit
    }

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
            let block = block(request.task, room: contextLimit - request.context.count)
            figures.writtenTokens += UInt64(block.tokens.count)
            return .written(request.order, block, queuedMs: 0)
        case .score(let request):
            figures.prefilledTokens += UInt64(request.block.count)
            let sum = request.block.reduce(UInt64(17)) { Seeds.mix($0 ^ UInt64(bitPattern: Int64($1))) }
            let values = request.block.indices.map { -Float(Seeds.mix(sum &+ UInt64($0)) % 1_000) / 250 }
            return .scored(request.order, logProbabilities: values, drawn: drawn(request), queuedMs: 0)
        }
    }

    /// Every byte is a token.
    private func block(_ task: GenerateTask, room: Int) -> WrittenTokens {
        let maximum = min(task.maximumTokens, max(0, room))
        let script = Script(seed: task.seed, length: task.position + task.maximumTokens)
        var bytes = script.bytes(task.position, atMost: maximum, by: role)
        let doubtful = task.doubtThreshold.flatMap { threshold in
            bytes.indices.first { script.logProbability(task.position + $0) < threshold }
        }
        if let doubtful { bytes = Array(bytes.prefix(doubtful + 1)) }
        let end = task.position + bytes.count
        let finish: FinishReason
        if doubtful != nil {
            finish = .doubt
        } else if script.answers.contains(end), !bytes.isEmpty {
            finish = .answer
        } else if bytes.count < maximum {
            finish = .endToken
        } else {
            finish = maximum < task.maximumTokens ? .contextFull : .length
        }
        let places = task.position..<end + (finish == .endToken ? 1 : 0)
        return WrittenTokens(
            tokens: bytes.map { Int32($0) }, bytes: bytes, finish: finish,
            logProbabilities: places.map { script.logProbability($0) })
    }

    /// What the target draws in the places of a block.
    private func drawn(_ request: ScoringRequest) -> [Int32] {
        guard let draws = request.draws else { return [] }
        let script = Script(seed: draws.seed, length: draws.position + request.block.count)
        return request.block.indices.map { place in
            let position = draws.position + place
            return position < script.text.count ? Int32(script.text[position]) : ByteVocabulary.endToken
        }
    }
}

/// What the scripted target writes under a seed, by position: lines of which a fifth answer, and some end the text. The
/// scripted draft writes the same but for some digits.
private struct Script {
    private let seed: UInt64
    private(set) var text: [UInt8] = []
    /// Where answers close.
    private(set) var answers: Set<Int> = []

    /// - Parameter length: of the text at least, unless it ends.
    init(seed: UInt64, length: Int) {
        self.seed = seed
        var numbers = SeededNumbers(seed: seed)
        while text.count <= length {
            let kind = numbers.below(20)
            let line = "step \(numbers.below(1_000))\(numbers.oneIn(2) ? "\n" : " ")"
            text += Array((kind < 4 ? "so \\boxed{\(numbers.below(3))}." : line).utf8)
            if kind < 4 { answers.insert(text.count) }
            if kind == 4 { return }
        }
    }

    /// What the draft thinks of its own byte: it is unsure of digits.
    func logProbability(_ place: Int) -> Float {
        guard text.indices.contains(place) else { return -0.01 }
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[place])
        return isDigit ? -Float(Seeds.mix(seed &+ UInt64(place)) % 1_000) / 250 : -0.01
    }

    /// From a position up to the next answer, or to the text's end.
    func bytes(_ position: Int, atMost count: Int, by role: Role) -> [UInt8] {
        let end = min(position + count, text.count)
        guard position < end else { return [] }
        let stop = ((position + 1)...end).first { answers.contains($0) } ?? end
        return (position..<stop).map { place in
            let byte = text[place]
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            guard role == .draft, isDigit, Seeds.mix(seed ^ UInt64(place)) % 4 == 0 else { return byte }
            return byte == UInt8(ascii: "9") ? UInt8(ascii: "0") : byte + 1
        }
    }
}
