import Domain

/// Time: which workers are still believed, and when to look again.
extension Coordinator {
    private var interval: Int64 { Int64(limits.heartbeatIntervalMs) }
    var lease: Int64 { interval * Int64(limits.heartbeatsMissed) }

    /// Takes the work from workers that were not heard of, or that made no progress with what they have.
    mutating func checkLeases() {
        for worker in workers.indices where workers[worker].isPresent {
            let silentMs = now.monotonicMs - workers[worker].lastHeardMs
            let stalledMs = now.monotonicMs - workers[worker].lastProgressMs
            if silentMs >= lease {
                lose(worker, .lost, reason: "no heartbeat for \(silentMs) ms", isDeath: true)
            } else if !workers[worker].orders.isEmpty, stalledMs >= Int64(limits.stallMs) {
                tell(worker, .shutDown(reason: "stalled"))
                lose(worker, .lost, reason: "stalled: no progress for \(stalledMs) ms", isDeath: true)
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
        log(
            .warning, "this process stood still; all leases begin anew", fields: [.init("ms", "\(absentMs)")])
    }

    /// Asks to be woken when the first lease can end, and once an interval at least, so that a wake that comes late
    /// tells that we stood still.
    mutating func armWake() {
        // A wake that is asked for is early enough: leases that it was not asked for end later.
        guard dueWakeMs == nil else { return }
        var next: Int64?
        // By index: to walk through the workers themselves copies each.
        for worker in workers.indices where workers[worker].isPresent {
            let ends = min(now.monotonicMs + interval, workers[worker].lastHeardMs + lease)
            next = min(next ?? ends, ends)
        }
        guard let next else { return }
        dueWakeMs = next
        newEffects.append(.wake(atMonotonicMs: next))
    }
}
