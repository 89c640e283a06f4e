import Coordination
import Domain
import Foundation
import Logging
import Logs
import RunStore
import Runtime
import Transport
import Wire

/// The coordinator process: sockets and timers in, the store and sockets out, the pure `Coordinator` between.
/// `run()` is its lifetime. One thread steps the core and commits; the socket thread never waits for a disk.
public final class CoordinatorService: Sendable {
    enum Input: Sendable {
        /// What a worker says, read on the socket's thread: the thread that decides has enough to do.
        case worker(PeerID, Result<WorkerMessage, WireError>)
        case transport(TransportEvent)
        case stop

        init(_ event: TransportEvent) {
            guard case .received(CoordinatorService.workerSocket, let peer, let body) = event else {
                self = .transport(event)
                return
            }
            do throws(WireError) {
                self = .worker(peer, .success(try WorkerMessage(decoding: body)))
            } catch {
                self = .worker(peer, .failure(error))
            }
        }
    }

    static let workerSocket = 0
    static let clientSocket = 1

    private let options: CoordinatorOptions
    private let log: Logger
    private let inbox = Inbox<Input>()

    public init(_ options: CoordinatorOptions, log: Logger) {
        self.options = options
        self.log = log
    }

    /// Takes the store, restores what is open, listens and works until told to stop.
    /// - Parameter onReady: called once with the endpoints that really listen, when clients and workers may come.
    public func run(onReady: (_ workers: String, _ clients: String) -> Void = { _, _ in }) throws(CoordinatorError) {
        Signals.ignoreBrokenPipes()
        let lock = try takeLock()
        defer { withExtendedLifetime(lock) {} }
        let store = try openStore()
        let desk = QueryDesk(store: store, frameBytes: options.limits.frameBytes, log: log)
        let transport = try listen()
        defer { transport.close() }
        desk.start { [transport] peer, bytes in
            transport.send(socket: CoordinatorService.clientSocket, to: peer, bytes)
        }
        defer { desk.stop() }
        let signals = Signals([SIGTERM, SIGINT]) { [inbox] _ in inbox.post(.stop) }
        defer { withExtendedLifetime(signals) {} }
        var loop = try CoordinatorLoop(options: options, store: store, transport: transport, desk: desk, log: log)
        let endpoints = transport.endpoints
        announce(endpoints)
        onReady(endpoints[CoordinatorService.workerSocket], endpoints[CoordinatorService.clientSocket])
        try loop.run(inbox)
        log.notice("the coordinator ends")
    }

    private func takeLock() throws(CoordinatorError) -> StoreLock {
        do {
            try options.folder.create()
        } catch {
            throw CoordinatorError(.cannotCreate, "\(error)")
        }
        do {
            return try StoreLock(path: options.folder.lock)
        } catch {
            throw CoordinatorError(.temporaryFailure, "\(error)")
        }
    }

    private func openStore() throws(CoordinatorError) -> RunStore {
        do {
            return try RunStore(path: options.folder.database)
        } catch {
            throw CoordinatorError(.dataError, "\(error)")
        }
    }

    private func listen() throws(CoordinatorError) -> Transport {
        do {
            return try Transport(
                [
                    SocketConfiguration(.router(bind: options.workerEndpoint)),
                    SocketConfiguration(.router(bind: options.clientEndpoint)),
                ], limits: options.limits
            ) { [inbox] event in inbox.post(Input(event)) }
        } catch {
            throw CoordinatorError(.unavailable, "\(error)")
        }
    }

    /// Writes down what really listens, for commands and workers started later.
    private func announce(_ endpoints: [String]) {
        let document = ["workers": endpoints[0], "clients": endpoints[1]]
        do {
            let data = try JSONSerialization.data(withJSONObject: document, options: [.sortedKeys])
            try data.write(to: URL(fileURLWithPath: options.folder.endpoints), options: .atomic)
        } catch {
            log.error("the endpoints cannot be written down", metadata: ["reason": "\(error)"])
        }
        log.notice("listening", metadata: ["workers": "\(endpoints[0])", "clients": "\(endpoints[1])"])
    }
}
