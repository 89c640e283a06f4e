/// How long a process that was asked to end waits for work in flight: as long as the work makes progress, so that a
/// slow machine is not taken for a stuck one; some time without progress; and never longer than a bound.
public struct DrainDeadline: Sendable, Hashable {
    private let patienceMs: Int64
    private let latestMs: Int64
    private var progressMs: Int64
    private var progress: UInt64?

    /// - Parameter beganMs: monotonic milliseconds, when the process was asked to end.
    public init(_ limits: Limits, beganMs: Int64) {
        patienceMs = Int64(limits.drainMs)
        latestMs = beganMs + Int64(limits.drainMaximumMs)
        progressMs = beganMs
    }

    /// When the waiting ends, as far as is known.
    public var endsMs: Int64 { min(progressMs + patienceMs, latestMs) }

    /// Takes a look at a number that changes as long as the work goes on.
    public mutating func note(progress: UInt64, nowMs: Int64) {
        if let last = self.progress, last != progress { progressMs = nowMs }
        self.progress = progress
    }
}
