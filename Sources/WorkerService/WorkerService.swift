import Domain
import Engine
import Foundation
import Logging
import Logs
import ModelStore
import Runtime
import Synchronization
import Transport
import Wire
import WorkerCore

/// A worker process: carries the session's effects out between the coordinator's socket and the engine.
/// `run()` is its lifetime.
public final class WorkerService: Sendable {
    private enum Input: Sendable {
        case transport(TransportEvent)
        case engine(EngineEvent)
        case drain
    }

    private let options: WorkerOptions
    private let log: Logger
    private let inbox = Inbox<Input>()
    private let incarnation = ProcessFacts.randomBits()

    public init(_ options: WorkerOptions, log: Logger) {
        self.options = options
        self.log = log
    }

    /// Loads the model, greets the coordinator and works until told to go.
    /// - Parameter models: where model files are found.
    /// - Returns: the process's exit code.
    public func run(models: ModelStore) -> ExitCode {
        Signals.ignoreBrokenPipes()
        let signals = Signals([SIGTERM, SIGINT]) { [inbox] _ in inbox.post(.drain) }
        defer { withExtendedLifetime(signals) {} }
        let transport: Transport
        do {
            transport = try Transport(
                [
                    SocketConfiguration(
                        .dealer(connect: options.endpoint, routingID: routingID()))
                ], limits: options.limits
            ) { [inbox] event in inbox.post(.transport(event)) }
        } catch {
            log.error("the socket cannot be opened", metadata: ["reason": "\(error)"])
            return .configuration
        }
        defer { transport.close() }
        do {
            let parts = try WorkerParts.load(options, from: models, log: log) { [inbox] event in
                inbox.post(.engine(event))
            }
            defer { parts.engine?.abandon() }
            guard try warmUp(parts) else { return .success }
            return serve(
                WorkerLoop(
                    parts: parts, options: options, incarnation: incarnation, transport: transport, log: log))
        } catch {
            // The coordinator shows the reason to people, who may never look into this worker's log.
            log.error("the model cannot be loaded", metadata: ["model": "\(options.model.name)", "reason": "\(error)"])
            let farewell = Farewell(name: options.name, role: options.role, reason: "\(error)")
            transport.send(socket: 0, to: nil, WorkerMessage.goodbye(farewell).encoded())
            return error.exitCode
        }
    }

    /// Computes one token as the worker's role does, so that a worker that greets the coordinator is known to work.
    ///
    /// - Returns: false if the worker was asked to go meanwhile.
    /// - Throws: when the model cannot do it.
    private func warmUp(_ parts: WorkerParts) throws(WorkerStartError) -> Bool {
        guard let engine = parts.engine else { return true }
        let beganMs = Clocks.monotonicMs
        // No order has this id, and no path this key.
        let (id, key) = (RequestID(0), SequenceKey(rawValue: 0))
        let prompt: String
        do {
            prompt = try parts.prompts.text(of: ProblemPrompt(text: "1 + 1 = ?"))
        } catch {
            throw WorkerStartError(
                exitCode: .configuration,
                description: "model \(options.model.name): a question cannot be written: \(error)")
        }
        var context = parts.tokenizer.encodeWithBegin(prompt, special: true)
        if options.role == .target, context.count > 1 {
            let last = context.removeLast()
            engine.submit(ScoreRequest(id: id, key: key, context: context, block: [last]))
        } else {
            engine.submit(GenerateRequest(id: id, key: key, context: context, maximumTokens: 1))
        }
        var isReady = false
        while !isReady {
            // All that came together is looked at: a request to go may stand behind the answer.
            for input in inbox.take() {
                switch input {
                case .drain: return false
                case .transport: break
                case .engine(.failed(_, let error)):
                    throw WorkerStartError(
                        exitCode: .dataError,
                        description: "model \(options.model.name) cannot compute a token: \(error)")
                case .engine: isReady = true
                }
            }
        }
        engine.release(key)
        log.notice(
            "the first token is computed", metadata: ["ms": .stringConvertible(Clocks.monotonicMs - beganMs)])
        return true
    }

    private func serve(_ loop: WorkerLoop) -> ExitCode {
        var loop = loop
        loop.greet()
        var drain: DrainDeadline?
        while true {
            let inputs = inbox.take(until: min(loop.nextBeatMs, drain?.endsMs ?? .max))
            for input in inputs {
                switch input {
                case .transport(let event): loop.heard(event)
                case .engine(let event): loop.step(.engineAnswered(EngineAnswer(event)))
                case .drain where drain != nil: loop.step(.drainEnded)
                case .drain:
                    drain = DrainDeadline(options.limits, beganMs: Clocks.monotonicMs)
                    loop.step(.drainRequested)
                }
                if let code = loop.exitCode { return code }
            }
            drain?.note(progress: loop.progress, nowMs: Clocks.monotonicMs)
            if let drain, Clocks.monotonicMs >= drain.endsMs { loop.step(.drainEnded) }
            if let code = loop.exitCode { return code }
            loop.beatIfDue()
        }
    }

    /// Random per incarnation: at a router a second peer of the same id takes the place of the first. The first byte is
    /// not zero, which ZeroMQ keeps for itself.
    private func routingID() -> [UInt8] {
        [1] + withUnsafeBytes(of: (incarnation, ProcessFacts.randomBits())) { Array($0) }
    }
}
