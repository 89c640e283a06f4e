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

    init(_ load: CoordinationLoad) {
        coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: 1))
        workers = ScriptedWorkers(count: load.workers, slots: load.slots)
        step(.started)
        for (number, hello) in workers.hellos.enumerated() { step(.workerGreeted(peer(number), hello)) }
        step(.runSubmitted(ClientToken(rawValue: 1), load.spec, load.problems))
    }

    /// Works until so many blocks are written.
    ///
    /// - Returns: blocks a second of time in the state machine.
    mutating func run(blocks: Int) -> Double {
        stepping = .zero
        workers.restart()
        while workers.blocks < blocks, !pending.isEmpty {
            let batch = pending
            pending = []
            for (worker, instruction) in batch {
                guard let message = workers.answer(to: instruction, now: .now) else { continue }
                if let event = message.event(from: peer(worker)) { step(event) }
            }
        }
        return Double(workers.blocks) / (stepping / .seconds(1))
    }

    private mutating func step(_ event: Event) {
        let begin = ContinuousClock.now
        let effects = coordinator.step(event, now: Clocks.now)
        stepping += ContinuousClock.now - begin
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
        case .hello, .heartbeat, .measured, .goodbye: nil
        }
    }
}
