import Domain

/// Time: which workers are still believed, and when to look again.
extension Coordinator {
    private var interval: Int64 { Int64(limits.heartbeatIntervalMs) }

    /// How long the worker may be silent.
    private func lease(of worker: Int) -> Int64 {
        workers[worker].leaseMs(
            intervalMs: interval, missed: limits.heartbeatsMissed, slowdown: limits.heartbeatSlowdown)
    }

    /// Takes the work from workers that were not heard of, or that made no progress with what they have.
    mutating func checkLeases() {
        for worker in workers.indices where workers[worker].isPresent {
            let silentMs = now.monotonicMs - workers[worker].lastHeardMs
            let stalledMs = now.monotonicMs - workers[worker].lastProgressMs
            if silentMs >= lease(of: worker) {
                let rule = "heartbeats_missed is \(limits.heartbeatsMissed)"
                lose(worker, .lost, reason: "no heartbeat for \(silentMs) ms (\(rule))", isDeath: true)
            } else if !workers[worker].orders.isEmpty, stalledMs >= Int64(limits.stallMs) {
                tell(worker, .shutDown(reason: "stalled"))
                let rule = "stall_ms is \(limits.stallMs)"
                lose(worker, .lost, reason: "stalled: no progress for \(stalledMs) ms (\(rule))", isDeath: true)
                // Should it come to itself again, it is not taken back: it shall start anew.
                workers[worker].retired.append(workers[worker].hello.incarnation)
            }
        }
    }

    /// If this process itself stood still, no worker is to blame for not having been heard: all get what was lost.
    /// It stood still if a wake it had asked for came a whole interval late.
    mutating func forgiveOwnAbsence() {
        guard let due = dueWakeMs, let last = lastStepMs, now.monotonicMs > due + interval else { return }
        let absentMs = now.monotonicMs - last
        for worker in workers.indices where workers[worker].isPresent {
            workers[worker].lastHeardMs = now.monotonicMs
            workers[worker].lastProgressMs += absentMs
        }
        for run in openRuns { runs[run].lastProgressMs += absentMs }
        log(
            .warning, "this process stood still; all leases begin anew", fields: [.init("ms", absentMs)])
    }

    /// Asks to be woken when the first lease or pause can end, or a run's silence begins to count, and once an interval
    /// at least while workers are there, so that a wake that comes late tells that we stood still.
    mutating func armWake() {
        let pauseEnds = firstBackingOff.map { Int64($0.first) }
        // A wake that is asked for is early enough: leases that it was not asked for end later.
        if let due = dueWakeMs, !isWakeForSilence, pauseEnds.map({ $0 >= due }) ?? true { return }
        var next = pauseEnds
        var isAlone = true
        // By index: to walk through the workers themselves copies each.
        for worker in workers.indices where workers[worker].isPresent {
            isAlone = false
            let ends = min(now.monotonicMs + interval, workers[worker].lastHeardMs + lease(of: worker))
            next = min(next ?? ends, ends)
        }
        if isAlone { next = [next, firstSilence].compactMap(\.self).min() }
        guard let next, next < dueWakeMs ?? .max else { return }
        isWakeForSilence = isAlone
        dueWakeMs = next
        newEffects.append(.wake(atMonotonicMs: next))
    }
}
