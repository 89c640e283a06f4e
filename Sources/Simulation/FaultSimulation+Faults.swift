import Domain

/// What goes wrong, and when.
extension FaultSimulation {
    mutating func goWrong() {
        guard areFaultsOn else {
            calm()
            return
        }
        schedule(.fault, after: numbers.between(50...1_500))
        let worker = numbers.below(processes.count)
        guard processes[worker].isAlive else { return }
        switch numbers.below(18) {
        case 0..<2: kill(worker)
        case 2..<4: pause(worker)
        case 4..<6: cut(worker)
        case 6: drain(worker)
        case 7: freeze(worker)
        case 8:
            if isCoordinatorUp { crashCoordinator("coordinator") }
        case 9: talkNonsense(worker)
        case 10: repeatMessage(worker)
        case 11, 12: loseNext(worker)
        case _: loseOneWay(worker)
        }
    }

    private mutating func count(_ kind: String) { faults[kind, default: 0] += 1 }

    /// SIGKILL: without a word.
    mutating func kill(_ worker: Int) {
        count("kill")
        reconnect(worker)
        endProcess(worker)
    }

    mutating func killDrafts() {
        for worker in processes.indices where processes[worker].role == .draft {
            reconnect(worker)
            processes[worker].isAlive = false
            schedule(.workerStarts(worker), at: scenario.withoutDraftsMs?.upperBound ?? now)
        }
    }

    /// SIGSTOP, and SIGCONT after a while.
    private mutating func pause(_ worker: Int) {
        count("pause")
        processes[worker].pausedUntilMs = now + numbers.between(100...15_000)
    }

    /// The link is gone for a while, with what was under way on it.
    private mutating func cut(_ worker: Int) {
        count("cut")
        links[worker].generation += 1
        links[worker].isCutUntilMs = now + numbers.between(50...8_000)
    }

    /// What is under way to the worker is lost, and the connection is new at once: nobody notices.
    mutating func loseOneWay(_ worker: Int) {
        count("lost messages")
        links[worker].generation += 1
    }

    /// The next message to the worker is lost, and nobody notices.
    private mutating func loseNext(_ worker: Int) {
        count("lost message")
        links[worker].losesNext = true
    }

    /// SIGTERM.
    private mutating func drain(_ worker: Int) {
        guard processes[worker].drain == nil else { return }
        count("drain")
        let deadline = DrainDeadline(limits, beganMs: now)
        processes[worker].drain = deadline
        schedule(
            .drainMayEnd(worker, incarnation: processes[worker].incarnation), at: deadline.endsMs)
        step(worker, .drainRequested)
    }

    /// The engine computes nothing any more; the session listens and speaks.
    private mutating func freeze(_ worker: Int) {
        count("stuck engine")
        processes[worker].engine.isStuck = true
    }

    /// The next score that it sends is none.
    private mutating func talkNonsense(_ worker: Int) {
        count("nonsense")
        processes[worker].nonsense = true
    }

    /// The next message that it sends comes twice.
    private mutating func repeatMessage(_ worker: Int) {
        count("repeated message")
        processes[worker].repeats = true
    }

    /// Nothing goes wrong any more.
    private mutating func calm() {
        for worker in processes.indices {
            processes[worker].pausedUntilMs = min(processes[worker].pausedUntilMs, now)
            links[worker].isCutUntilMs = min(links[worker].isCutUntilMs, now)
        }
    }
}
