import Domain

/// What people may ask.
extension Coordinator {
    /// The cluster at a glance. Changes nothing.
    public func status(now: Moment) -> ClusterStatus {
        var coordinator = counters
        coordinator.upMs = clock.startedMs.map { now.monotonicMs - $0 } ?? 0
        let ended = ledger.endedOrder.suffix(limits.endedRunsShown).compactMap { endedRun($0)?.status }
        return ClusterStatus(
            coordinator: coordinator,
            workers: roster.indices.map { workerStatus($0, now: now) }.sorted { $0.name < $1.name },
            runs: ended + ledger.openRuns.map { openRunStatus($0, now: now) })
    }

    private func workerStatus(_ index: Int, now: Moment) -> WorkerStatus {
        let worker = roster[index]
        var status = WorkerStatus(
            name: worker.hello.name, role: worker.hello.role, state: worker.state, reason: worker.reason,
            model: worker.hello.model, modelDigest: worker.hello.modelDigest,
            kernels: worker.hello.kernels.isEmpty ? nil : worker.hello.kernels, host: worker.hello.host,
            processID: worker.hello.processID, slots: worker.hello.slots, threads: worker.hello.threads,
            orders: worker.orders.count, restarts: worker.restarts, heartbeat: worker.heartbeat,
            silentMs: now.monotonicMs - worker.lastHeardMs)
        status.proposesByLookup = worker.hello.proposesByLookup
        return status
    }

    /// A number that changes as long as the workers compute what they have been ordered.
    public var workersProgress: UInt64 {
        roster.indices.reduce(0) { sum, worker in
            let orders = roster[worker].orders.count
            return orders == 0 ? sum : sum &+ roster[worker].heartbeat.progress &+ UInt64(orders)
        }
    }

    private func openRunStatus(_ run: Int, now: Moment) -> RunStatus {
        var status = ledger.runs[run].status
        status.pathsByStage = pathsByStage(run)
        status.waitingFor = obstacles(run)
        // Not yet between `restore` and the first step.
        guard volatileRuns.isOpen(run) else { return status }
        status.pace = volatileRuns[run].pace(ledger.runs[run].counts, nowMs: now.monotonicMs)
        if isSilent(run, now) {
            let silentMs = now.monotonicMs - volatileRuns[run].lastProgressMs
            status.silentMs = silentMs
            status.waitingFor = ["no progress for \(silentMs / 1_000) s"] + reasonsForSilence(run, now)
        }
        return status
    }

    /// Why the run does not go on, if it does not.
    func obstacles(_ run: Int) -> [String] {
        let missing = ledger.runs[run].policy.rolesNeeded.filter { !roster.hasLive($0) }
        let faults = volatileRuns.isOpen(run) ? volatileRuns[run].modelFaults : []
        return missing.map { "no \($0.rawValue) worker" }
            + faults.map { Self.firmRules.contains($0) ? $0 : "\($0) (a1 resume can allow it)" }
    }

    private func pathsByStage(_ run: Int) -> [String: Int] {
        var stages: [String: Int] = [:]
        for name in Self.stageNames { stages[name] = 0 }
        for problem in ledger.runs[run].problems.indices {
            let phase = ledger.runs[run].problems[problem].phase
            if phase == .ended { continue }
            if phase == .waiting, !queue.isOpen(problem: problem, of: run) {
                stages["queued-draft", default: 0] += ledger.runs[run].problems[problem].policy.paths
            } else {
                for path in openPaths(run, problem) {
                    guard let name = stageName(path) else { continue }
                    stages[name, default: 0] += 1
                }
            }
        }
        return stages
    }

    private static let stageNames = [
        "queued-draft", "drafting", "at-barrier", "queued-score", "scoring", "queued-takeover", "taking-over",
    ]

    private func stageName(_ path: PathReference) -> String? {
        let due = queue[WorkItemReference(path: path)]
        if due?.place == .atBarrier { return "at-barrier" }
        let isOut = due?.order != nil
        return switch ledger[path].state.stage {
        case .draft: isOut ? "drafting" : "queued-draft"
        case .score: isOut ? "scoring" : "queued-score"
        case .takeOver: isOut ? "taking-over" : "queued-takeover"
        case nil: nil
        }
    }

    // MARK: Where the workers' time went

    /// Where each worker's times stand as a run begins in this life, by index.
    func workerTimes() -> [Int: WorkerTimes] {
        var all: [Int: WorkerTimes] = [:]
        for worker in roster.indices where roster[worker].firstMeasuredMs != nil {
            var times = timesNow(worker)
            // Without orders it has computed nothing since it was measured.
            if roster[worker].orders.isEmpty { times.measuredMs = nowMs }
            all[worker] = times
        }
        return all
    }

    private func timesNow(_ worker: Int) -> WorkerTimes {
        var times = roster[worker].times
        times.verdictWaitMs = waits.waitedMs(worker)
        times.readMs = nowMs
        return times
    }

    /// What each worker did between its heartbeats nearest to the run's beginning and end, and what was in vain.
    func measures(_ run: Int) -> RunMeasures {
        let shares = roster.indices.compactMap { share(of: $0, in: run) }
        return RunMeasures(
            workers: shares.sorted { $0.worker < $1.worker }, discardedTokens: speculation.discardedTokens(of: run))
    }

    private func share(of index: Int, in run: Int) -> WorkerShare? {
        let worker = roster[index]
        guard let first = worker.firstMeasuredMs else { return nil }
        let before = volatileRuns[run].timesBefore[index] ?? WorkerTimes(measuredMs: first, readMs: first)
        let after = timesNow(index)
        let elapsedMs = after.measuredMs - before.measuredMs
        guard elapsedMs > 0 else { return nil }
        func share(_ part: Int64, of whole: Int64) -> Double {
            whole > 0 ? min(max(Double(part) / Double(whole), 0), 1) : 0
        }
        let busy = share(after.computeMs - before.computeMs, of: elapsedMs)
        return WorkerShare(
            worker: worker.hello.name, role: worker.hello.role, busy: busy,
            memory: share(after.memoryMs - before.memoryMs, of: elapsedMs), sync: 1 - busy,
            verdictWait: share(after.verdictWaitMs - before.verdictWaitMs, of: after.readMs - before.readMs),
            peakBytes: worker.peakBytes)
    }
}
