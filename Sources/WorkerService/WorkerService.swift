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

/// A worker process: carries the session's effects out between the coordinator's socket and the engine.
/// `run()` is its lifetime.
public final class WorkerService: Sendable {
    private enum Input: Sendable {
        case transport(TransportEvent)
        case engine(EngineEvent)
        case drain
        case drainEnded
    }

    private let options: WorkerOptions
    private let log: Logger
    private let inbox = Inbox<Input>()
    private let incarnation = ProcessFacts.randomBits()

    /// How long orders in flight may take to finish once the worker is asked to go.
    static let drainMs = 25_000

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
            defer { parts.engine.shutdown() }
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

    private func serve(_ loop: WorkerLoop) -> ExitCode {
        var loop = loop
        loop.greet()
        var drainDeadlineMs: Int64?
        while true {
            let inputs = inbox.take(until: min(loop.nextBeatMs, drainDeadlineMs ?? .max))
            for input in inputs {
                switch input {
                case .transport(let event): loop.heard(event)
                case .engine(let event): loop.step(.engineAnswered(event))
                case .drain where drainDeadlineMs != nil: loop.step(.drainEnded)
                case .drain:
                    drainDeadlineMs = Clocks.monotonicMs + Int64(WorkerService.drainMs)
                    loop.step(.drainRequested)
                case .drainEnded: loop.step(.drainEnded)
                }
                if let code = loop.exitCode { return code }
            }
            if let deadline = drainDeadlineMs, Clocks.monotonicMs >= deadline { loop.step(.drainEnded) }
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
