import Coordination
import Domain
import Logging
import Logs
import RunStore
import Runtime
import Transport
import Wire

/// Steps the core and carries its effects out: everything that arrived together is decided together, recorded in one
/// transaction, and only then sent.
struct CoordinatorLoop {
    private let options: CoordinatorOptions
    private let store: RunStore
    private let transport: Transport
    private let desk: QueryDesk
    private let log: Logger
    private let epoch: UInt64
    private let startedMs = Clocks.monotonicMs
    private var core: Coordinator
    private var submissions: Submissions
    private var clients = ClientTokens()
    private var effects: [Effect] = []
    private var wakeMs: Int64?
    private var isDrained = false
    private var stops = 0
    private var refusedMessages = 0

    init(
        options: CoordinatorOptions, store: RunStore, transport: Transport, desk: QueryDesk, log: Logger
    ) throws(CoordinatorError) {
        self.options = options
        self.store = store
        self.transport = transport
        self.desk = desk
        self.log = log
        submissions = Submissions(limits: options.limits)
        do {
            epoch = try store.nextEpoch()
            core = Coordinator(configuration: CoordinationConfiguration(
                    epoch: epoch, limits: options.limits, processID: ProcessFacts.processID,
                    leastLogLevel: log.leastEntryLevel))
            let found = try store.recover()
            try core.restore(found.records, ended: found.ended)
            try store.append([], ended: Self.endedRuns(in: found.records, core))
            log.notice(
                "the store is open",
                metadata: [
                    "epoch": .stringConvertible(epoch), "records": .stringConvertible(found.records.count),
                    "ended_runs": .stringConvertible(found.ended.count),
                    "ms": .stringConvertible(Clocks.monotonicMs - startedMs),
                ])
        } catch {
            throw CoordinatorError(.dataError, "\(error)")
        }
    }

    // MARK: The loop

    mutating func run(_ inbox: Inbox<CoordinatorService.Input>) throws(CoordinatorError) {
        step(.started)
        try carryOut()
        var drain: DrainDeadline?
        while true {
            let inputs = inbox.take(until: [wakeMs, drain?.endsMs].compactMap(\.self).min())
            for input in inputs { take(input) }
            if let wake = wakeMs, Clocks.monotonicMs >= wake {
                wakeMs = nil
                step(.timeReached)
            }
            try carryOut()
            if stops > 0, drain == nil { drain = DrainDeadline(options.limits, beganMs: Clocks.monotonicMs) }
            drain?.note(progress: core.workersProgress, nowMs: Clocks.monotonicMs)
            let isOverdue = drain.map { Clocks.monotonicMs >= $0.endsMs } ?? false
            if isDrained || stops > 1 || isOverdue { break }
        }
    }

    private mutating func step(_ event: Event) {
        effects += core.step(event, now: Clocks.now)
    }

    /// What workers are told first, then the records, all of them in one transaction, then everything else in order.
    /// Workers compute while the disk writes (decision 30).
    private mutating func carryOut() throws(CoordinatorError) {
        let batch = effects
        effects = []
        for case .send(let peer, let instruction) in batch {
            transport.send(socket: CoordinatorService.workerSocket, to: peer, instruction.encoded())
        }
        var records: [Record] = []
        for case .record(let some) in batch { records += some }
        if !records.isEmpty {
            do {
                try store.append(records, ended: Self.endedRuns(in: records, core))
            } catch {
                // What is not on disk must not be acted on: the process ends, and the next life begins from the disk.
                log.critical("the store refuses a record", metadata: ["reason": "\(error)"])
                throw CoordinatorError(.ioError, "the store refuses a record: \(error)")
            }
        }
        for effect in batch {
            switch effect {
            case .record, .send: break
            case .reply(let token, let reply): self.reply(token, reply)
            case .wake(let atMs): wakeMs = min(wakeMs ?? .max, atMs)
            case .log(let entry): log.write(entry)
            case .drained: isDrained = true
            }
        }
    }

    /// What is to be kept of the runs that are over with these records.
    private static func endedRuns(in records: [Record], _ core: Coordinator) -> [EndedRun] {
        records.compactMap { if case .runEnded(let run, _, _) = $0 { core.endedRun(run) } else { nil } }
    }

    // MARK: What comes in

    private mutating func take(_ input: CoordinatorService.Input) {
        switch input {
        case .stop: stop()
        case .worker(let peer, .success(let message)): step(Event(message, from: peer))
        case .worker(let peer, .failure(let error)):
            refusedMessages += 1
            step(.messageRefused(peer, reason: "\(error)"))
        case .transport(.received(_, let peer, let body)): heardClient(peer, body)
        case .transport(.refused(CoordinatorService.workerSocket, let peer, let reason)):
            refusedMessages += 1
            step(.messageRefused(peer, reason: reason))
        case .transport(.refused(_, let peer, let reason)): refuseClient(peer, reason)
        case .transport(.undeliverable(CoordinatorService.workerSocket, let peer, let reason)):
            log.debug("a message could not be delivered", metadata: ["peer": "\(peer)", "reason": "\(reason)"])
            step(.peerUnreachable(peer, undelivered: nil))
        case .transport(.undeliverable(_, let peer, let reason)):
            // A client that went away; what it submitted stands.
            log.debug("an answer could not be delivered", metadata: ["peer": "\(peer)", "reason": "\(reason)"])
        }
    }

    private mutating func heardClient(_ peer: PeerID, _ body: [UInt8]) {
        let envelope: ClientEnvelope<ClientRequest>
        do {
            envelope = try ClientEnvelope(decoding: body)
        } catch {
            refuseClient(peer, "\(error)")
            return
        }
        switch envelope.body {
        case .submit(let part): submit(part, peer, envelope.id)
        case .status: answer(peer, envelope.id, .status(status()))
        case .results(let run, let first, let count, let blocks):
            desk.ask(
                ResultsQuestion(
                    peer: peer, id: envelope.id, run: run, firstProblem: first, problemCount: count, blocks: blocks))
        case .measure(let request): step(.measureRequested(clients.token(peer, envelope.id), request))
        case .cancel(let run): step(.runCancelled(clients.token(peer, envelope.id), run: run))
        case .resume(let run, let allowsDrift):
            step(.runResumed(clients.token(peer, envelope.id), run: run, allowsDrift: allowsDrift))
        }
    }

    private mutating func submit(_ part: SubmissionPart, _ peer: PeerID, _ id: UInt64) {
        switch submissions.take(part, from: peer, nowMs: Clocks.monotonicMs) {
        case .wantsMore: answer(peer, id, .partTaken)
        case .refused(let refusal): answer(peer, id, .refused(refusal))
        case .complete(let spec, let problems): step(.runSubmitted(clients.token(peer, id), spec, problems))
        }
    }

    private mutating func stop() {
        stops += 1
        if stops == 1 {
            log.notice("asked to end; work in flight comes home first")
            step(.drainRequested)
        }
    }

    private func status() -> ClusterStatus {
        core.status(now: Clocks.now)
    }

    // MARK: What goes out to clients

    private mutating func reply(_ token: ClientToken, _ reply: ClientReply) {
        guard let (peer, id) = clients.take(token) else { return }
        switch reply {
        case .accepted(let run, let alreadyKnown): answer(peer, id, .accepted(run: run, alreadyKnown: alreadyKnown))
        case .cancelled(let run, let state): answer(peer, id, .cancelled(run: run, state: state))
        case .resumed(let run, let drift): answer(peer, id, .resumed(run: run, drift: drift))
        case .measured(let workers): answer(peer, id, .measured(workers))
        case .refused(let refusal): answer(peer, id, .refused(refusal))
        }
    }

    private mutating func refuseClient(_ peer: PeerID, _ reason: String) {
        refusedMessages += 1
        log.warning("a client's message was refused", metadata: ["peer": "\(peer)", "reason": "\(reason)"])
        answer(peer, 0, .refused(ClientRefusal(code: .invalid, message: reason)))
    }

    private func answer(_ peer: PeerID, _ id: UInt64, _ answer: ClientAnswer) {
        transport.send(
            socket: CoordinatorService.clientSocket, to: peer, ClientEnvelope(id: id, body: answer).encoded())
    }
}

/// Which client waits for which answer of the core.
struct ClientTokens {
    private var waiting: [ClientToken: (PeerID, UInt64)] = [:]
    private var next: UInt64 = 0

    mutating func token(_ peer: PeerID, _ id: UInt64) -> ClientToken {
        next += 1
        let token = ClientToken(rawValue: next)
        waiting[token] = (peer, id)
        return token
    }

    mutating func take(_ token: ClientToken) -> (PeerID, UInt64)? {
        waiting.removeValue(forKey: token)
    }
}
