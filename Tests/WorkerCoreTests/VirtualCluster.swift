import Coordination
import Domain
import Simulation
import Tokenizers
import Wire
import WorkerCore

/// A coordinator and the sessions of real workers on a virtual clock, around engines whose steps last as long as a test
/// says. Messages travel as the bytes of the protocol and in order, a millisecond each way.
struct VirtualCluster {
    /// An engine whose figures, as a real one's, are those of its last step.
    struct ScriptedEngine {
        let stepMs: Int64
        /// Whether its progress changes within a step.
        var showsProgress = true
        /// Whether its steps end.
        var isStuck = false
        var waiting: [Request] = []
        var running: [Request] = []
        var steps: UInt64 = 0
        var stepBeganMs: Int64 = 0
        var figures = EngineFigures()

        enum Request {
            case write(WriteRequest)
            case score(ScoringRequest)

            var order: OrderID {
                switch self {
                case .write(let request): request.order
                case .score(let request): request.order
                }
            }
        }
    }

    struct Member {
        let hello: Hello
        var session: WorkerSession
        var engine: ScriptedEngine
        var nextBeatMs: Int64 = 1_000
        var hasEnded = false
        var orders: [OrderID] = []

        var peer: PeerID { PeerID(bytes: Array(hello.name.utf8)) }
    }

    private enum Arrival {
        case atCoordinator(PeerID, [UInt8])
        case atWorker(PeerID, [UInt8])
    }

    let limits: Limits
    private(set) var coordinator: Coordinator
    private(set) var members: [Member]
    private(set) var now: Int64 = 0
    private(set) var logs: [LogEntry] = []
    private(set) var ended: RunState?
    private var underWay: [(atMs: Int64, what: Arrival)] = []
    private var wakeMs: Int64?
    /// How many orders are still to be lost on the way.
    var ordersToLose = 0

    static let tokens: [Int32] = Array("one, two".utf8).map { Int32($0) }
    static let answer: [UInt8] = Array("\\boxed{4}".utf8)

    /// One worker of each role.
    init(stepMs: Int64, slots: Int = 2, limits: Limits = .standard) throws {
        self.limits = limits
        coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: 1, limits: limits))
        members = try Role.allCases.map { role in
            let tokenizer = try ByteVocabulary.tokenizer(pair: "ab")
            let hello = Hello(
                name: role.rawValue, role: role, incarnation: 1, processID: 1, host: "", model: "bytes",
                modelDigest: "bytes", vocabulary: tokenizer.vocabularyDigest, vocabularySize: tokenizer.vocabularySize,
                promptTemplate: "plain", contextLength: 4_096, slots: slots, threads: 1)
            return Member(
                hello: hello,
                session: WorkerSession(
                    tokenizer: tokenizer,
                    prompts: PromptWriter(
                        template: .plain, system: "", message: "{problem}", marker: "{problem}"),
                    author: role == .draft ? .draft : .target),
                engine: ScriptedEngine(stepMs: stepMs))
        }
        tell(.started)
        for member in members { send(.hello(member.hello), from: member.peer) }
    }

    mutating func change(_ role: Role, _ body: (inout ScriptedEngine) -> Void) {
        for index in members.indices where members[index].hello.role == role { body(&members[index].engine) }
    }

    mutating func submit(problems: Int, _ settings: RunSettings) {
        let specs = (0..<problems).map { ProblemSpec(id: "p\($0)", text: "question \($0)", answer: "4") }
        let spec = RunSpec(
            id: RunID(String(repeating: "a", count: 32)), submissionKey: "key", name: "batch", settings: settings)
        tell(.runSubmitted(ClientToken(rawValue: 1), spec, specs))
    }

    /// Lets time pass until the run has ended, or so long.
    mutating func run(untilMs end: Int64) throws {
        while ended == nil, now < end { try advance(to: min(nextMs, end)) }
    }

    private var nextMs: Int64 {
        var next = [wakeMs, underWay.map(\.atMs).min()].compactMap(\.self)
        for member in members where !member.hasEnded {
            next.append(member.nextBeatMs)
            if !member.engine.running.isEmpty, !member.engine.isStuck {
                next.append(member.engine.stepBeganMs + member.engine.stepMs)
            }
        }
        return max(now, next.min() ?? now + 1_000)
    }

    private mutating func advance(to time: Int64) throws {
        now = time
        while let index = underWay.firstIndex(where: { $0.atMs <= now }) {
            let arrival = underWay.remove(at: index).what
            switch arrival {
            case .atCoordinator(let peer, let bytes): tell(Event(try WorkerMessage(decoding: bytes), from: peer))
            case .atWorker(let peer, let bytes):
                guard let worker = members.firstIndex(where: { $0.peer == peer }), !members[worker].hasEnded else {
                    continue
                }
                step(worker, .instructed(try WorkerInstruction(decoding: bytes)))
            }
        }
        for worker in members.indices where !members[worker].hasEnded {
            compute(worker)
            if members[worker].nextBeatMs <= now { beat(worker, nil) }
        }
        if let wake = wakeMs, wake <= now {
            wakeMs = nil
            tell(.timeReached)
        }
    }

    // MARK: Workers

    private mutating func step(_ worker: Int, _ event: WorkerSession.Event) {
        for effect in members[worker].session.step(event, now: moment) {
            switch effect {
            case .send(let message): send(message, from: members[worker].peer)
            case .write(let request): members[worker].engine.waiting.append(.write(request))
            case .score(let request): members[worker].engine.waiting.append(.score(request))
            case .beat(let through): beat(worker, through)
            case .greet: send(.hello(members[worker].hello), from: members[worker].peer)
            case .cancel(let order): cancel(order, at: worker)
            case .end: members[worker].hasEnded = true
            case .confirm, .release, .beatEvery, .log: break
            }
        }
        compute(worker)
    }

    private mutating func beat(_ worker: Int, _ through: OrderID?) {
        let member = members[worker]
        members[worker].nextBeatMs = now + Int64(limits.heartbeatIntervalMs)
        let inStep = member.engine.running.isEmpty ? 0 : UInt64(now - member.engine.stepBeganMs)
        let progress =
            member.engine.steps << 32 + (member.engine.showsProgress ? inStep : 0)
        send(
            .heartbeat(
                member.session.heartbeat(
                    member.engine.figures, progress: progress, residentBytes: 0, listedThrough: through)),
            from: member.peer)
    }

    /// Begins a step where there is work, ends one whose time is over.
    private mutating func compute(_ worker: Int) {
        let engine = members[worker].engine
        if engine.running.isEmpty, !engine.waiting.isEmpty {
            members[worker].engine.running = engine.waiting
            members[worker].engine.waiting = []
            members[worker].engine.stepBeganMs = now
        } else if !engine.running.isEmpty, !engine.isStuck, engine.stepBeganMs + engine.stepMs <= now {
            members[worker].engine.running = []
            members[worker].engine.steps += 1
            members[worker].engine.figures.active = engine.waiting.count
            for request in engine.running { step(worker, .engineAnswered(Self.outcome(of: request))) }
        }
    }

    private mutating func cancel(_ order: OrderID, at worker: Int) {
        members[worker].engine.waiting.removeAll { $0.order == order }
        members[worker].engine.running.removeAll { $0.order == order }
        step(worker, .engineAnswered(.failed(order, EngineFault(.cancelled, message: "cancelled"))))
    }

    /// Paths answer in their second block, whoever writes it.
    private static func outcome(of request: ScriptedEngine.Request) -> EngineAnswer {
        switch request {
        case .write(let request):
            let text = String(decoding: request.context.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
            let isSecond = text.contains("one, two")
            let tokens = isSecond ? answer.map { Int32($0) } : tokens
            return .written(
                request.order,
                WrittenTokens(
                    tokens: tokens, bytes: tokens.map { UInt8($0) }, finish: isSecond ? .answer : .length),
                queuedMs: 0)
        case .score(let request):
            return .scored(request.order, logProbabilities: request.block.map { _ in -0.5 }, queuedMs: 0)
        }
    }

    // MARK: The coordinator

    private var moment: Moment { Moment(monotonicMs: now, wallMs: 1_000_000 + now) }

    private mutating func send(_ message: WorkerMessage, from peer: PeerID) {
        underWay.append((now + 1, .atCoordinator(peer, message.encoded())))
    }

    private mutating func tell(_ event: Event) {
        for effect in coordinator.step(event, now: moment) {
            switch effect {
            case .send(let peer, let instruction): carry(instruction, to: peer)
            case .wake(let time): wakeMs = min(wakeMs ?? .max, time)
            case .log(let entry): logs.append(entry)
            case .record(let records):
                for case .runEnded(_, let state, _) in records { ended = state }
            case .reply, .drained: break
            }
        }
    }

    private mutating func carry(_ instruction: WorkerInstruction, to peer: PeerID) {
        if case .order(let order) = instruction, let worker = members.firstIndex(where: { $0.peer == peer }) {
            members[worker].orders.append(order.tag.order)
            if ordersToLose > 0 {
                ordersToLose -= 1
                return
            }
        }
        underWay.append((now + 1, .atWorker(peer, instruction.encoded())))
    }
}
