import Domain

/// Time: which workers are still believed, and when to look again.
extension Coordinator {
    /// Takes the work from workers that were not heard of, or that made no progress with what they have.
    mutating func checkLeases() {
        for worker in roster.indices where roster[worker].isPresent {
            let silentMs = nowMs - roster[worker].lastHeardMs
            let stalledMs = nowMs - roster[worker].lastProgressMs
            if silentMs >= roster.leaseMs(worker) {
                let rule = "heartbeats_missed is \(limits.heartbeatsMissed)"
                lose(worker, .lost, reason: "no heartbeat for \(silentMs) ms (\(rule))", isDeath: true)
            } else if !roster[worker].orders.isEmpty, stalledMs >= Int64(limits.stallMs) {
                tell(worker, .shutDown(reason: "stalled"))
                let rule = "stall_ms is \(limits.stallMs)"
                lose(worker, .lost, reason: "stalled: no progress for \(stalledMs) ms (\(rule))", isDeath: true)
                roster[worker].retire()
            }
        }
    }

    /// If this process itself stood still, no worker is to blame for not having been heard: all get what was lost.
    mutating func forgiveAbsence(ofMs absentMs: Int64) {
        roster.forgiveAbsence(ofMs: absentMs, nowMs: nowMs)
        volatileRuns.forgiveAbsence(ofMs: absentMs, ledger.openRuns)
        log(.warning, "this process stood still; all leases begin anew", fields: [.init("ms", absentMs)])
    }

    /// Asks to be woken when the first lease or pause can end, or a run's silence begins to count, and once an interval
    /// at least while workers are there, so that a wake that comes late tells that we stood still.
    mutating func armWake() {
        let pauseEndsMs = queue.firstPauseEndsMs
        guard clock.mayNeedWake(pauseEndsMs: pauseEndsMs) else { return }
        let lookMs = roster.firstLeaseEndsMs.map { min($0, nowMs + Int64(limits.heartbeatIntervalMs)) }
        let next = [pauseEndsMs, lookMs ?? firstSilence].compactMap(\.self).min()
        guard let next, clock.arm(next, isForSilence: lookMs == nil) else { return }
        outbox.add(.wake(atMonotonicMs: next))
    }
}
