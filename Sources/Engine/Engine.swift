import Batching
import Glibc
import Synchronization
import Tensors
import Transformer

/// Runs one model for many requests at once, on a compute thread of its own.
///
/// Calls return at once; results come as events, on the compute thread, so the receiver must hand them on
/// quickly. Numbers and tokens of a request do not depend on what else is computed beside it.
public final class Engine: Sendable {
    public let model: LoadedModel
    public let options: EngineOptions
    /// Most tokens of one sequence: the model's own context, or what the cache holds if that is less.
    public let contextLimit: Int
    /// The kernels in use.
    public let kernels: KernelChoice
    /// What decides the bits of its products: engines of one model that say the same give the same bits.
    public let routines: String
    /// The processor of each compute thread; empty if they are not pinned, by choice or because there are too few
    /// processors.
    public let processors: [Int]

    private let queue: CommandQueue
    private let board: StatisticsBoard
    private let onEvent: @Sendable (EngineEvent) -> Void
    private let pool: ComputePool
    private let thread: pthread_t
    private let hasEnded = Mutex(false)

    public init(
        model: LoadedModel, options: EngineOptions = EngineOptions(),
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) throws(EngineError) {
        try options.check()
        self.model = model
        self.options = options
        self.onEvent = onEvent
        queue = CommandQueue()
        board = StatisticsBoard()
        let loop = try EngineLoop(model: model, options: options, queue: queue, board: board, onEvent: onEvent)
        contextLimit = loop.contextLimit
        kernels = loop.kernels
        routines = loop.routines
        pool = loop.pool
        thread = try Self.start(loop)
        processors = options.pinsThreads ? loop.pool.pin(caller: thread) : []
    }

    deinit {
        shutdown()
    }

    public func submit(_ request: GenerateRequest) {
        put(.generate(request, submitted: .now), id: request.id)
    }

    public func submit(_ request: ScoreRequest) {
        put(.score(request, submitted: .now), id: request.id)
    }

    /// Makes a run-ahead request one like any other; nothing happens if it has ended.
    public func confirm(_ id: RequestID) {
        _ = queue.put(.confirm(id))
    }

    /// Ends a request, which then fails with `cancelled`; nothing happens if it has ended.
    public func cancel(_ id: RequestID) {
        _ = queue.put(.cancel(id))
    }

    /// Forgets a sequence and frees its blocks; requests for it are cancelled.
    public func release(_ key: SequenceKey) {
        _ = queue.put(.release(key))
    }

    /// As of the last step that ended.
    public func statistics() -> EngineStatistics {
        board.statistics.withLock { $0 }
    }

    /// A number that changes as long as the engine computes, within a step too, however long that takes. For any
    /// thread to read.
    public var progress: UInt64 {
        let statistics = statistics()
        return pool.progress &+ UInt64(statistics.generatedTokens + statistics.prefilledTokens)
    }

    /// Ends every request and the compute thread, and waits for it. May be called more than once. Called by
    /// the receiver of events, on the compute thread itself, it does not wait.
    public func shutdown() { shutdown(waits: pthread_equal(pthread_self(), thread) == 0) }

    /// The same, without waiting for the step under way: for a process that ends. A step may take longer than whoever
    /// asked it to end is willing to wait.
    public func abandon() { shutdown(waits: false) }

    private func shutdown(waits: Bool) {
        _ = queue.put(.shutDown)
        hasEnded.withLock { hasEnded in
            guard !hasEnded else { return }
            hasEnded = true
            if waits { pthread_join(thread, nil) } else { pthread_detach(thread) }
        }
    }

    private func put(_ command: EngineCommand, id: RequestID) {
        if !queue.put(command) { onEvent(.failed(id, .shutDown)) }
    }

    private static func start(_ loop: EngineLoop) throws(EngineError) -> pthread_t {
        let owned = Unmanaged.passRetained(loop)
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { argument in
            guard let argument else { return nil }
            Unmanaged<EngineLoop>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, owned.toOpaque())
        guard code == 0 else {
            owned.release()
            throw .cannotStartThread(code: code)
        }
        return thread
    }
}
