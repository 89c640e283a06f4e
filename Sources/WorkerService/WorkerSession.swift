import Domain
import Engine
import Runtime
import Tokenizers
import Wire

/// What a worker decides: a pure value between the coordinator's instructions and the engine. Holds each path's
/// context in the model's own ids, so that an order need only say what is new.
struct WorkerSession {
    enum Event {
        case instructed(WorkerInstruction)
        case engineAnswered(EngineEvent)
        case drainRequested
        /// The time for finishing what was begun is over.
        case drainEnded
    }

    enum Effect {
        case send(WorkerMessage)
        case generate(GenerateRequest)
        case score(ScoreRequest)
        case confirm(RequestID)
        case cancel(RequestID)
        case release(SequenceKey)
        case beatEvery(milliseconds: Int)
        /// A heartbeat at once, in answer to `listOrders`.
        case beat(listedThrough: OrderID)
        case greet
        case log(LogEntry)
        case exit(ExitCode, reason: String)
    }

    struct ActiveOrder {
        let order: Order
        let path: PathKey
        let receivedWallMs: Int64
    }

    let tokenizer: Tokenizer
    let prompts: PromptWriter
    let author: Author
    private(set) var isDraining = false
    private var paths: [PathKey: HeldPath] = [:]
    private var keys: [PathKey: SequenceKey] = [:]
    private var nextKey: UInt64 = 0
    private var active: [RequestID: ActiveOrder] = [:]
    /// Orders that were taken back and that the engine has not let go of yet.
    private var withdrawn: [RequestID: OrderTag] = [:]

    init(tokenizer: Tokenizer, prompts: PromptWriter, author: Author) {
        self.tokenizer = tokenizer
        self.prompts = prompts
        self.author = author
    }

    var activeOrders: Int { active.count }

    /// What a heartbeat says: the engine's figures are as of its last step, the orders are those of this moment.
    ///
    /// - Parameters:
    ///   - progress: changes as long as the engine computes.
    ///   - listedThrough: the order that `listOrders` named. Only where nothing of the session's effects is still to be
    ///     carried out: then what was answered has been sent.
    func heartbeat(
        _ statistics: EngineStatistics, progress: UInt64, residentBytes: UInt64, listedThrough: OrderID? = nil
    ) -> Heartbeat {
        Heartbeat(
            progress: progress, activeOrders: statistics.active, waitingOrders: statistics.waiting,
            writtenTokens: UInt64(statistics.generatedTokens), prefilledTokens: UInt64(statistics.prefilledTokens),
            kvBlocksTotal: statistics.kvBlocksTotal, kvBlocksFree: statistics.kvBlocksFree,
            computeMs: Int64(statistics.computeSeconds * 1_000),
            memoryWaitMs: Int64(statistics.memoryWaitSeconds * 1_000),
            idleMs: Int64(statistics.idleSeconds * 1_000), residentBytes: residentBytes, isDraining: isDraining,
            heldOrders: active.keys.sorted().map { OrderID(rawValue: $0) }, listedThrough: listedThrough)
    }

    mutating func step(_ event: Event, now: Moment) -> [Effect] {
        switch event {
        case .instructed(let instruction): follow(instruction, now)
        case .engineAnswered(let answer): finish(answer, now)
        case .drainRequested: beginDraining()
        case .drainEnded: giveBack()
        }
    }

    // MARK: Instructions

    private mutating func follow(_ instruction: WorkerInstruction, _ now: Moment) -> [Effect] {
        switch instruction {
        case .welcome(let welcome):
            var effects: [Effect] = welcome.startsAfresh ? forgetEverything() : []
            effects.append(.beatEvery(milliseconds: welcome.heartbeatIntervalMs))
            if welcome.startsAfresh {
                effects.append(
                    .log(LogEntry(.info, "admitted", fields: [.init("epoch", welcome.epoch)])))
            }
            return effects
        case .introduceYourself: return [.greet]
        case .refuse(let reason):
            return [.exit(.configuration, reason: "the coordinator refuses this worker: \(reason)")]
        case .order(let order): return begin(order, now)
        case .cancel(let order):
            let id = order.rawValue
            guard let order = active.removeValue(forKey: id) else { return [] }
            withdrawn[id] = order.order.tag
            return [.cancel(id)] + exitIfDrained()
        case .confirm(let order): return active[order.rawValue] == nil ? [] : [.confirm(order.rawValue)]
        case .release(let path):
            paths[path] = nil
            guard let key = keys.removeValue(forKey: path) else { return [] }
            return [.release(key)]
        case .listOrders(let through): return [.beat(listedThrough: through)]
        case .superseded:
            return [.exit(.temporaryFailure, reason: "a younger process has taken this worker's name")]
        case .shutDown(let reason):
            return [.exit(.temporaryFailure, reason: "the coordinator ends this worker: \(reason)")]
        }
    }

    private mutating func forgetEverything() -> [Effect] {
        let effects =
            active.keys.sorted().map { Effect.cancel($0) }
            + keys.values.sorted { $0.rawValue < $1.rawValue }.map { Effect.release($0) }
        active = [:]
        withdrawn = [:]
        keys = [:]
        paths = [:]
        return effects
    }

    private mutating func begin(_ order: Order, _ now: Moment) -> [Effect] {
        let path = order.tag.path
        guard !isDraining else { return [refuse(order.tag, .draining, "the worker is draining")] }
        guard let context = update(path, order.context) else {
            return [refuse(order.tag, .contextLost, "the base of the context is not held")]
        }
        paths[path] = context
        let key = sequenceKey(of: path)
        let id = order.tag.order.rawValue
        let effect: Effect
        switch order.work {
        case .generate(let task):
            effect = .generate(
                request(task, id: id, key: key, context, isRunAhead: order.isRunAhead))
        case .score(let task):
            var block = ids(of: task.block)
            if task.endsText {
                guard let end = tokenizer.endToken else {
                    return [refuse(order.tag, .invalidOrder, "the model has no end token to score")]
                }
                block.append(end)
            }
            guard !block.isEmpty else { return [refuse(order.tag, .invalidOrder, "the block has no tokens")] }
            effect = .score(ScoreRequest(id: id, key: key, context: context.tokens, block: block))
        }
        active[id] = ActiveOrder(order: order, path: path, receivedWallMs: now.wallMs)
        let entry = LogEntry(
            .debug, "order begun", path: path, round: order.tag.round,
            fields: [
                .init("order", order.tag.order.description), .init("stage", order.tag.stage.rawValue),
                .init("context", context.tokens.count),
            ])
        return [effect, .log(entry)]
    }

    /// The path's context after the update; nil when its base is not held.
    private func update(_ path: PathKey, _ update: ContextUpdate) -> HeldPath? {
        var context: HeldPath
        switch update.base {
        case .problem(let problem):
            context = HeldPath(prompt: tokenizer.encodeWithBegin(prompts.text(of: problem), special: true))
        case .prompt:
            guard let held = paths[path] else { return nil }
            context = held
            context.rewindToPrompt()
        case .segment(let segment):
            guard let held = paths[path] else { return nil }
            context = held
            guard context.rewind(to: segment) else { return nil }
        }
        for segment in update.segments {
            context.append(segment.id, tokens: ids(of: segment), text: segment.text)
        }
        return context
    }

    /// A segment in this model's ids: the author's own where the vocabularies are equal, else the text read anew.
    private func ids(of segment: Segment) -> [Int32] {
        segment.vocabulary == tokenizer.vocabularyDigest
            ? segment.tokens : tokenizer.encode(segment.text, special: false)
    }

    private mutating func sequenceKey(of path: PathKey) -> SequenceKey {
        if let key = keys[path] { return key }
        nextKey += 1
        let key = SequenceKey(rawValue: nextKey)
        keys[path] = key
        return key
    }

    private func request(
        _ task: GenerateTask, id: RequestID, key: SequenceKey, _ context: HeldPath, isRunAhead: Bool
    ) -> GenerateRequest {
        let openBox = OpenBox.tail(of: context.text)
        return GenerateRequest(
            id: id, key: key, context: context.tokens, maximumTokens: task.maximumTokens,
            sampling: SamplingOptions(
                temperature: task.sampling.temperature, topK: task.sampling.topK, topP: task.sampling.topP,
                minP: task.sampling.minP, repetitionPenalty: task.sampling.repetitionPenalty),
            seed: task.seed,
            stop: StopRules(
                endTokens: tokenizer.endTokens,
                strings: task.boundary == .step ? [[UInt8]("\n\n".utf8)] : [],
                custom: { block in AnswerStop.isReached(openBox, block) }),
            isRunAhead: isRunAhead)
    }

    private func refuse(_ tag: OrderTag, _ code: FailureCode, _ message: String) -> Effect {
        .send(.failed(FailureReport(tag: tag, code: code, message: message)))
    }

    // MARK: The engine's answers

    private mutating func finish(_ answer: EngineEvent, _ now: Moment) -> [Effect] {
        if let tag = withdrawn.removeValue(forKey: answer.id) {
            return [.send(.withdrawn(WithdrawalReport(tag: tag, tokens: answer.writtenTokens)))]
        }
        switch answer {
        case .generated(let id, let block, let timing):
            guard let active = active.removeValue(forKey: id) else { return [] }
            return generated(active, block, workTiming(active, timing, now)) + exitIfDrained()
        case .scored(let id, let logProbabilities, let timing):
            guard let active = active.removeValue(forKey: id) else { return [] }
            return scored(active, logProbabilities, workTiming(active, timing, now)) + exitIfDrained()
        case .failed(_, .modelFileChanged(let error)):
            return returnOrders("\(error)") + [.exit(.ioError, reason: "\(error)")]
        case .failed(let id, let error):
            guard let active = active.removeValue(forKey: id) else { return [] }
            return [refuse(active.order.tag, error.failureCode, error.description)] + exitIfDrained()
        }
    }

    private mutating func generated(
        _ active: ActiveOrder, _ block: GeneratedBlock, _ timing: WorkTiming
    ) -> [Effect] {
        guard case .generate(let task) = active.order.work else {
            preconditionFailure("the engine generates only what was ordered")
        }
        let segment = Segment(
            id: task.segment, author: author, text: block.bytes, tokens: block.tokens,
            vocabulary: tokenizer.vocabularyDigest)
        paths[active.path]?.append(segment.id, tokens: segment.tokens, text: segment.text)
        let report = BlockReport(
            tag: active.order.tag, block: segment, finish: block.finish.reason, timing: timing)
        let entry = LogEntry(
            .info, "block written", path: active.path, round: active.order.tag.round,
            fields: [
                .init("stage", active.order.tag.stage.rawValue), .init("tokens", block.tokens.count),
                .init("finish", report.finish.rawValue),
                .init("ms", timing.finishedWallMs - timing.startedWallMs),
            ])
        return [.send(.block(report)), .log(entry)]
    }

    private mutating func scored(
        _ active: ActiveOrder, _ logProbabilities: [Float], _ timing: WorkTiming
    ) -> [Effect] {
        guard case .score(let task) = active.order.work else {
            preconditionFailure("the engine scores only what was ordered")
        }
        let tokens = ids(of: task.block)
        paths[active.path]?.append(task.block.id, tokens: tokens, text: task.block.text)
        let tokenBytes = tokens.map { tokenizer.bytes(of: $0).count } + (task.endsText ? [0] : [])
        let report = ScoreReport(
            tag: active.order.tag, logProbabilities: logProbabilities, tokenBytes: tokenBytes, timing: timing)
        let entry = LogEntry(
            .info, "block scored", path: active.path, round: active.order.tag.round,
            fields: [
                .init("tokens", logProbabilities.count),
                .init("ms", timing.finishedWallMs - timing.startedWallMs),
            ])
        return [.send(.scored(report)), .log(entry)]
    }

    private func workTiming(_ active: ActiveOrder, _ timing: Timing, _ now: Moment) -> WorkTiming {
        let queuedMs = Int64(timing.queuedSeconds * 1_000)
        return WorkTiming(
            startedWallMs: min(active.receivedWallMs + queuedMs, now.wallMs), finishedWallMs: now.wallMs,
            queuedMs: queuedMs)
    }

    // MARK: Going away

    private mutating func beginDraining() -> [Effect] {
        isDraining = true
        return [.log(LogEntry(.info, "draining", fields: [.init("orders", active.count)]))]
            + exitIfDrained()
    }

    private func exitIfDrained() -> [Effect] {
        isDraining && active.isEmpty ? [.exit(.success, reason: "drained")] : []
    }

    private mutating func giveBack() -> [Effect] {
        let count = active.count
        return returnOrders("the worker is draining")
            + [.exit(.success, reason: "drained, \(count) orders given back")]
    }

    /// Gives everything back that was begun, for another worker to do.
    private mutating func returnOrders(_ reason: String) -> [Effect] {
        let orders = active.sorted { $0.key < $1.key }
        active = [:]
        return orders.flatMap { id, active in
            [Effect.cancel(id), refuse(active.order.tag, .draining, reason)]
        }
    }
}
