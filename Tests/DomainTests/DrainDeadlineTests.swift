import Domain
import Testing

@Suite struct DrainDeadlineTests {
    private let limits: Limits = {
        var limits = Limits.standard
        limits.drainMs = 25_000
        limits.drainMaximumMs = 120_000
        return limits
    }()

    @Test func withoutProgressItEndsAfterItsPatience() {
        var drain = DrainDeadline(limits, beganMs: 1_000)
        #expect(drain.endsMs == 26_000)
        // The first look knows of no earlier one.
        drain.note(progress: 7, nowMs: 2_000)
        drain.note(progress: 7, nowMs: 20_000)
        #expect(drain.endsMs == 26_000)
    }

    @Test func progressPutsItOffUpToABound() {
        var drain = DrainDeadline(limits, beganMs: 1_000)
        drain.note(progress: 0, nowMs: 1_000)
        for second in Int64(1)...200 {
            drain.note(progress: UInt64(second), nowMs: 1_000 + second * 1_000)
            #expect(drain.endsMs == min(26_000 + second * 1_000, 121_000))
        }
    }
}
