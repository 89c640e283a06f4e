import Domain
import Testing

@Suite struct LimitsTests {
    @Test func theStandardOnesAgree() throws {
        _ = try Limits.standard.checked()
    }

    @Test func contradictionsAreNamed() {
        let contradictions: [(inout Limits) -> Void] = [
            { $0.framesPerMessage = 1 },
            { $0.submissionPartBytes = $0.frameBytes },
            { $0.retryMaximumMs = $0.retryMs - 1 },
            { $0.drainMaximumMs = $0.drainMs - 1 },
            { $0.returnsPerPiece = 0 },
            { $0.heartbeatsMissed = 0 },
            { $0.stallMs = $0.heartbeatIntervalMs * $0.heartbeatsMissed },
            { $0.reconnectMaximumMs = $0.reconnectMs - 1 },
            { $0.deathsPerPath = 0 },
            { $0.lineBytes = $0.batchBytes + 1 },
        ]
        for contradict in contradictions {
            var limits = Limits.standard
            contradict(&limits)
            #expect(throws: LimitsError.self) { _ = try limits.checked() }
        }
    }

    /// A message names the key, its value, what it contradicts and what would do; doing that is enough.
    @Test func aContradictionSaysWhatWouldDo() throws {
        var limits = Limits.standard
        limits.stallMs = 3_000
        let error = try #require(throws: LimitsError.self) { _ = try limits.checked() }
        #expect(
            error.description == "limits contradict each other: stall_ms is 3000, and a stall must be longer than "
                + "a loss, which is heartbeat_interval_ms (1000) x heartbeats_missed (3) = 3000; set stall_ms to 3001 "
                + "or more")
        limits.stallMs = error.least
        _ = try limits.checked()
    }
}
