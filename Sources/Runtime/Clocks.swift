import Domain
import Glibc

/// The only clocks of the project. Deadlines use the monotonic one, people's timestamps the wall clock.
public enum Clocks {
    /// Milliseconds that never jump: CLOCK_MONOTONIC, which stands still while the machine sleeps.
    public static var monotonicMs: Int64 { read(CLOCK_MONOTONIC) }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    public static var wallMs: Int64 { read(CLOCK_REALTIME) }

    public static var now: Moment { Moment(monotonicMs: monotonicMs, wallMs: wallMs) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
