import Coordination
import Domain
import Wire

/// The coordinator's side: its shell, its disk, its clients.
extension FaultSimulation {
    /// Where a step of the coordinator may be cut off.
    private enum Crash {
        /// So much was sent to workers, then the disk refused the transaction: nothing else of the step is left.
        case beforeCommit(sent: Int)
        /// Committed; of what was to be said to clients, so much was.
        case afterCommit(said: Int)
    }

    mutating func step(_ event: Event) {
        let effects = coordinator.step(event, now: moment)
        for count in coordinator.miscounts { complain("miscounted: \(count)") }
        let crash = drawCrash(effects)
        var sent = 0
        for case .send(let peer, let instruction) in effects {
            if case .beforeCommit(let most) = crash, sent >= most { break }
            sent += 1
            send(instruction, to: peer)
        }
        if case .beforeCommit = crash {
            crashCoordinator("disk")
            return
        }
        var said = 0
        for effect in effects {
            if case .afterCommit(let most) = crash, said >= most, !effect.isRecord { break }
            if !effect.isRecord { said += 1 }
            carryOut(effect)
        }
        if crash != nil { crashCoordinator("coordinator") }
    }

    private mutating func drawCrash(_ effects: [Effect]) -> Crash? {
        guard areFaultsOn, !effects.isEmpty, numbers.oneIn(250) else { return nil }
        let count = numbers.below(effects.count + 1)
        return numbers.oneIn(3) ? .beforeCommit(sent: count) : .afterCommit(said: count)
    }

    private mutating func carryOut(_ effect: Effect) {
        switch effect {
        case .record(let new):
            records += new
            for record in new { checkScore(of: record) }
            audit.read(new)
            note("\(new)".utf8)
        // What it is about stands in the records by now.
        case .send(_, .order(let order)) where !order.isRunAhead:
            expectedTexts[order.tag.order] = audit.standingText(order.tag.path)
        case .send(_, .confirm(let confirmed)): expectedTexts[confirmed] = nil
        case .send: break
        case .wake(let time): schedule(.wake(epoch: epoch), at: max(time, now))
        case .reply(let client, let reply): hear(reply, client)
        case .log, .drained: break
        }
    }

    /// Every verdict comes of a score of its own.
    private mutating func checkScore(of record: Record) {
        guard case .verdictReached(let verdict) = record else { return }
        let block = ScoredBlock(path: verdict.path, segment: verdict.segment)
        if unusedScores.remove(block) == nil {
            complain("\(verdict.path): a verdict on segment \(verdict.segment), of which no score has come")
        }
    }

    private mutating func send(_ instruction: WorkerInstruction, to peer: PeerID) {
        let bytes = instruction.encoded()
        note(bytes)
        var order: OrderID?
        if case .order(let sent) = instruction {
            order = sent.tag.order
            orderedPaths[sent.tag.order] = sent.tag.path
            if case .score(let task) = sent.work {
                blocksToScore[order!] = ScoredBlock(path: sent.tag.path, segment: task.block.id)
            }
        }
        if case .shutDown = instruction, let worker = processes.firstIndex(where: { $0.peer == peer }),
            !processes[worker].engine.isStuck
        {
            complain("\(processes[worker].name) is ended as stalled, and its engine computes whatever it is asked to")
        }
        guard let worker = processes.firstIndex(where: { $0.peer == peer && $0.isAlive }),
            links[worker].isCutUntilMs <= now
        else {
            // Sometimes the socket knows, sometimes the message is simply gone.
            if numbers.oneIn(2) { schedule(.unreachable(peer, order), after: 1) }
            return
        }
        if links[worker].losesNext {
            links[worker].losesNext = false
            loseOneWay(worker)
            return
        }
        let arrives = max(now + delayMs(), links[worker].toWorkerMs)
        links[worker].toWorkerMs = arrives
        schedule(
            .atWorker(
                worker, incarnation: processes[worker].incarnation, link: links[worker].generation, bytes: bytes),
            at: arrives)
    }

    /// Mostly a millisecond or two; sometimes a slow link.
    mutating func delayMs() -> Int64 {
        areFaultsOn && numbers.oneIn(30) ? numbers.between(50...800) : numbers.between(1...3)
    }

    mutating func arriveAtCoordinator(_ peer: PeerID, _ link: UInt64, _ bytes: [UInt8]) {
        // Of a link that was cut it is lost; what a process that has died had sent may still come.
        if let worker = processes.firstIndex(where: { $0.peer == peer }), links[worker].generation != link { return }
        guard isCoordinatorUp else {
            // The worker's socket keeps it until the coordinator listens again.
            schedule(.atCoordinator(peer: peer, link: link, bytes: bytes), after: 200)
            return
        }
        note(bytes)
        let message: WorkerMessage
        do {
            message = try WorkerMessage(decoding: bytes)
        } catch {
            complain("a worker's message cannot be read: \(error)")
            return
        }
        if case .scored(let report) = message, let block = blocksToScore[report.tag.order] {
            unusedScores.insert(block)
        }
        step(Event(message, from: peer))
    }

    // MARK: Its lives

    mutating func crashCoordinator(_ kind: String) {
        faults[kind, default: 0] += 1
        isCoordinatorUp = false
        schedule(.coordinatorStarts, after: numbers.between(100...4_000))
    }

    mutating func startCoordinator() {
        epoch += 1
        isCoordinatorUp = true
        coordinator = restored(byRows: numbers.oneIn(2)) ?? coordinator
        step(.started)
    }

    mutating func restored(byRows: Bool) -> Coordinator? {
        var restored = Coordinator(configuration: CoordinationConfiguration(epoch: epoch, limits: limits))
        let old = coordinator
        let ended = byRows ? audit.endedInOrder.compactMap { old.endedRun($0) } : []
        let known = Set(ended.map(\.status.run))
        do throws(RestoreError) {
            try restored.restore(records.filter { !known.contains($0.run) }, ended: ended)
        } catch {
            complain("the store cannot be restored: \(error)")
            return nil
        }
        return restored
    }

    /// The state is the fold of the records, by whichever way it is restored.
    mutating func checkRestored() {
        guard isCoordinatorUp else { return }
        for byRows in [false, true] {
            guard let restored = restored(byRows: byRows) else { return }
            if restored.durableDescription != coordinator.durableDescription {
                complain("the state that is restored is another")
            }
        }
    }

    // MARK: Its clients

    /// Asks for every run that was not acknowledged, and again until it is: the key makes it one run.
    mutating func ask() {
        for (index, submission) in submissions.enumerated() where !submission.isAccepted && isCoordinatorUp {
            step(.runSubmitted(ClientToken(rawValue: UInt64(index)), submission.spec, submission.problems))
        }
        if submissions.contains(where: { !$0.isAccepted }) { schedule(.clientAsks, after: 1_000) }
    }

    private mutating func hear(_ reply: ClientReply, _ client: ClientToken) {
        switch reply {
        case .accepted: submissions[Int(client.rawValue)].isAccepted = true
        // Asked again: draft workers may be away for a while.
        case .refused(let refusal)
        where refusal.code == .conflict && submissions[Int(client.rawValue)].spec.settings.strategy == .auto: break
        case .refused(let refusal): complain("a submission is refused: \(refusal)")
        case .cancelled, .resumed, .measured: break
        }
    }
}

extension Effect {
    fileprivate var isRecord: Bool {
        if case .record = self { true } else { false }
    }
}
