import Domain

/// Runs that make no progress: nothing of them was written, judged or ended for a while. A slow machine is not a dead
/// one, so nothing is done about it; but people are told, once, with the reason.
extension Coordinator {
    /// A record of the run was made.
    mutating func noteProgress(_ id: RunID) {
        guard let run = ledger.number(of: id), volatileRuns.isOpen(run), volatileRuns.noteProgress(run, nowMs: nowMs)
        else { return }
        log(.info, "run makes progress again", run: id)
    }

    /// When the first run that people have not been told of begins to count as silent.
    var firstSilence: Int64? {
        ledger.openRuns.filter { !volatileRuns[$0].isSilenceTold }
            .map { volatileRuns[$0].lastProgressMs + Int64(limits.noProgressMs) }.min()
    }

    /// Tells of runs that have become silent.
    mutating func noteSilences() {
        for run in ledger.openRuns where !volatileRuns[run].isSilenceTold && isSilent(run, now) {
            volatileRuns.noteSilenceTold(run)
            log(
                .warning, "run makes no progress", run: ledger.runs[run].spec.id,
                fields: [
                    .init("ms", nowMs - volatileRuns[run].lastProgressMs),
                    .init("reason", reasonsForSilence(run, now).joined(separator: "; ")),
                ])
        }
    }

    func isSilent(_ run: Int, _ now: Moment) -> Bool {
        now.monotonicMs - volatileRuns[run].lastProgressMs >= Int64(limits.noProgressMs)
    }

    /// Where the work of a run is that makes no progress.
    func reasonsForSilence(_ run: Int, _ now: Moment) -> [String] {
        var reasons = obstacles(run)
        var counts = WaitCounts()
        for problem in ledger.runs[run].problems.indices {
            for path in openPaths(run, problem) {
                for isAhead in [false, true] {
                    if let item = queue[WorkItemReference(path: path, isAhead: isAhead)] { counts.note(item) }
                }
            }
        }
        for (worker, orders) in counts.orders.sorted(by: { $0.key < $1.key }) {
            let quiet = seconds(now.monotonicMs - roster[worker].lastProgressMs)
            let state = roster[worker].state == .live ? "" : ", which is \(roster[worker].state.rawValue)"
            reasons.append(
                "\(orders) \(orders == 1 ? "order" : "orders") at \(roster[worker].hello.name)\(state), which last "
                    + "computed \(quiet) s ago")
        }
        if counts.backingOff > 0 {
            let setback = counts.setback.map { ", the last because \($0)" } ?? ""
            reasons.append("\(counts.backingOff) to be ordered again after a pause\(setback)")
        }
        if counts.queued > 0 { reasons.append("\(counts.queued) waiting for a worker") }
        return reasons
    }

    private func seconds(_ milliseconds: Int64) -> String {
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// Where the items of a run's open paths are.
private struct WaitCounts {
    /// By worker.
    var orders: [Int: Int] = [:]
    var backingOff = 0
    var queued = 0
    var setback: String?

    mutating func note(_ item: WorkItem) {
        switch item.place {
        case .ordered(let worker, _): orders[worker, default: 0] += 1
        case .backingOff:
            backingOff += 1
            setback = item.tries.setback ?? setback
        case .queued: queued += 1
        case .nowhere, .parked, .atBarrier: break
        }
    }
}
