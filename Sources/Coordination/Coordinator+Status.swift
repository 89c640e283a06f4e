import Domain

/// What people may ask.
extension Coordinator {
    /// The cluster at a glance. Changes nothing.
    public func status(now: Moment) -> ClusterStatus {
        var coordinator = counters
        coordinator.upMs = startedMs.map { now.monotonicMs - $0 } ?? 0
        let ended = endedOrder.suffix(limits.endedRunsShown).compactMap { endedRuns[$0]?.status }
        return ClusterStatus(
            coordinator: coordinator,
            workers: workers.map { workerStatus($0, now: now) }.sorted { $0.name < $1.name },
            runs: ended + openRuns.map { openRunStatus($0, now: now) })
    }

    private func workerStatus(_ worker: Worker, now: Moment) -> WorkerStatus {
        WorkerStatus(
            name: worker.hello.name, role: worker.hello.role, state: worker.state, reason: worker.reason,
            model: worker.hello.model, modelDigest: worker.hello.modelDigest, host: worker.hello.host,
            processID: worker.hello.processID, slots: worker.hello.slots, threads: worker.hello.threads,
            orders: worker.orders.count, restarts: worker.restarts, heartbeat: worker.heartbeat,
            silentMs: now.monotonicMs - worker.lastHeardMs)
    }

    /// A number that changes as long as the workers compute what they have been ordered.
    public var workersProgress: UInt64 {
        workers.reduce(0) { $1.orders.isEmpty ? $0 : $0 &+ $1.heartbeat.progress &+ UInt64($1.orders.count) }
    }

    private func openRunStatus(_ number: Int, now: Moment) -> RunStatus {
        let run = runs[number]
        guard isSilent(run, now) else { return runStatus(run, waitingFor: waits(run), now: now) }
        let silentMs = now.monotonicMs - run.lastProgressMs
        var status = runStatus(
            run, waitingFor: ["no progress for \(silentMs / 1_000) s"] + reasonsForSilence(number, now), now: now)
        status.silentMs = silentMs
        return status
    }

    /// Why the run does not go on, if it does not.
    func waits(_ run: Run) -> [String] {
        missingRoles(run) + run.modelFaults.map { "\($0) (a1 resume can allow it)" }
    }

    /// `no draft worker`, for each role that the run needs and nobody fills.
    private func missingRoles(_ run: Run) -> [String] {
        run.policy.rolesNeeded
            .filter { role in !workers.contains { $0.state == .live && $0.hello.role == role } }
            .map { "no \($0.rawValue) worker" }
    }

    func runStatus(_ run: Run, waitingFor: [String], now: Moment) -> RunStatus {
        let paths = run.spec.settings.paths
        var stages: [String: Int] = [:]
        for name in Self.stageNames { stages[name] = 0 }
        for problem in run.problems {
            switch problem.phase {
            case .waiting: stages["queued-draft", default: 0] += paths
            case .open:
                for path in problem.paths {
                    guard let name = stageName(path) else { continue }
                    stages[name, default: 0] += 1
                }
            case .ended: break
            }
        }
        let counts = run.counts
        var status = RunStatus(
            run: run.spec.id, name: run.spec.name, state: .open, problems: run.problems.count,
            problemsEnded: counts.problemsEnded, paths: run.problems.count * paths, pathsEnded: counts.pathsEnded,
            verdicts: counts.verdicts, takeovers: counts.takeovers,
            rejectionRate: run.spec.settings.rejectionRate,
            tokens: counts.tokens, pathsByStage: stages, driftAlarms: run.driftRecords.count,
            driftAfterProblems: run.driftRecords.first?.problems,
            waitingFor: waitingFor,
            submittedWallMs: run.submittedWallMs, endedWallMs: nil)
        status.votes = counts.votes
        status.problemsJudged = counts.problemsJudged
        status.problemsRight = counts.problemsRight
        status.pace = run.firstOrderMs.map { first in
            RunPace(
                elapsedMs: now.monotonicMs - first, pathsEnded: counts.pathsEnded - run.countsBefore.pathsEnded,
                tokens: counts.tokens.total - run.countsBefore.tokens.total)
        }
        return status
    }

    private static let stageNames = [
        "queued-draft", "drafting", "at-barrier", "queued-score", "scoring", "queued-takeover", "taking-over",
    ]

    private func stageName(_ path: OpenPath) -> String? {
        if path.desk.due.place == .atBarrier { return "at-barrier" }
        let isOut = path.desk.due.order != nil
        return switch path.path.state.stage {
        case .draft: isOut ? "drafting" : "queued-draft"
        case .score: isOut ? "scoring" : "queued-score"
        case .takeOver: isOut ? "taking-over" : "queued-takeover"
        case nil: nil
        }
    }

    // MARK: Where the workers' time went

    /// Remembers where each worker's times stand as the run begins in this life.
    mutating func markTimes(_ run: Int) {
        for worker in workers.indices where workers[worker].firstMeasuredMs != nil {
            var times = timesNow(worker)
            // Without orders it has computed nothing since it was measured.
            if workers[worker].orders.isEmpty { times.measuredMs = now.monotonicMs }
            runs[run].timesBefore[worker] = times
        }
    }

    private func timesNow(_ worker: Int) -> WorkerTimes {
        var times = workers[worker].times
        times.verdictWaitMs = workers[worker].verdictWaitMs
        times.readMs = now.monotonicMs
        return times
    }

    /// What each worker did between its heartbeats nearest to the run's beginning and end, and what was in vain.
    func measures(_ run: Int) -> RunMeasures {
        let shares = workers.indices.compactMap { share(of: $0, in: run) }
        return RunMeasures(
            workers: shares.sorted { $0.worker < $1.worker }, discardedTokens: runs[run].discardedTokens)
    }

    private func share(of index: Int, in run: Int) -> WorkerShare? {
        let worker = workers[index]
        guard let first = worker.firstMeasuredMs else { return nil }
        let before = runs[run].timesBefore[index] ?? WorkerTimes(measuredMs: first, readMs: first)
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
