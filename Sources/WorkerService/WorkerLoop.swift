import Domain
import Engine
import Logging
import Logs
import Runtime
import Transport
import Wire
import WorkerCore

/// Carries out the session's effects. Used by the service's one thread only.
struct WorkerLoop {
    /// Before a reply the worker's times are at most this old: a run of a second is measured as well as one of an hour.
    private static let measureMs: Int64 = 50

    /// Nil where nothing is computed.
    private let engine: Engine?
    private let hello: Hello
    private let options: WorkerOptions
    private let transport: Transport
    private let log: Logger
    private var session: WorkerSession
    private var beatMs: Int64
    private var lastBeatMs: Int64
    private(set) var exitCode: ExitCode?

    init(
        parts: WorkerParts, options: WorkerOptions, incarnation: UInt64, transport: Transport, log: Logger
    ) {
        engine = parts.engine
        self.options = options
        self.transport = transport
        self.log = log
        session = WorkerSession(
            tokenizer: parts.tokenizer, prompts: parts.prompts, author: options.role == .draft ? .draft : .target,
            lookup: parts.lookup)
        hello = Hello(
            name: options.name, role: options.role, incarnation: incarnation, processID: ProcessFacts.processID,
            host: ProcessFacts.host, model: options.model.name, modelDigest: parts.modelDigest,
            vocabulary: parts.tokenizer.vocabularyDigest, vocabularySize: parts.tokenizer.vocabularySize,
            promptTemplate: parts.prompts.digest,
            kernels: parts.engine?.routines ?? "", contextLength: parts.contextLength, slots: options.slots,
            threads: options.threads, proposesByLookup: parts.lookup != nil)
        beatMs = Int64(options.limits.heartbeatIntervalMs)
        lastBeatMs = Clocks.monotonicMs
    }

    var nextBeatMs: Int64 { lastBeatMs + beatMs }

    func greet() {
        send(.hello(hello))
    }

    mutating func heard(_ event: TransportEvent) {
        switch event {
        case .received(_, _, let body):
            do {
                step(.instructed(try WorkerInstruction(decoding: body)))
            } catch {
                log.warning("a message of the coordinator was refused", metadata: ["reason": "\(error)"])
            }
        case .refused(_, _, let reason):
            log.warning("a message of the coordinator was refused", metadata: ["reason": "\(reason)"])
        case .undeliverable(_, _, let reason):
            log.warning("a message could not be sent", metadata: ["reason": "\(reason)"])
        }
    }

    mutating func step(_ event: WorkerSession.Event) {
        let wasIdle = session.activeOrders == 0
        for effect in session.step(event, now: Clocks.now) { carryOut(effect) }
        // Whoever measures how busy the worker is learns when it began.
        if wasIdle, session.activeOrders > 0 { beat() }
    }

    private mutating func carryOut(_ effect: WorkerSession.Effect) {
        switch effect {
        case .send(let message):
            if message.isReply, Clocks.monotonicMs - lastBeatMs >= Self.measureMs { beat() }
            send(message)
        case .write(let request): engine?.submit(GenerateRequest(request))
        case .score(let request): engine?.submit(ScoreRequest(request))
        case .confirm(let order): engine?.confirm(order.rawValue)
        case .cancel(let order): engine?.cancel(order.rawValue)
        case .release(let sequence): engine?.release(SequenceKey(rawValue: sequence.rawValue))
        case .beatEvery(let milliseconds):
            beatMs = Int64(milliseconds)
            beat()
        case .beat(let through): beat(listedThrough: through)
        case .greet: greet()
        case .log(let entry): log.write(entry)
        case .end(let ending, let reason):
            log.notice("the worker ends", metadata: ["reason": "\(reason)"])
            let fault = ending == .drained ? nil : reason
            send(.goodbye(Farewell(name: options.name, role: options.role, reason: fault)))
            exitCode = exitCode ?? ending.exitCode
        }
    }

    mutating func beatIfDue() {
        if Clocks.monotonicMs >= nextBeatMs { beat() }
    }

    private mutating func beat(listedThrough: OrderID? = nil) {
        lastBeatMs = Clocks.monotonicMs
        let heartbeat = session.heartbeat(
            engine.map { EngineFigures($0.statistics()) } ?? EngineFigures(), progress: progress,
            residentBytes: ProcessFacts.residentBytes, listedThrough: listedThrough)
        send(.heartbeat(heartbeat))
    }

    /// Changes as long as the engine computes.
    var progress: UInt64 { engine?.progress ?? 0 }

    private func send(_ message: WorkerMessage) {
        transport.send(socket: 0, to: nil, message.encoded())
    }
}
