import Conformal
import Domain

/// The coordinator's brain: events in, effects out. No I/O, no clock, no randomness, no logging; the same events
/// give the same effects, byte for byte.
///
/// Its durable state - runs, problems, paths, banks - is the fold of the records it asks to be stored: a record is
/// the only thing that changes it, whether it has just been made (`commit`) or comes back from the store (`restore`).
/// Everything else - orders, queues, workers, leases - is of this life only and is rebuilt from what workers say.
public struct Coordinator: Sendable {
    /// What is fixed for this life.
    public let configuration: CoordinationConfiguration

    /// By the number that `PathReference.run` means; what ended keeps its place and nothing else.
    var runs: [Run] = []
    var runNumbers: [RunID: Int] = [:]
    /// Open runs in order of submission.
    var openRuns: [Int] = []
    var endedRuns: [RunID: EndedRun] = [:]
    /// In the order in which they ended.
    var endedOrder: [RunID] = []
    /// Every submission key ever seen.
    var submissions: [String: RunID] = [:]

    var workers: [Worker] = []
    /// Indices of the workers of each role, ascending: dispatch asks often.
    var workersOfRole = RolePair<[Int]>([])
    var workerNumbers: [String: Int] = [:]
    var peers: [PeerID: Int] = [:]

    /// Pieces that were held by workers that died: one at a time, each at a worker that has nothing else.
    var suspects = RolePair(ReadyQueue())
    /// Pieces that came back undone and wait until they may be ordered again, by that time.
    var backingOff = ReadyQueue()
    /// Pieces in queues that do not run ahead, by the role they wait for; and those that do.
    var queuedPieces = RolePair(0)
    var queuedAhead = 0
    /// Paths that have had an order and are not over, and how many there may be with the workers of this moment.
    var begunPaths = 0
    var begunBound = 0

    var orderSequence: UInt64 = 0
    var ticketSequence: UInt64 = 0
    var arrivalSequence = 0

    var now = Moment(monotonicMs: 0, wallMs: 0)
    var startedMs: Int64?
    var lastStepMs: Int64?
    /// The wake that was asked for and has not come.
    var dueWakeMs: Int64?
    /// Whether it was asked for while no worker was there: one that comes needs an earlier one.
    var isWakeForSilence = false
    var isDraining = false
    var hasSaidDrained = false
    var counters = CoordinatorStatus()

    /// Of the step under way.
    var newRecords: [Record] = []
    var newEffects: [Effect] = []

    /// A coordinator that knows nothing yet: `restore`, then step with `Event.started`.
    public init(configuration: CoordinationConfiguration) {
        self.configuration = configuration
        counters.epoch = configuration.epoch
        counters.processID = configuration.processID
    }

    var limits: Limits { configuration.limits }

    /// Takes an event in and says what is to be done about it, in order. All records of a step are one effect that
    /// stands before all others, so they are one transaction and nothing is said that is not on disk.
    ///
    /// - Parameter now: never earlier than in the step before.
    public mutating func step(_ event: Event, now: Moment) -> [Effect] {
        begin(now)
        switch event {
        case .started: start()
        case .workerGreeted(let peer, let hello): greet(peer, hello)
        case .heartbeatArrived(let peer, let heartbeat): note(heartbeat, from: peer)
        case .blockArrived(let peer, let report): take(report, from: peer)
        case .scoreArrived(let peer, let report): take(report, from: peer)
        case .orderFailed(let peer, let report): take(report, from: peer)
        case .orderWithdrawn(let peer, let report): take(report, from: peer)
        case .workerLeft(let peer, let farewell): bidFarewell(peer, farewell)
        case .peerUnreachable(let peer, let undelivered): losePeer(peer, undelivered: undelivered)
        case .messageRefused(let peer, let reason): noteRefused(peer, reason)
        case .runSubmitted(let client, let spec, let problems): submit(spec, problems, for: client)
        case .runCancelled(let client, let name): cancel(name, for: client)
        case .runResumed(let client, let name, let allowsDrift): resume(name, allowsDrift: allowsDrift, for: client)
        case .timeReached: break
        case .drainRequested: drain()
        }
        dispatch()
        armWake()
        return takeEffects()
    }

    /// An open path. Changes in place.
    subscript(reference: PathReference) -> OpenPath {
        get { runs[reference.run].problems[reference.problem].paths[reference.path] }
        _modify { yield &runs[reference.run].problems[reference.problem].paths[reference.path] }
    }

    /// A piece of an open path's work. Changes in place.
    subscript(piece reference: PieceReference) -> Piece {
        get { reference.isAhead ? self[reference.path].desk.ahead!.piece : self[reference.path].desk.due }
        _modify {
            if reference.isAhead {
                yield &self[reference.path].desk.ahead!.piece
            } else {
                yield &self[reference.path].desk.due
            }
        }
    }

    private mutating func begin(_ now: Moment) {
        countWaiting(until: now)
        self.now = now
        if startedMs == nil { startedMs = now.monotonicMs }
        forgiveOwnAbsence()
        lastStepMs = now.monotonicMs
        if let due = dueWakeMs, now.monotonicMs >= due {
            dueWakeMs = nil
            checkLeases()
            noteSilences()
        }
        endBackoffs()
    }

    private mutating func takeEffects() -> [Effect] {
        if isDraining, !hasSaidDrained, !workers.contains(where: { !$0.orders.isEmpty }) {
            hasSaidDrained = true
            newEffects.append(.drained)
        }
        defer {
            newRecords = []
            newEffects = []
        }
        return newRecords.isEmpty ? newEffects : [.record(newRecords)] + newEffects
    }

    private mutating func drain() {
        isDraining = true
        let orders = workers.reduce(0) { $0 + $1.orders.count }
        log(
            .info, "draining: what is in flight is finished, nothing new begins",
            fields: [.init("orders", orders)])
    }

    // MARK: What a step says

    mutating func log(
        _ level: LogEntry.Level, _ message: String, run: RunID? = nil, path: PathKey? = nil, round: Int? = nil,
        worker: String? = nil, fields: [LogEntry.Field] = []
    ) {
        guard level >= configuration.leastLogLevel else { return }
        newEffects.append(
            .log(LogEntry(level, message, run: run, path: path, round: round, worker: worker, fields: fields)))
    }

    /// Says something to a worker, if it is there.
    mutating func tell(_ worker: Int, _ instruction: WorkerInstruction) {
        guard workers[worker].isPresent else { return }
        newEffects.append(.send(workers[worker].peer, instruction))
    }

    /// The name of an open path.
    func key(_ reference: PathReference) -> PathKey {
        PathKey(run: runs[reference.run].spec.id, problem: reference.problem, path: reference.path)
    }

    /// The open path of this name; nil when there is none, whatever the numbers in it.
    func reference(_ key: PathKey) -> PathReference? {
        guard let number = runNumbers[key.run], runs[number].problems.indices.contains(key.problem),
            runs[number].problems[key.problem].paths.indices.contains(key.path)
        else { return nil }
        return PathReference(run: number, problem: key.problem, path: key.path)
    }
}
