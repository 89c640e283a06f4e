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
            { $0.wireHeartbeatTimeoutMs = 1 },
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
}
