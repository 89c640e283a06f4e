import Coordination
import Domain
import Tokenizers
import Wire
import WorkerCore

/// A cluster in virtual time, drawn from a seed: the real coordinator, the real sessions of workers, the bytes of the
/// real protocol; a network that delays, cuts and loses; a disk that refuses; processes that die, pause and come again.
/// What comes of it is read by an audit of its own. The same seed gives the same trace, byte for byte.
public struct FaultSimulation: Sendable {
    /// What came of a seed.
    public struct Report: Sendable, Hashable {
        public let seed: UInt64
        /// FNV-1a over everything that was said and recorded, in order.
        public let traceHash: UInt64
        /// What must not be; empty if all is well.
        public let complaints: [String]
        /// Virtual milliseconds until every run had ended.
        public let elapsedMs: Int64
        /// How many of each kind of fault were injected.
        public let faults: [String: Int]
        /// How many paths ended in each way.
        public let outcomes: [PathOutcome: Int]
    }

    enum Happening: Sendable {
        case atCoordinator(peer: PeerID, link: UInt64, bytes: [UInt8])
        case atWorker(Int, incarnation: UInt64, link: UInt64, bytes: [UInt8])
        case beat(Int, incarnation: UInt64)
        case stepEnds(Int, incarnation: UInt64, step: UInt64)
        case workerStarts(Int)
        case drainMayEnd(Int, incarnation: UInt64)
        case wake(epoch: UInt64)
        case unreachable(PeerID, OrderID?)
        case coordinatorStarts
        case clientAsks
        case draftsDie
        case fault
    }

    struct ScoredBlock: Sendable, Hashable {
        let path: PathKey
        let segment: SegmentID
    }

    /// A worker's connection. A message of an earlier one is lost.
    struct Link: Sendable {
        var generation: UInt64 = 0
        var isCutUntilMs: Int64 = 0
        /// The connection breaks, and is new at once, while the next message to the worker is under way.
        var losesNext = false
        /// Messages of one direction keep their order.
        var toCoordinatorMs: Int64 = 0
        var toWorkerMs: Int64 = 0
    }

    /// Faults stop after so long, so that what is left must come to its end.
    static let faultsEndMs: Int64 = 90_000
    /// Longer than every time-out, one after the other.
    static let latestMs: Int64 = 4 * 3_600_000

    let seed: UInt64
    let limits: Limits
    var numbers: SeededNumbers
    var now: Int64 = 0
    private var agenda: [(atMs: Int64, sequence: Int, what: Happening)] = []
    private var sequence = 0
    var coordinator: Coordinator
    var isCoordinatorUp = true
    var epoch: UInt64 = 1
    /// The store: what was recorded, in order.
    public internal(set) var records: [Record] = []
    public internal(set) var audit = RecordAudit()
    let scenario: Scenario
    var processes: [SimulatedProcess]
    var links: [Link]
    /// Runs that a client wants, and whether they were acknowledged.
    var submissions: [(spec: RunSpec, problems: [ProblemSpec], isAccepted: Bool)] = []
    /// The text that each order must find, by what was recorded when it was sent.
    var expectedTexts: [OrderID: [UInt8]] = [:]
    var orderedPaths: [OrderID: PathKey] = [:]
    /// The block that each order to score was about, and the blocks of which a score has come that no verdict used.
    var blocksToScore: [OrderID: ScoredBlock] = [:]
    var unusedScores: Set<ScoredBlock> = []
    var complaints: [String] = []
    var faults: [String: Int] = [:]
    private var traceHash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// - Throws: never; vocabularies of scripted models are well formed.
    public init(seed: UInt64, _ scenario: Scenario = Scenario()) throws(TokenizerError) {
        self.seed = seed
        self.scenario = scenario
        numbers = SeededNumbers(seed: seed)
        var limits = Limits.standard
        // Long, so that an order that nobody asks for any more is not found by this.
        limits.stallMs = 300_000
        self.limits = limits
        coordinator = Coordinator(configuration: CoordinationConfiguration(epoch: 1, limits: limits))
        var drawn: [Scenario.Submission] = []
        for number in 0..<(1 + numbers.below(2)) {
            drawn.append(
                Scenario.Submission(
                    Scenario.name(number), Scenario.settings(&numbers), problems: 2 + numbers.below(8)))
        }
        // Of numbers of their own, so that they change no other draw.
        var requests = SeededNumbers(seed: ~seed)
        if requests.oneIn(2) { for index in drawn.indices { drawn[index].addRequests(&requests) } }
        let wanted = scenario.submissions ?? drawn
        submissions = wanted.map { submission in
            var spec = submission.spec
            spec.forecast = scenario.forecast
            return (spec, submission.problems, false)
        }
        // Common random numbers need one vocabulary.
        let specs = wanted.map(\.spec) + scenario.records.compactMap(\.submitted)
        let isShared = specs.contains { $0.settings.takeover == .coupled }
        // The prompt has some ten tokens.
        let drawnContext = numbers.oneIn(4) ? 20 + numbers.below(60) : Int.max
        let draftContext = scenario.draftContext ?? drawnContext
        var processes: [SimulatedProcess] = []
        for (role, pair) in [(Role.draft, "ab"), (Role.target, isShared ? "ab" : "cd")] {
            let session = WorkerSession(
                tokenizer: try ByteVocabulary.tokenizer(pair: pair),
                prompts: PromptWriter(template: .plain, system: "", message: "{problem}", marker: "{problem}"),
                author: role == .draft ? .draft : .target, lookup: role == .draft ? scenario.lookup : nil)
            let count = 1 + numbers.below(3)
            for number in 0..<(scenario.workers ?? count) {
                processes.append(
                    SimulatedProcess(
                        name: "\(role.rawValue)-\(number)", role: role, slots: 1 + numbers.below(4),
                        contextLimit: role == .draft ? draftContext : .max, session: session))
            }
        }
        self.processes = processes
        links = processes.map { _ in Link() }
        records = scenario.records
        audit.read(records)
    }

    /// Whether the seed still draws faults.
    var areFaultsOn: Bool { scenario.hasFaults && now < Self.faultsEndMs }

    /// Lets time pass until every run has ended.
    public mutating func run() -> Report {
        if !records.isEmpty {
            epoch = 2
            coordinator = restored(byRows: false) ?? coordinator
        }
        step(.started)
        for worker in processes.indices { workerStarts(worker) }
        schedule(.clientAsks, after: 0)
        if scenario.hasFaults { schedule(.fault, after: 500) }
        if let gone = scenario.withoutDraftsMs { schedule(.draftsDie, after: gone.lowerBound) }
        while !isOver, now < Self.latestMs, complaints.isEmpty, let next = takeNext() {
            now = max(now, next.atMs)
            happen(next.what)
        }
        if !isOver, complaints.isEmpty { complain("runs are open at the end: \(whereTheyAre)") }
        checkRestored()
        checkReleased()
        return Report(
            seed: seed, traceHash: traceHash, complaints: complaints + audit.complaints, elapsedMs: now, faults: faults,
            outcomes: audit.outcomes.values.reduce(into: [:]) { $0[$1, default: 0] += 1 })
    }

    private var isOver: Bool { submissions.allSatisfy(\.isAccepted) && audit.openRuns == 0 }

    /// Why runs do not end, by the coordinator's own word.
    private var whereTheyAre: String {
        let status = coordinator.status(now: moment)
        let workers = status.workers.map { "\($0.name) \($0.state.rawValue) with \($0.orders) orders" }
        let runs = status.runs.filter { $0.state == .open }.map { run in
            let stages = run.pathsByStage.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            return "\(stages.map { "\($0.key) \($0.value)" }) \(run.waitingFor)"
        }
        return (workers + runs).joined(separator: "; ")
    }

    private mutating func happen(_ what: Happening) {
        switch what {
        case .atCoordinator(let peer, let link, let bytes): arriveAtCoordinator(peer, link, bytes)
        case .atWorker(let worker, let incarnation, let link, let bytes):
            arriveAtWorker(worker, incarnation, link, bytes)
        case .beat(let worker, let incarnation): beatIfDue(worker, incarnation)
        case .stepEnds(let worker, let incarnation, let step): endStep(worker, incarnation, step)
        case .draftsDie: killDrafts()
        case .workerStarts(let worker):
            processes[worker].start()
            workerStarts(worker)
        case .drainMayEnd(let worker, let incarnation): endDrain(worker, incarnation)
        case .wake(let epoch):
            if isCoordinatorUp, epoch == self.epoch { step(.timeReached) }
        case .unreachable(let peer, let order):
            if isCoordinatorUp { step(.peerUnreachable(peer, undelivered: order)) }
        case .coordinatorStarts: startCoordinator()
        case .clientAsks: ask()
        case .fault: goWrong()
        }
    }

    /// Lets every message arrive that is under way: workers then keep nothing of paths that have ended, unless a
    /// message was lost that said so.
    private mutating func checkReleased() {
        guard complaints.isEmpty, !scenario.hasFaults else { return }
        let end = now + 30_000
        while now < end, let next = takeNext() {
            now = max(now, next.atMs)
            happen(next.what)
        }
        for process in processes where process.isAlive && process.session.heldPaths > 0 {
            complain("\(process.name) holds the contexts of \(process.session.heldPaths) paths that have ended")
        }
    }

    // MARK: Time

    mutating func schedule(_ what: Happening, after milliseconds: Int64) { schedule(what, at: now + milliseconds) }

    mutating func schedule(_ what: Happening, at time: Int64) {
        sequence += 1
        let place = agenda.lastIndex { $0.atMs <= time }.map { $0 + 1 } ?? 0
        agenda.insert((time, sequence, what), at: place)
    }

    private mutating func takeNext() -> (atMs: Int64, sequence: Int, what: Happening)? {
        agenda.isEmpty ? nil : agenda.removeFirst()
    }

    var moment: Moment { Moment(monotonicMs: now, wallMs: 1_800_000_000_000 + now) }

    // MARK: What is noted

    mutating func complain(_ complaint: String) { complaints.append("\(now) ms: \(complaint)") }

    mutating func note(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { traceHash = (traceHash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}

extension Record {
    /// The run that it submits, if it does.
    fileprivate var submitted: RunSpec? {
        if case .runSubmitted(let spec, _, _) = self { spec } else { nil }
    }
}
