import Domain
import Evaluation
import Tokenizers
import Wire

/// What a worker decides: a pure value between the coordinator's instructions and the engine. Holds each path's
/// context in the model's own ids, so that an order need only say what is new.
public struct WorkerSession: Sendable {
    /// What happened, in the past tense.
    public enum Event: Sendable {
        case instructed(WorkerInstruction)
        case engineAnswered(EngineAnswer)
        case drainRequested
        /// The time for finishing what was begun is over.
        case drainEnded
    }

    /// What shall be done, in this order.
    public enum Effect: Sendable, Hashable {
        case send(WorkerMessage)
        case write(WriteRequest)
        case score(ScoringRequest)
        /// The bet of a speculative request is won: it is like any other from here on.
        case confirm(OrderID)
        /// Ends a request, which is then answered by a failure.
        case cancel(OrderID)
        /// What is cached of the sequence may go.
        case release(SequenceID)
        case beatEvery(milliseconds: Int)
        /// A heartbeat at once, in answer to `listOrders`.
        case beat(listedThrough: OrderID)
        case greet
        case log(LogEntry)
        /// The process shall end.
        case end(Ending, reason: String)
    }

    /// Why a worker ends.
    public enum Ending: Sendable, Hashable {
        /// It was asked to go and has finished or given back what it had.
        case drained
        /// The coordinator does not want it: another start may help.
        case dismissed
        /// The coordinator refuses it: a restart does not help.
        case refused
        case modelChanged
    }

    private struct ActiveOrder {
        let order: Order
        let path: PathKey
        let receivedWallMs: Int64
    }

    public let tokenizer: Tokenizer
    public let prompts: PromptWriter
    private let author: Author
    private var isDraining = false
    private var paths: [PathKey: HeldPath] = [:]
    private var sequences: [PathKey: SequenceID] = [:]
    private var sequencesMade: UInt64 = 0
    private var active: [OrderID: ActiveOrder] = [:]
    /// Orders that were taken back and that the engine has not let go of yet.
    private var withdrawn: [OrderID: OrderTag] = [:]
    /// Nil where the engine writes everything.
    private let lookup: PromptLookup?
    /// What has been written, for lookup, by run and problem.
    private var texts: [RunID: [Int: ProblemTexts]] = [:]
    /// Passes that are timed at the moment.
    private var probes: ProbeRun?

    /// - Parameters:
    ///   - author: whose blocks this worker writes.
    ///   - lookup: how blocks are proposed without the engine; nil where it writes all of them.
    public init(tokenizer: Tokenizer, prompts: PromptWriter, author: Author, lookup: PromptLookup? = nil) {
        self.tokenizer = tokenizer
        self.prompts = prompts
        self.author = author
        self.lookup = lookup
    }

    public var proposesByLookup: Bool { lookup != nil }

    /// Orders that were received and are not answered yet.
    public var activeOrders: Int { active.count }

    /// Paths whose contexts are held.
    public var heldPaths: Int { paths.count }

    /// What a heartbeat says: the engine's figures are as of its last step, the orders are those of this moment.
    ///
    /// - Parameters:
    ///   - progress: changes as long as the engine computes.
    ///   - listedThrough: the order that `listOrders` named. Only where nothing of the session's effects is still to be
    ///     carried out: then what was answered has been sent.
    public func heartbeat(
        _ figures: EngineFigures, progress: UInt64, residentBytes: UInt64, listedThrough: OrderID? = nil
    ) -> Heartbeat {
        Heartbeat(
            progress: progress, activeOrders: figures.active, waitingOrders: figures.waiting,
            writtenTokens: figures.writtenTokens, prefilledTokens: figures.prefilledTokens,
            kvBlocksTotal: figures.kvBlocksTotal, kvBlocksFree: figures.kvBlocksFree, computeMs: figures.computeMs,
            memoryWaitMs: figures.memoryWaitMs, idleMs: figures.idleMs, residentBytes: residentBytes,
            isDraining: isDraining, heldOrders: active.keys.sorted(), listedThrough: listedThrough)
    }

    /// Takes an event in and says what is to be done about it, in order.
    public mutating func step(_ event: Event, now: Moment) -> [Effect] {
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
            return [.end(.refused, reason: "the coordinator refuses this worker: \(reason)")]
        case .order(let order): return begin(order, now)
        case .cancel(let order):
            guard let cancelled = active.removeValue(forKey: order) else { return [] }
            withdrawn[order] = cancelled.order.tag
            return [.cancel(order)] + endIfDrained()
        case .confirm(let order): return active[order] == nil ? [] : [.confirm(order)]
        case .release(let path):
            paths[path] = nil
            guard let sequence = sequences.removeValue(forKey: path) else { return [] }
            return [.release(sequence)]
        case .releaseProblem(let run, let problem):
            texts[run]?[problem] = nil
            if texts[run]?.isEmpty == true { texts[run] = nil }
            return []
        case .measure(let order): return measure(order)
        case .listOrders(let through): return [.beat(listedThrough: through)]
        case .superseded:
            return [.end(.dismissed, reason: "a younger process has taken this worker's name")]
        case .shutDown(let reason):
            return [.end(.dismissed, reason: "the coordinator ends this worker: \(reason)")]
        }
    }

    private mutating func forgetEverything() -> [Effect] {
        let effects =
            active.keys.sorted().map { Effect.cancel($0) }
            + sequences.values.sorted().map { Effect.release($0) }
        active = [:]
        withdrawn = [:]
        sequences = [:]
        paths = [:]
        texts = [:]
        probes = nil
        return effects
    }

    private mutating func begin(_ order: Order, _ now: Moment) -> [Effect] {
        let path = order.tag.path
        guard !isDraining else { return [refuse(order.tag, .draining, "the worker is draining")] }
        let replaced = replaceEarlierOrders(of: path)
        let context: HeldPath
        do throws(ChatTemplateError) {
            guard let updated = try update(path, order.context) else {
                return replaced + [refuse(order.tag, .contextLost, "the base of the context is not held")]
            }
            context = updated
        } catch {
            return replaced + [refuse(order.tag, .invalidOrder, "the conversation cannot be written: \(error)")]
        }
        paths[path] = context
        let sequence = sequence(of: path)
        let id = order.tag.order
        let effect: Effect
        switch order.work {
        case .generate(let task):
            let request = WriteRequest(
                order: id, sequence: sequence, context: context.tokens, task: task, endTokens: tokenizer.endTokens,
                answer: Self.reader(of: context.text), textTail: Array(context.text.suffix(task.stop.overlap)),
                isSpeculative: order.isRunAhead)
            if let block = proposal(request, for: path) {
                let begun = ActiveOrder(order: order, path: path, receivedWallMs: now.wallMs)
                return replaced + written(begun, block, timing(begun, 0, now))
            }
            effect = .write(request)
        case .score(let task):
            var block = ids(of: task.block)
            if task.endsText {
                guard let end = tokenizer.endToken else {
                    return replaced + [refuse(order.tag, .invalidOrder, "the model has no end token to score")]
                }
                block.append(end)
            }
            guard !block.isEmpty else {
                return replaced + [refuse(order.tag, .invalidOrder, "the block has no tokens")]
            }
            effect = .score(
                ScoringRequest(
                    order: id, sequence: sequence, context: context.tokens, block: block, draws: task.draws))
        }
        active[id] = ActiveOrder(order: order, path: path, receivedWallMs: now.wallMs)
        let entry = LogEntry(
            .debug, "order begun", path: path, round: order.tag.round,
            fields: [
                .init("order", order.tag.order.description), .init("stage", order.tag.stage.rawValue),
                .init("context", context.tokens.count),
            ])
        return replaced + [effect, .log(entry)]
    }

    /// What has read a path's text.
    private static func reader(of text: [UInt8]) -> AnswerScanner {
        var scanner = AnswerScanner()
        for byte in text { _ = scanner.completes(byte) }
        return scanner
    }

    /// A block without the engine; nil where the engine shall write it.
    private mutating func proposal(_ request: WriteRequest, for path: PathKey) -> WrittenTokens? {
        guard let lookup else { return nil }
        let others = texts[path.run]?[path.problem]?.others(than: path.path) ?? []
        texts[path.run, default: [:]][path.problem, default: ProblemTexts()].note(path.path, request.context)
        let block = lookup.write(request, among: others) { tokenizer.bytes(of: $0) }
        return block.tokens.isEmpty && block.finish == .noProposal && lookup.hasModel ? nil : block
    }

    /// A path has one order at a time here. One that is still held has been taken back, and the message that said so
    /// was lost: what came of it would go into the context that the new order has changed.
    private mutating func replaceEarlierOrders(of path: PathKey) -> [Effect] {
        let earlier = active.filter { $0.value.path == path }.keys.sorted()
        for order in earlier { withdrawn[order] = active.removeValue(forKey: order)?.order.tag }
        return earlier.map { .cancel($0) }
    }

    /// The path's context after the update; nil when its base is not held.
    ///
    /// - Throws: where the model's chat template refuses the problem's conversation.
    private func update(_ path: PathKey, _ update: ContextUpdate) throws(ChatTemplateError) -> HeldPath? {
        var context: HeldPath
        switch update.base {
        case .problem(let problem):
            context = HeldPath(prompt: tokenizer.encodeWithBegin(try prompts.text(of: problem), special: true))
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

    private mutating func sequence(of path: PathKey) -> SequenceID {
        if let sequence = sequences[path] { return sequence }
        let sequence = newSequence()
        sequences[path] = sequence
        return sequence
    }

    private mutating func newSequence() -> SequenceID {
        sequencesMade += 1
        return SequenceID(rawValue: sequencesMade)
    }

    private func refuse(_ tag: OrderTag, _ code: FailureCode, _ message: String) -> Effect {
        .send(.failed(FailureReport(tag: tag, code: code, message: message)))
    }

    // MARK: Probes

    /// Where lookup has no model there is nothing to time.
    private mutating func measure(_ order: ProbeOrder) -> [Effect] {
        let most = order.probes.map(\.sequences).max() ?? 0
        guard most > 0, lookup?.hasModel != false else {
            return [.send(.measured(ProbeReport(id: order.id, seconds: order.probes.map { _ in 0 })))]
        }
        let sequences = (0..<most).map { _ in newSequence() }
        // Only its length counts.
        let text = tokenizer.encodeWithBegin(Self.probeText, special: false)
        var run = ProbeRun(order, tokens: text, sequences: sequences)
        let effects = run.begin()
        probes = run
        return effects
    }

    /// Something to read, of some length.
    private static let probeText = "A train leaves at 9 with 120 people, 35 get off, 48 get on. How many are there?"

    private mutating func noteProbe(_ answer: EngineAnswer, _ now: Moment) -> [Effect] {
        guard var run = probes else { return [] }
        let next = run.note(answer.order, nowMs: now.monotonicMs)
        probes = run.isOver ? nil : run
        guard run.isOver else { return next }
        return run.sequences.map { .release($0) }
            + [.send(.measured(ProbeReport(id: run.order.id, seconds: run.seconds)))]
    }

    // MARK: The engine's answers

    private mutating func finish(_ answer: EngineAnswer, _ now: Moment) -> [Effect] {
        if probes?.isWaiting(for: answer.order) == true { return noteProbe(answer, now) }
        if let tag = withdrawn.removeValue(forKey: answer.order) {
            return [.send(.withdrawn(WithdrawalReport(tag: tag, tokens: answer.writtenTokens)))]
        }
        switch answer {
        case .written(let order, let block, let queuedMs):
            guard let active = active.removeValue(forKey: order) else { return [] }
            return written(active, block, timing(active, queuedMs, now)) + endIfDrained()
        case .scored(let order, let logProbabilities, let drawn, let queuedMs):
            guard let active = active.removeValue(forKey: order) else { return [] }
            return scored(active, logProbabilities, drawn, timing(active, queuedMs, now)) + endIfDrained()
        case .failed(let order, let fault):
            let code: FailureCode
            switch fault.kind {
            case .modelChanged: return returnOrders(fault.message) + [.end(.modelChanged, reason: fault.message)]
            case .cancelled: code = .draining
            case .order(let named): code = named
            }
            guard let active = active.removeValue(forKey: order) else { return [] }
            return [refuse(active.order.tag, code, fault.message)] + endIfDrained()
        }
    }

    private mutating func written(
        _ active: ActiveOrder, _ block: WrittenTokens, _ timing: WorkTiming
    ) -> [Effect] {
        guard case .generate(let task) = active.order.work else {
            preconditionFailure("the engine generates only what was ordered")
        }
        let segment = Segment(
            id: task.segment, author: author, text: block.bytes, tokens: block.tokens,
            vocabulary: tokenizer.vocabularyDigest)
        paths[active.path]?.append(segment.id, tokens: segment.tokens, text: segment.text)
        let report = BlockReport(
            tag: active.order.tag, block: segment, finish: block.finish,
            logProbabilities: task.reportsLogProbabilities ? block.logProbabilities : [], timing: timing)
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
        _ active: ActiveOrder, _ logProbabilities: [Float], _ drawn: [Int32], _ timing: WorkTiming
    ) -> [Effect] {
        guard case .score(let task) = active.order.work else {
            preconditionFailure("the engine scores only what was ordered")
        }
        let tokens = ids(of: task.block)
        paths[active.path]?.append(task.block.id, tokens: tokens, text: task.block.text)
        let tokenBytes = tokens.map { tokenizer.bytes(of: $0).count } + (task.endsText ? [0] : [])
        let report = ScoreReport(
            tag: active.order.tag, logProbabilities: logProbabilities, tokenBytes: tokenBytes,
            difference: difference(tokens, drawn), timing: timing)
        let entry = LogEntry(
            .info, "block scored", path: active.path, round: active.order.tag.round,
            fields: [
                .init("tokens", logProbabilities.count),
                .init("ms", timing.finishedWallMs - timing.startedWallMs),
            ])
        return [.send(.scored(report)), .log(entry)]
    }

    /// The first place where another token is drawn than the block's. In the place of its end token, if that is scored,
    /// any end token is the same.
    private func difference(_ tokens: [Int32], _ drawn: [Int32]) -> DrawDifference? {
        let first = drawn.indices.first { place in
            place < tokens.count ? drawn[place] != tokens[place] : !tokenizer.endTokens.contains(drawn[place])
        }
        return first.map { place in
            let endsText = tokenizer.endTokens.contains(drawn[place])
            return DrawDifference(
                place: place, token: drawn[place], text: endsText ? [] : Array(tokenizer.bytes(of: drawn[place])),
                endsText: endsText)
        }
    }

    private func timing(_ active: ActiveOrder, _ queuedMs: Int64, _ now: Moment) -> WorkTiming {
        WorkTiming(
            startedWallMs: min(active.receivedWallMs + queuedMs, now.wallMs), finishedWallMs: now.wallMs,
            queuedMs: queuedMs)
    }

    // MARK: Going away

    private mutating func beginDraining() -> [Effect] {
        isDraining = true
        return [.log(LogEntry(.info, "draining", fields: [.init("orders", active.count)]))] + endIfDrained()
    }

    private func endIfDrained() -> [Effect] {
        isDraining && active.isEmpty ? [.end(.drained, reason: "drained")] : []
    }

    private mutating func giveBack() -> [Effect] {
        let count = active.count
        return returnOrders("the worker is draining")
            + [.end(.drained, reason: "drained, \(count) orders given back")]
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
