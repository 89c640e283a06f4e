import Coordination
import Domain
import Runtime
import Wire

/// Drives the pure state machine by itself: no sockets, no store, no log, no encoding.
struct CoreLoad {
    private var coordinator: Coordinator
    private var workers: ScriptedWorkers
    private var pending: [(worker: Int, instruction: WorkerInstruction)] = []
    private var stepping = Duration.zero
    private var steps = 0

    struct Result {
        var blocks: Int
        var steps: Int
        /// In the state machine alone.
        var seconds: Double
    }

    init(workers count: Int, openPaths: Int, spec: RunSpec, problems: [ProblemSpec]) {
        coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: 1))
        workers = ScriptedWorkers(count: count, slots: max(1, openPaths / (4 * count)))
        step(.started)
        for (number, hello) in workers.hellos.enumerated() { step(.workerGreeted(peer(number), hello)) }
        step(.runSubmitted(ClientToken(rawValue: 1), spec, problems))
    }

    /// Works until so many blocks are written or the run has ended.
    mutating func run(blocks: Int) -> Result {
        stepping = .zero
        steps = 0
        let before = workers.blocks
        while workers.blocks - before < blocks, !pending.isEmpty {
            let batch = pending
            pending = []
            for (worker, instruction) in batch {
                for message in workers.answers(worker, to: instruction, now: .now) {
                    if let event = message.event(from: peer(worker)) { step(event) }
                }
            }
        }
        return Result(blocks: workers.blocks - before, steps: steps, seconds: stepping / .seconds(1))
    }

    private mutating func step(_ event: Event) {
        let begin = ContinuousClock.now
        let effects = coordinator.step(event, now: Clocks.now)
        stepping += ContinuousClock.now - begin
        steps += 1
        for case .send(let peer, let instruction) in effects { pending.append((number(peer), instruction)) }
    }

    private func peer(_ number: Int) -> PeerID { PeerID(bytes: [1, UInt8(number >> 8), UInt8(number & 255)]) }

    private func number(_ peer: PeerID) -> Int { Int(peer.bytes[1]) << 8 | Int(peer.bytes[2]) }
}

extension WorkerMessage {
    fileprivate func event(from peer: PeerID) -> Event? {
        switch self {
        case .block(let report): .blockArrived(peer, report)
        case .scored(let report): .scoreArrived(peer, report)
        case .failed(let report): .orderFailed(peer, report)
        case .withdrawn(let report): .orderWithdrawn(peer, report)
        case .hello, .heartbeat, .goodbye: nil
        }
    }
}
