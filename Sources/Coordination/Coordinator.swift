import Conformal
import Domain

/// The coordinator's brain: events in, effects out. No I/O, no clock, no randomness, no logging; the same events
/// give the same effects, byte for byte.
///
/// It routes between parts that own their state: the ledger, which is durable and the fold of the records that are
/// asked to be stored; and the others, which are of this life only and are rebuilt from what workers say.
public struct Coordinator: Sendable {
    /// What is fixed for this life.
    public var configuration: CoordinationConfiguration { fixed.configuration }
    private let fixed: Fixed

    var ledger = Ledger()
    var roster: Roster
    var queue: WorkQueue
    var speculation: Speculation
    var barrier = Barrier()
    var waits = VerdictWaits()
    var volatileRuns = VolatileRuns()
    var watches = StrategyWatches()
    var measuring = Measuring()
    var clock = StepClock()
    var outbox: Outbox
    var counters = CoordinatorStatus()
    private(set) var isDraining = false
    private var hasSaidDrained = false

    /// A coordinator that knows nothing yet: `restore`, then step with `Event.started`.
    public init(configuration: CoordinationConfiguration) {
        fixed = Fixed(configuration)
        let limits = configuration.limits
        roster = Roster(limits: limits)
        queue = WorkQueue(epoch: configuration.epoch, limits: limits)
        speculation = Speculation(limits: limits)
        outbox = Outbox(leastLogLevel: configuration.leastLogLevel)
        counters.epoch = configuration.epoch
        counters.processID = configuration.processID
    }

    var limits: Limits { _read { yield fixed.configuration.limits } }
    var now: Moment { clock.now }
    var nowMs: Int64 { clock.nowMs }

    /// Takes an event in and says what is to be done about it, in order. All records of a step are one effect that
    /// stands before all others, so they are one transaction and nothing is shown that is not on disk.
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
        case .probesArrived(let peer, let report): take(report, from: peer)
        case .workerLeft(let peer, let farewell): bidFarewell(peer, farewell)
        case .peerUnreachable(let peer, let undelivered): losePeer(peer, undelivered: undelivered)
        case .messageRefused(let peer, let reason): noteRefused(peer, reason)
        case .runSubmitted(let client, let spec, let problems): submit(spec, problems, for: client)
        case .runCancelled(let client, let name): cancel(name, for: client)
        case .runResumed(let client, let name, let allowsDrift): resume(name, allowsDrift: allowsDrift, for: client)
        case .measureRequested(let client, let request): measure(request, for: client)
        case .timeReached: break
        case .drainRequested: drain()
        }
        chooseStrategies()
        goOnMeasuring()
        dispatch()
        noteWaits()
        armWake()
        return takeEffects()
    }

    private mutating func begin(_ now: Moment) {
        let passed = clock.begin(now, intervalMs: Int64(limits.heartbeatIntervalMs))
        waits.pass(passed.sinceLastStepMs, roster)
        if let absentMs = passed.absentMs { forgiveAbsence(ofMs: absentMs) }
        if passed.isWakeDue {
            checkLeases()
            noteSilences()
        }
        queue.endPauses(nowMs: nowMs, roster)
    }

    private mutating func takeEffects() -> [Effect] {
        if isDraining, !hasSaidDrained, roster.orderCount == 0 {
            hasSaidDrained = true
            outbox.add(.drained)
        }
        return outbox.take()
    }

    private mutating func drain() {
        isDraining = true
        log(
            .info, "draining: what is in flight is finished, nothing new begins",
            fields: [.init("orders", roster.orderCount)])
    }

    // MARK: Records

    /// Feeds in what earlier lives recorded, in its order. To be followed by `Event.started`.
    ///
    /// - Parameter ended: runs that are over and of which no record is given, in the order in which they ended.
    /// - Throws: the first record that does not fit. The coordinator is then of no use.
    public mutating func restore(_ records: [Record], ended: [EndedRun] = []) throws(RestoreError) {
        for run in ended { ledger.remember(run) }
        for (index, record) in records.enumerated() {
            do throws(RecordError) {
                try ledger.apply(record)
            } catch {
                throw RestoreError(record: index, reason: error.reason)
            }
        }
    }

    /// Makes a record durable and its consequences true.
    mutating func commit(_ record: Record) {
        outbox.add(record)
        do throws(RecordError) {
            try ledger.apply(record)
        } catch {
            preconditionFailure("the coordinator made a record that it cannot apply: \(error.reason)")
        }
        noteProgress(record.run)
    }

    /// What is remembered of a run that is over; nil of others.
    public func endedRun(_ id: RunID) -> EndedRun? {
        guard var run = ledger.endedRun(id) else { return nil }
        if let pace = volatileRuns.finalPace(id) { run.status.pace = pace }
        return run
    }

    // MARK: What a step says

    mutating func log(
        _ level: LogEntry.Level, _ message: String, run: RunID? = nil, path: PathKey? = nil, round: Int? = nil,
        worker: String? = nil, fields: [LogEntry.Field] = []
    ) {
        outbox.log(LogEntry(level, message, run: run, path: path, round: round, worker: worker, fields: fields))
    }

    /// Says something to a worker, if it is there.
    mutating func tell(_ worker: Int, _ instruction: WorkerInstruction) {
        guard roster[worker].isPresent else { return }
        outbox.add(.send(roster[worker].peer, instruction))
    }
}

extension Coordinator {
    /// Behind a reference: what is large and never changes is not copied with the coordinator.
    private final class Fixed: Sendable {
        let configuration: CoordinationConfiguration

        init(_ configuration: CoordinationConfiguration) { self.configuration = configuration }
    }
}

/// The store's records cannot have been made by a coordinator in this order.
public struct RestoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Place of the record among those given, from 0.
    public let record: Int
    /// What does not fit.
    public let reason: String

    public var description: String {
        "record \(record) of the store does not fit those before it: \(reason); "
            + "the store was changed or damaged, restore it from a backup"
    }
}
