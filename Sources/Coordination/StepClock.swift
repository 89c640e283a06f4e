import Domain

/// The time of the step under way, and the wake that was asked for.
struct StepClock: Sendable {
    private(set) var now = Moment(monotonicMs: 0, wallMs: 0)
    private(set) var startedMs: Int64?
    private var lastStepMs: Int64?
    /// The wake that was asked for and has not come.
    private var dueWakeMs: Int64?
    /// Whether it was asked for while no worker was there: one that comes needs an earlier one.
    private var isWakeForSilence = false

    var nowMs: Int64 { now.monotonicMs }

    /// What a step finds when it begins.
    struct Passed: Sendable {
        /// Since the step before; 0 in the first.
        var sinceLastStepMs: Int64 = 0
        /// For how long this process stood still, if it did: a wake it had asked for came a whole interval late.
        var absentMs: Int64?
        /// Whether the wake has come.
        var isWakeDue = false
    }

    /// A step begins.
    mutating func begin(_ now: Moment, intervalMs: Int64) -> Passed {
        var passed = Passed()
        let nowMs = now.monotonicMs
        if let last = lastStepMs {
            passed.sinceLastStepMs = nowMs - last
            if let due = dueWakeMs, nowMs > due + intervalMs { passed.absentMs = nowMs - last }
        }
        if let due = dueWakeMs, nowMs >= due {
            dueWakeMs = nil
            passed.isWakeDue = true
        }
        self.now = now
        if startedMs == nil { startedMs = nowMs }
        lastStepMs = nowMs
        return passed
    }

    /// Whether a wake may be asked for: not while one is asked for that is early enough. Leases that it was not asked
    /// for end later.
    ///
    /// - Parameter pauseEndsMs: when the first work item may be ordered again.
    func mayNeedWake(pauseEndsMs: Int64?) -> Bool {
        guard let due = dueWakeMs, !isWakeForSilence else { return true }
        return pauseEndsMs.map { $0 < due } ?? false
    }

    /// Asks for a wake at this time unless one is asked for that comes earlier.
    ///
    /// - Parameter isForSilence: whether no worker is here whose lease could end.
    /// - Returns: whether it is to be asked for.
    mutating func arm(_ timeMs: Int64, isForSilence: Bool) -> Bool {
        guard timeMs < dueWakeMs ?? .max else { return false }
        isWakeForSilence = isForSilence
        dueWakeMs = timeMs
        return true
    }
}
