import Domain
import Testing

/// A slow machine is not a dead one: both halves of the protocol, the coordinator and the workers' sessions, with
/// engines whose steps outlast leases.
@Suite struct SlowStepTests {
    private static let lease = Int64(Limits.standard.heartbeatIntervalMs * Limits.standard.heartbeatsMissed)

    private func settings(runAhead: Int) -> RunSettings {
        var settings = RunSettings()
        settings.paths = 2
        settings.rounds = 3
        settings.rejectionRate = 0.5
        settings.runAhead = runAhead
        settings.vote = .all
        return settings
    }

    private func warnings(_ cluster: VirtualCluster) -> [String] {
        cluster.logs.filter { $0.level >= .warning }.map(\.message)
    }

    /// Nothing is lost, nothing is ordered twice, and nobody is told that anything was wrong but that it takes long.
    @Test(arguments: [2, 10, 60], [0, 2])
    func aStepMayOutlastLeases(leases: Int64, runAhead: Int) throws {
        var cluster = try VirtualCluster(stepMs: leases * Self.lease)
        cluster.submit(problems: 2, settings(runAhead: runAhead))
        try cluster.run(untilMs: 100 * leases * Self.lease)
        #expect(cluster.ended == .finished)
        #expect(warnings(cluster).allSatisfy { $0 == "run makes no progress" })
        let status = cluster.coordinator.status(now: Moment(monotonicMs: cluster.now, wallMs: 0))
        #expect(status.coordinator.staleReplies == 0)
        let attempts = cluster.logs.filter { $0.message == "order sent" }
            .flatMap { $0.fields.filter { $0.name == "attempt" }.map(\.value) }
        #expect(!attempts.isEmpty && attempts.allSatisfy { $0 == "1" })
    }

    /// An order that never arrived is found by the worker's word, also while its engine is within a long step.
    @Test(arguments: [1, 3, 5]) func aLostOrderIsSentAgain(count: Int) throws {
        var cluster = try VirtualCluster(stepMs: 10 * Self.lease)
        cluster.ordersToLose = count
        cluster.submit(problems: 2, settings(runAhead: 0))
        try cluster.run(untilMs: 3_600_000)
        #expect(cluster.ended == .finished)
        #expect(warnings(cluster).count { $0 == "order lost on the way" } == count)
    }

    /// A worker whose engine computes nothing for the stall limit is told to end, however well its session listens.
    @Test func aStuckEngineIsFound() throws {
        var cluster = try VirtualCluster(stepMs: Self.lease)
        cluster.change(.target) { $0.isStuck = true; $0.showsProgress = false }
        cluster.submit(problems: 1, settings(runAhead: 0))
        try cluster.run(untilMs: 400_000)
        #expect(cluster.ended == nil)
        #expect(cluster.members.first { $0.hello.role == .target }?.hasEnded == true)
        let lost = try #require(cluster.logs.first { $0.message == "worker lost" })
        #expect(lost.worker == "target")
        #expect(lost.fields.contains { $0.name == "reason" && $0.value.contains("stall_ms is 120000") })
        // The run says why it stands still, once.
        #expect(warnings(cluster).count { $0 == "run makes no progress" } == 1)
        let run = cluster.coordinator.status(now: Moment(monotonicMs: cluster.now, wallMs: 0)).runs[0]
        #expect(run.waitingFor.contains("no target worker"))
        #expect(run.silentMs ?? 0 > 120_000)
    }
}
