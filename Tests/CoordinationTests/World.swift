import Domain
import Simulation
import Testing

@testable import Coordination

/// A random world around the coordinator, drawn from a seed: workers that answer in any order, twice, late, not at
/// all, that die, pause, leave and forget; a coordinator that is killed.
struct World {
    struct Faults {
        var isOn = true
        /// Orders for this path kill who carries them out.
        var poison: (problem: Int, path: Int)?
        /// Whether anything but the poison goes wrong.
        var areRandom = true
    }

    var coordinator: Coordinator
    var numbers: TestNumbers
    var faults = Faults()
    private(set) var now: Int64 = 0
    private(set) var records: [Record] = []
    private(set) var audit = RecordAudit()
    private(set) var complaints: [String] = []
    /// Every effect in order as text, if wanted: it is slow to write.
    private(set) var trace: [String]?
    private(set) var workers: [SimulatedWorker]
    private var network: [Event] = []
    private var wakes: [Int64] = []
    private var expectedTexts: [OrderTag: [UInt8]] = [:]
    private var epoch: UInt64 = 1

    static let limits: Limits = {
        var limits = Limits.standard
        limits.stallMs = 20_000
        return limits
    }()

    init(seed: UInt64, workers: [SimulatedWorker], isTraced: Bool = false) {
        trace = isTraced ? [] : nil
        numbers = TestNumbers(seed: seed)
        self.workers = workers
        coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: 1, limits: Self.limits))
        step(.started)
        for worker in workers { step(.workerGreeted(worker.peer, worker.hello)) }
    }

    /// A world that finds these records in the store.
    init(seed: UInt64, workers: [SimulatedWorker], restoring records: [Record]) throws {
        numbers = TestNumbers(seed: seed)
        self.workers = workers
        self.records = records
        audit.read(records)
        epoch = 2
        coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: 2, limits: Self.limits))
        try coordinator.restore(records)
        step(.started)
        for worker in workers { step(.workerGreeted(worker.peer, worker.hello)) }
    }

    var allComplaints: [String] { complaints + audit.complaints }

    mutating func submit(_ name: String, problems: Int, _ settings: RunSettings) {
        let specs = (0..<problems).map { ProblemSpec(id: "p\($0)", text: "question \($0)", answer: "1") }
        let spec = RunSpec(id: RunID(name), submissionKey: "key-\(name)", name: name, settings: settings)
        step(.runSubmitted(ClientToken(rawValue: 1), spec, specs))
    }

    /// Lets things happen until all runs have ended, faults for the first so many turns at most.
    mutating func run(turnsWithFaults: Int, turns: Int = 40_000) throws {
        for turn in 0..<turns where audit.openRuns > 0 {
            if turn == turnsWithFaults { calm() }
            try happen()
        }
        if audit.openRuns > 0 { complain("runs are open after \(turns) turns") }
    }

    /// Lets everything arrive that is under way, and every worker be heard of.
    mutating func quiesce() {
        calm()
        for _ in 0..<5 {
            advance(500)
            while !network.isEmpty { deliver() }
        }
    }

    /// From here on nothing goes wrong any more.
    private mutating func calm() {
        faults.areRandom = false
        for index in workers.indices {
            workers[index].pausedUntil = 0
            if !workers[index].isAlive || workers[index].isDraining { rise(index) }
        }
    }

    private mutating func happen() throws {
        switch numbers.below(20) {
        case 0..<9: work()
        case 9..<17: deliver()
        case 17, 18: advance(Int64(50 + numbers.below(600)))
        default:
            if faults.areRandom { try goWrong() }
            if !faults.areRandom, faults.poison != nil { riseOne() }
        }
    }

    // MARK: What happens

    private mutating func work() {
        let able = workers.indices.filter {
            workers[$0].isAlive && workers[$0].pausedUntil <= now && !workers[$0].orders.isEmpty
        }
        guard !able.isEmpty else { return }
        let index = able[numbers.below(able.count)]
        let order = workers[index].orders[numbers.below(workers[index].orders.count)]
        if let poison = faults.poison, order.tag.path.problem == poison.problem, order.tag.path.path == poison.path {
            workers[index].isAlive = false
            return
        }
        let (reply, text) = workers[index].carryOut(order)
        if let text, !order.isRunAhead, text != expectedTexts[order.tag] {
            complain("\(order.tag.path): the worker's context is \(String(decoding: text, as: UTF8.self))")
        }
        network.append(reply)
        if faults.areRandom, numbers.oneIn(8) { network.append(reply) }
    }

    private mutating func deliver() {
        guard !network.isEmpty else { return }
        step(network.remove(at: numbers.below(network.count)))
    }

    private mutating func advance(_ milliseconds: Int64) {
        now += milliseconds
        for worker in workers where worker.isAlive && worker.pausedUntil <= now {
            step(.heartbeatArrived(worker.peer, worker.heartbeat))
        }
        if wakes.contains(where: { $0 <= now }) {
            wakes.removeAll { $0 <= now }
            step(.timeReached)
        }
    }

    private mutating func goWrong() throws {
        let index = numbers.below(workers.count)
        switch numbers.below(10) {
        case 0: workers[index].isAlive = false
        case 1..<4: riseOne()
        case 4:
            workers[index].contexts = [:]
        case 5:
            workers[index].pausedUntil = now + Int64(numbers.below(8_000))
        case 6 where workers[index].isAlive:
            workers[index].isDraining = true
            step(.heartbeatArrived(workers[index].peer, workers[index].heartbeat))
        case 7 where workers[index].isAlive:
            workers[index].isAlive = false
            let farewell = Farewell(name: workers[index].name, role: workers[index].role, reason: nil)
            network.append(.workerLeft(workers[index].peer, farewell))
        case 8: talkNonsense(index)
        case 9: try killCoordinator()
        default: break
        }
    }

    private mutating func riseOne() {
        guard let index = workers.indices.first(where: { !workers[$0].isAlive || workers[$0].isDraining }) else {
            return
        }
        rise(index)
    }

    /// A new process under the name of one that is dead or draining.
    private mutating func rise(_ index: Int) {
        let old = workers[index]
        // Else a hello of a process that has died could come after that of its successor.
        if !faults.areRandom { network.removeAll { $0.isHello(of: old.name) } }
        workers[index] = SimulatedWorker(
            name: old.name, role: old.role, slots: old.slots, incarnation: old.incarnation + 1)
        network.append(.workerGreeted(workers[index].peer, workers[index].hello))
    }

    private mutating func talkNonsense(_ index: Int) {
        guard workers[index].isAlive, let order = workers[index].orders.first else { return }
        workers[index].orders.removeFirst()
        let report = makeScore(order, [.nan])
        network.append(.scoreArrived(workers[index].peer, report))
    }

    /// Its memory is gone, and perhaps what was under way to it; the store is as it was.
    private mutating func killCoordinator() throws {
        let old = coordinator
        let before = coordinator.durableDescription
        if numbers.oneIn(2) { network = [] }
        wakes = []
        epoch += 1
        coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: epoch, limits: Self.limits))
        let ended = numbers.oneIn(2) ? audit.endedInOrder.compactMap { old.endedRun($0) } : []
        let known = Set(ended.map(\.status.run))
        try coordinator.restore(records.filter { !known.contains($0.run) }, ended: ended)
        if coordinator.durableDescription != before { complain("the restored state is another") }
        step(.started)
    }

    // MARK: What is asked for

    private mutating func step(_ event: Event) {
        let effects = coordinator.step(event, now: milliseconds(now))
        for count in coordinator.miscounts { complain("miscounted: \(count)") }
        for (index, effect) in effects.enumerated() {
            if trace != nil { trace!.append("\(effect)") }
            switch effect {
            case .record(let new):
                if index != 0 { complain("records after other effects") }
                records += new
                audit.read(new)
            case .send(let peer, let instruction): receive(peer, instruction)
            case .wake(let time): wakes.append(time)
            case .reply, .log, .drained: break
            }
        }
    }

    private mutating func receive(_ peer: PeerID, _ instruction: WorkerInstruction) {
        if case .order(let order) = instruction { expectedTexts[order.tag] = audit.standingText(order.tag.path) }
        guard let index = workers.firstIndex(where: { $0.peer == peer && $0.isAlive }) else {
            if faults.areRandom, numbers.oneIn(2) {
                if case .order(let order) = instruction {
                    network.append(.peerUnreachable(peer, undelivered: order.tag.order))
                } else {
                    network.append(.peerUnreachable(peer, undelivered: nil))
                }
            }
            return
        }
        switch instruction {
        case .welcome(let welcome):
            if welcome.startsAfresh {
                workers[index].orders = []
                workers[index].contexts = [:]
            }
        case .order(let order):
            workers[index].orders.append(order)
            let confirmed = workers[index].orders.count { !$0.isRunAhead }
            if confirmed > workers[index].slots * Self.limits.ordersPerSlot {
                complain("\(workers[index].name) has \(confirmed) orders")
            }
            if order.isRunAhead, workers[index].orders.count > workers[index].slots {
                complain("\(workers[index].name) runs ahead without room")
            }
        case .confirm(let id):
            guard let place = workers[index].orders.firstIndex(where: { $0.tag.order == id }) else { return }
            let order = workers[index].orders[place]
            workers[index].orders[place] = Order(tag: order.tag, context: order.context, work: order.work)
            expectedTexts[order.tag] = audit.standingText(order.tag.path)
        case .cancel(let id):
            for order in workers[index].orders where order.tag.order == id {
                network.append(.orderWithdrawn(peer, WithdrawalReport(tag: order.tag, tokens: 1)))
            }
            workers[index].orders.removeAll { $0.tag.order == id }
        case .release(let path):
            workers[index].contexts[path] = nil
            if workers[index].orders.contains(where: { $0.tag.path == path }) {
                complain("\(path) released with an order out")
            }
        case .listOrders(let through):
            network.append(.heartbeatArrived(peer, workers[index].heartbeat(listedThrough: through)))
        case .introduceYourself: network.append(.workerGreeted(workers[index].peer, workers[index].hello))
        case .superseded, .shutDown, .refuse: workers[index].isAlive = false
        }
    }

    private mutating func complain(_ complaint: String) { complaints.append(complaint) }
}

extension Event {
    fileprivate func isHello(of name: String) -> Bool {
        if case .workerGreeted(_, let hello) = self { hello.name == name } else { false }
    }
}
