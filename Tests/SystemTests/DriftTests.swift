import Domain
import Foundation
import Testing

/// A run keeps to the models that it was begun with.
extension RealProcesses {
    @Suite(.serialized) struct DriftTests {
    private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path

    @Test func anotherModelGetsNoWorkUntilSomeoneAllowsIt() throws {
        let cluster = try TestCluster(
            configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
        try cluster.startCoordinator()
        try cluster.startWorker("draft-0")
        try cluster.startWorker("target-0")
        let run = try cluster.submit(Self.batch, "--paths", "4", "--set", "vote=all")
        _ = try cluster.awaitStatus { $0.runs.contains { $0.verdicts >= 5 } }
        try cluster.kill("target-0")
        try cluster.kill("coordinator")

        // The small model takes the large one's place.
        let text = try String(contentsOf: cluster.configuration, encoding: .utf8)
        let other = text.replacing("role: target, model: small-target", with: "role: target, model: small-draft")
        try #require(other != text)
        try Data(other.utf8).write(to: cluster.configuration)
        try cluster.startCoordinator()
        try cluster.startWorker("target-0")
        let waiting = try cluster.awaitStatus { status in
            status.runs.contains { $0.waitingFor.contains { $0.contains("target-0 has another model") } }
        }
        let verdicts = try #require(waiting.runs.first?.verdicts)
        #expect(try cluster.a1("logs", "coordinator").out.contains("target-0 has another model than this run"))
        #expect(try cluster.a1("resume", run).code == 65)

        // Another run may use it, and does so while the first waits.
        let second = try cluster.submit(Self.batch, "--limit", "2", "--paths", "2")
        #expect(try cluster.a1("watch", second).code == 0)
        #expect(try cluster.results(second).summary.models.map(\.name) == ["small-draft", "small-draft"])
        #expect(try cluster.status().runs.first { $0.run.rawValue == run }?.verdicts == verdicts)

        let allowed = try cluster.a1("resume", run, "--allow-drift")
        #expect(allowed.code == 0, "\(allowed.err)")
        #expect(try cluster.a1("watch", run).code == 0)
        let models = try cluster.results(run).summary.models
        #expect(models.map(\.role) == [.draft, .target, .target])
        #expect(models.map(\.name) == ["small-draft", "small-target", "small-draft"])
        #expect(models.map(\.isDrift) == [false, false, true])
        #expect(models.allSatisfy { $0.digest.count == 64 })
        #expect(models[0].digest == models[2].digest)
        #expect(try cluster.a1("resume", run).code == 65, "the run is over")
    }
    }
}
