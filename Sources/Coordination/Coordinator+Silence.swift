import Domain

/// Runs that make no progress: nothing of them was written, judged or ended for a while. A slow machine is not a dead
/// one, so nothing is done about it; but people are told, once, with the reason.
extension Coordinator {
    /// A record of the run was made.
    mutating func noteProgress(_ id: RunID) {
        guard let run = runNumbers[id] else { return }
        runs[run].lastProgressMs = now.monotonicMs
        guard runs[run].isSilenceTold else { return }
        runs[run].isSilenceTold = false
        log(.info, "run makes progress again", run: id)
    }

    /// When the first run that people have not been told of begins to count as silent.
    var firstSilence: Int64? {
        openRuns.filter { !runs[$0].isSilenceTold }.map { runs[$0].lastProgressMs + Int64(limits.noProgressMs) }.min()
    }

    /// Tells of runs that have become silent.
    mutating func noteSilences() {
        for run in openRuns where !runs[run].isSilenceTold && isSilent(runs[run], now) {
            runs[run].isSilenceTold = true
            log(
                .warning, "run makes no progress", run: runs[run].spec.id,
                fields: [
                    .init("ms", now.monotonicMs - runs[run].lastProgressMs),
                    .init("reason", reasonsForSilence(run, now).joined(separator: "; ")),
                ])
        }
    }

    func isSilent(_ run: Run, _ now: Moment) -> Bool {
        run.isOpen && now.monotonicMs - run.lastProgressMs >= Int64(limits.noProgressMs)
    }

    /// Where the work of a run is that makes no progress.
    func reasonsForSilence(_ number: Int, _ now: Moment) -> [String] {
        let run = runs[number]
        var reasons = waits(run)
        var counts = WaitCounts()
        for problem in run.problems where problem.phase == .open {
            for path in problem.paths { counts.note(path.desk) }
        }
        for (worker, orders) in counts.orders.sorted(by: { $0.key < $1.key }) {
            let quiet = seconds(now.monotonicMs - workers[worker].lastProgressMs)
            let state = workers[worker].state == .live ? "" : ", which is \(workers[worker].state.rawValue)"
            reasons.append(
                "\(orders) \(orders == 1 ? "order" : "orders") at \(workers[worker].hello.name)\(state), which last "
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

/// Where the pieces of a run's open paths are.
private struct WaitCounts {
    /// By worker.
    var orders: [Int: Int] = [:]
    var backingOff = 0
    var queued = 0
    var setback: String?

    mutating func note(_ desk: Desk) {
        note(desk.due)
        if let ahead = desk.ahead { note(ahead.piece) }
    }

    private mutating func note(_ piece: Piece) {
        switch piece.place {
        case .ordered(let order): orders[order.worker, default: 0] += 1
        case .backingOff:
            backingOff += 1
            setback = piece.tries.setback ?? setback
        case .queued: queued += 1
        case .nowhere, .parked, .atBarrier: break
        }
    }
}
