import Domain
import Wire
import WorkerCore

/// The workers' side: their shells around the real session.
extension FaultSimulation {
    mutating func workerStarts(_ worker: Int) {
        reconnect(worker)
        send(.hello(processes[worker].hello), from: worker)
        schedule(
            .beat(worker, incarnation: processes[worker].incarnation), after: Int64(limits.heartbeatIntervalMs))
    }

    /// A new connection: what was under way on the old one is lost.
    mutating func reconnect(_ worker: Int) {
        links[worker].generation += 1
        links[worker].isCutUntilMs = 0
    }

    private mutating func send(_ message: WorkerMessage, from worker: Int) {
        // What is sent while the link is cut waits in the worker's socket.
        let leaves = max(now, links[worker].isCutUntilMs)
        let arrives = max(leaves + delayMs(), links[worker].toCoordinatorMs)
        links[worker].toCoordinatorMs = arrives
        let bytes = garbled(message, from: worker).encoded()
        let copies = processes[worker].repeats ? 2 : 1
        processes[worker].repeats = false
        for _ in 0..<copies {
            schedule(
                .atCoordinator(peer: processes[worker].peer, link: links[worker].generation, bytes: bytes),
                at: arrives)
        }
    }

    /// A score that is no number, if the worker talks nonsense.
    private mutating func garbled(_ message: WorkerMessage, from worker: Int) -> WorkerMessage {
        guard processes[worker].nonsense, case .scored(let report) = message else { return message }
        processes[worker].nonsense = false
        return .scored(
            ScoreReport(
                tag: report.tag, logProbabilities: report.logProbabilities.map { _ in .nan },
                tokenBytes: report.tokenBytes, timing: report.timing))
    }

    /// Whether the process of this start is there; puts the event off while it pauses.
    private mutating func isThere(_ worker: Int, _ incarnation: UInt64, _ what: Happening) -> Bool {
        guard processes[worker].isAlive, processes[worker].incarnation == incarnation else { return false }
        guard processes[worker].pausedUntilMs <= now else {
            schedule(what, at: processes[worker].pausedUntilMs)
            return false
        }
        return true
    }

    mutating func arriveAtWorker(_ worker: Int, _ incarnation: UInt64, _ link: UInt64, _ bytes: [UInt8]) {
        guard link == links[worker].generation,
            isThere(worker, incarnation, .atWorker(worker, incarnation: incarnation, link: link, bytes: bytes))
        else { return }
        do {
            step(worker, .instructed(try WorkerInstruction(decoding: bytes)))
        } catch {
            complain("the coordinator's message cannot be read: \(error)")
        }
    }

    mutating func beatIfDue(_ worker: Int, _ incarnation: UInt64) {
        guard isThere(worker, incarnation, .beat(worker, incarnation: incarnation)) else { return }
        beat(worker, nil)
        schedule(.beat(worker, incarnation: incarnation), after: Int64(limits.heartbeatIntervalMs))
    }

    private mutating func beat(_ worker: Int, _ through: OrderID?) {
        send(.heartbeat(processes[worker].heartbeat(nowMs: now, listedThrough: through)), from: worker)
    }

    mutating func step(_ worker: Int, _ event: WorkerSession.Event) {
        for effect in processes[worker].step(event, now: moment) {
            switch effect {
            case .send(let message): send(message, from: worker)
            case .write(let request):
                check(request.order, request.context, at: worker)
                processes[worker].engine.submit(.write(request))
            case .score(let request):
                check(request.order, request.context, at: worker)
                processes[worker].engine.submit(.score(request))
            case .cancel(let order):
                let answer = processes[worker].engine.cancel(order)
                step(worker, .engineAnswered(answer))
            case .beat(let through): beat(worker, through)
            case .greet: send(.hello(processes[worker].hello), from: worker)
            case .end(let ending, let reason):
                let fault = ending == .drained ? nil : reason
                send(
                    .goodbye(Farewell(name: processes[worker].name, role: processes[worker].role, reason: fault)),
                    from: worker)
                endProcess(worker)
                return
            case .confirm, .release, .beatEvery, .log: break
            }
        }
        beginStep(worker)
    }

    /// Keepers start processes again.
    mutating func endProcess(_ worker: Int) {
        processes[worker].isAlive = false
        schedule(.workerStarts(worker), after: numbers.between(1_000...3_000))
    }

    mutating func endDrain(_ worker: Int, _ incarnation: UInt64) {
        guard isThere(worker, incarnation, .drainMayEnd(worker, incarnation: incarnation)),
            var drain = processes[worker].drain
        else { return }
        drain.note(progress: processes[worker].engine.progress(nowMs: now), nowMs: now)
        processes[worker].drain = drain
        if now >= drain.endsMs {
            step(worker, .drainEnded)
        } else {
            schedule(.drainMayEnd(worker, incarnation: incarnation), at: drain.endsMs)
        }
    }

    // MARK: Steps

    private mutating func beginStep(_ worker: Int) {
        guard processes[worker].isAlive, processes[worker].engine.begin(nowMs: now) else { return }
        let engine = processes[worker].engine
        let step = Scenario.Step(role: engine.role, reads: engine.running.contains(where: \.reads), nowMs: now)
        var lasts = scenario.stepMs?(step) ?? numbers.between(20...400)
        if areFaultsOn, numbers.oneIn(60) {
            // Longer than a lease, and than the stall limit.
            lasts = numbers.between(4_000...40_000)
            faults["slow step", default: 0] += 1
        }
        schedule(
            .stepEnds(
                worker, incarnation: processes[worker].incarnation, step: processes[worker].engine.steps), after: lasts)
    }

    mutating func endStep(_ worker: Int, _ incarnation: UInt64, _ number: UInt64) {
        guard isThere(worker, incarnation, .stepEnds(worker, incarnation: incarnation, step: number)),
            processes[worker].engine.steps == number, !processes[worker].engine.isStuck
        else { return }
        if let poison = scenario.poison, processes[worker].engine.running.contains(where: { request in
            orderedPaths[request.order] == poison
        }) {
            kill(worker)
            return
        }
        for answer in processes[worker].engine.end() where processes[worker].isAlive {
            step(worker, .engineAnswered(answer))
        }
        beginStep(worker)
    }

    /// The context of an order is the path's standing text, in whichever pieces and ids it came.
    private mutating func check(_ order: OrderID, _ context: [Int32], at worker: Int) {
        guard let expected = expectedTexts[order] else { return }
        let tokenizer = processes[worker].session.tokenizer
        let text = context.flatMap { tokenizer.bytes(of: $0) }
        if !text.suffix(expected.count).elementsEqual(expected) {
            complain(
                "order \(order) at \(processes[worker].name) finds \(String(decoding: text, as: UTF8.self)), which "
                    + "does not end with \(String(decoding: expected, as: UTF8.self))")
        }
    }
}
