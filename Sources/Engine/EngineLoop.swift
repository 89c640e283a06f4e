import Batching
import Tensors
import Transformer

/// The one loop that owns the compute thread: take commands, plan a step, run it, publish what came out.
///
/// `@unchecked Sendable`: made on one thread and then handed to the compute thread, which alone uses it.
final class EngineLoop: @unchecked Sendable {
    /// A request that was accepted, and when things happened to it.
    final class Task {
        enum Work {
            case generate(Generation)
            case score(Scoring)
        }

        let work: Work
        let submitted: ContinuousClock.Instant
        var started: ContinuousClock.Instant?
        var timing = Timing()

        init(work: Work, submitted: ContinuousClock.Instant) {
            self.work = work
            self.submitted = submitted
        }
    }

    /// A wanted row of logits: whose, and after which position.
    struct WantedRow {
        var request: RequestID
        var work: Task.Work
        var position: Int
    }

    let model: LoadedModel
    let contextLimit: Int
    let kernels: KernelChoice
    let routines: String
    let pool: ComputePool
    var batcher: Batcher
    var tasks: [RequestID: Task] = [:]
    var statistics = EngineStatistics()
    /// Given out once the statistics that go with them can be read.
    var events: [EngineEvent] = []

    private let onEvent: @Sendable (EngineEvent) -> Void
    private let queue: CommandQueue
    private let board: StatisticsBoard
    private let cache: KVCache
    private let pass: ForwardPass
    private let samplers: [Sampler]
    // Of the step at hand; they keep their memory, so that a step takes none.
    private var plan: StepPlan
    private var batch: ForwardBatch
    private var wantedRows: [WantedRow] = []
    /// Of each wanted row; written by the pool's threads, each its own element.
    private let outcomes: UnsafeMutablePointer<RowOutcome>

    init(
        model: LoadedModel, options: EngineOptions, queue: CommandQueue, board: StatisticsBoard,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) throws(EngineError) {
        self.model = model
        self.queue = queue
        self.board = board
        self.onEvent = onEvent
        let sizes = model.transformer.configuration
        let tokensPerBlock = BlockLayout.tokensPerBlock
        let activations = Activations(isExact: options.isExact)
        let precision = model.transformer.kvPrecision(activations)
        let blocks = try options.blockCount(bytesPerBlock: BlockLayout.bytes(sizes, precision))
        contextLimit = options.contextLimit(sizes, precision)
        guard let cache = KVCache(sizes, blockCount: blocks, tokensPerBlock: tokensPerBlock, precision: precision)
        else {
            throw .cannotAllocate(kvCacheBytes: options.kvCacheBytes)
        }
        self.cache = cache
        pool = ComputePool(threadCount: options.threadCount)
        do {
            pass = try ForwardPass(
                model.transformer, cache: cache, pool: pool, maximumRows: options.maximumStepTokens,
                activations: activations)
        } catch { throw .kernels(error) }
        (kernels, routines) = (pass.kernels, pass.routines)
        samplers = (0..<pool.threadCount).map { _ in Sampler(vocabularySize: model.transformer.vocabularySize) }
        batcher = Batcher(limits: BatchLimits(
            blockCount: blocks, maximumStepTokens: options.maximumStepTokens,
            maximumSequences: options.maximumSequences))
        plan = StepPlan(maximumChunks: options.maximumSequences)
        batch = ForwardBatch(
            maximumRows: options.maximumStepTokens,
            maximumBlocks: options.maximumSequences * BlockLayout.blocks(for: contextLimit))
        wantedRows.reserveCapacity(options.maximumStepTokens)
        outcomes = .allocate(capacity: options.maximumStepTokens)
        publish()
    }

    deinit {
        outcomes.deallocate()
    }

    /// Runs until a shutdown is asked for.
    func run() {
        let clock = ContinuousClock()
        var commands: [EngineCommand] = []
        while true {
            let waited = clock.measure { queue.take(into: &commands, waits: tasks.isEmpty) }
            if tasks.isEmpty { statistics.idleSeconds += waited.seconds }
            let goesOn = commands.allSatisfy { obey($0) }
            commands.removeAll(keepingCapacity: true)
            if goesOn { step(clock) }
            publish()
            guard goesOn else { return }
        }
    }

    /// Plans, runs and publishes one step.
    private func step(_ clock: ContinuousClock) {
        let start = clock.now
        batcher.plan(into: &plan)
        guard !plan.chunks.isEmpty else { return }
        prepare(now: start)
        pass.run(batch) { row, logits, thread in
            let wanted = wantedRows[row]
            switch wanted.work {
            case .generate(let generation): outcomes[row] = generation.choose(from: logits, samplers[thread])
            case .score(let scoring):
                outcomes[row] = scoring.score(logits, position: wanted.position, samplers[thread])
            }
        }
        batcher.commit(plan)
        let end = clock.now
        let seconds = start.duration(to: end).seconds
        statistics.steps += 1
        statistics.computeSeconds += seconds
        if plan.isWaitingForMemory { statistics.memoryWaitSeconds += seconds }
        for (row, wanted) in wantedRows.enumerated() {
            take(outcomes[row], of: wanted, now: end)
        }
        wantedRows.removeAll(keepingCapacity: true)
    }

    /// Fills the batch with what the plan says, and copies blocks that are about to be written.
    private func prepare(now: ContinuousClock.Instant) {
        for copy in plan.copies { cache.copyBlock(copy.source, to: copy.destination) }
        batch.removeAll()
        for chunk in plan.chunks {
            let task = tasks[chunk.request]!
            batch.add(
                tokens: batcher.request(chunk.request)!.tokens[chunk.positions], start: chunk.positions.lowerBound,
                blocks: batcher.blocks(of: chunk.key), logits: chunk.logits)
            for position in chunk.logits {
                wantedRows.append(WantedRow(request: chunk.request, work: task.work, position: position))
            }
            note(chunk, of: task, now: now)
        }
    }

    private func note(_ chunk: PlannedChunk, of task: Task, now: ContinuousClock.Instant) {
        if task.started == nil { task.started = now }
        task.timing.computedTokens += chunk.positions.count
        statistics.prefilledTokens += chunk.positions.count - (isDecoding(chunk, of: task) ? 1 : 0)
    }

    /// Whether the chunk is the one token that the step before has chosen.
    private func isDecoding(_ chunk: PlannedChunk, of task: Task) -> Bool {
        guard case .generate(let generation) = task.work else { return false }
        return chunk.positions.lowerBound >= generation.request.context.count
    }

    /// Lets the world see what has happened since the last call.
    private func publish() {
        statistics.active = batcher.activeCount
        statistics.waiting = batcher.waitingCount
        statistics.cachedSequences = batcher.cachedSequenceCount
        statistics.kvBlocksTotal = batcher.limits.blockCount
        statistics.kvBlocksFree = batcher.freeBlockCount
        board.statistics.withLock { $0 = statistics }
        distrustIfChanged()
        for event in events { onEvent(event) }
        events.removeAll(keepingCapacity: true)
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
