import ArgumentParser
import Domain
import Evaluation
import Runtime
import Settings
import Transport
import Wire

/// Drives a whole coordinator process: its sockets, its store and its log.
final class ProcessLoad {
    struct Result {
        var blocksPerSecond: Double
        var messagesPerSecond: Double
        /// Processor time of the coordinator's busiest thread, seconds a block.
        var threadSecondsPerBlock: Double
        /// From a draft block's sending to the order that its verdict leads to, seconds.
        var verdictSeconds: [Double]
    }

    private static let beatMs: Int64 = 300

    private var workers: ScriptedWorkers
    private let transport: Transport
    private let inbox = Inbox<TransportEvent>()
    private let cluster: OwnCluster
    private var nextBeatMs: Int64 = 0
    private var progress: UInt64 = 0

    /// Brings the workers in and submits the run.
    init(_ load: CoordinationLoad, cluster: OwnCluster) throws {
        self.cluster = cluster
        workers = ScriptedWorkers(count: load.workers, slots: load.slots)
        guard let endpoint = AnnouncedEndpoints(cluster.folder)?.workers else {
            throw fail(.unavailable, "the coordinator does not listen")
        }
        let sockets = workers.hellos.indices.map { number in
            SocketConfiguration(
                .dealer(
                    connect: endpoint,
                    routingID: [1] + withUnsafeBytes(of: (UInt64(number), ProcessFacts.randomBits())) { Array($0) }))
        }
        do {
            transport = try Transport(sockets) { [inbox] in inbox.post($0) }
        } catch {
            throw fail(.unavailable, "\(error)")
        }
        for (number, hello) in workers.hellos.enumerated() {
            transport.send(socket: number, to: nil, WorkerMessage.hello(hello).encoded())
        }
        let client = try Client(folder: cluster.folder)
        while try client.status().workers.count(where: { $0.state == .live }) < workers.hellos.count { try beat() }
        _ = try BatchSubmission.submit(load.spec, load.problems, to: client)
    }

    deinit {
        transport.close()
    }

    /// Works until so many blocks are written.
    func run(blocks: Int) throws -> Result {
        workers.restart()
        let begin = ContinuousClock.now
        let secondsBefore = cluster.coordinatorSeconds
        while workers.blocks < blocks {
            try beat()
            for event in inbox.take(until: nextBeatMs) {
                guard case .received(let socket, _, let body) = event else { continue }
                let instruction: WorkerInstruction
                do {
                    instruction = try WorkerInstruction(decoding: body)
                } catch {
                    throw fail(.protocolError, "the coordinator says what no worker understands: \(error)")
                }
                guard let answer = workers.answer(to: instruction, now: .now) else { continue }
                progress += 1
                transport.send(socket: socket, to: nil, answer.encoded())
            }
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        return Result(
            blocksPerSecond: Double(workers.blocks) / seconds, messagesPerSecond: Double(workers.messages) / seconds,
            threadSecondsPerBlock: (cluster.coordinatorSeconds - secondsBefore) / Double(workers.blocks),
            verdictSeconds: workers.verdictSeconds)
    }

    private func beat() throws {
        guard Clocks.monotonicMs >= nextBeatMs else { return }
        nextBeatMs = Clocks.monotonicMs + Self.beatMs
        try cluster.check()
        let beat = WorkerMessage.heartbeat(Heartbeat(progress: progress)).encoded()
        for number in workers.hellos.indices { transport.send(socket: number, to: nil, beat) }
    }
}
