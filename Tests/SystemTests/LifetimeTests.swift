import Domain
import Foundation
import Testing

/// Processes that come late, are told to go, or find another in their place.
extension RealProcesses {
    @Suite(.serialized) struct LifetimeTests {
    private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path
    private static let pair: [(name: String, role: Role)] = [("draft-0", .draft), ("target-0", .target)]

    @Test func aCoordinatorToldToGoBringsItsWorkHome() throws {
        let cluster = try TestCluster(configuration: smallConfiguration(workers: Self.pair))
        try cluster.startCoordinator()
        for worker in Self.pair { try cluster.startWorker(worker.name) }
        let run = try cluster.submit(Self.batch, "--paths", "8", "--set", "vote=all")
        _ = try cluster.awaitStatus { $0.runs.contains { $0.verdicts >= 20 } }
        #expect(try cluster.stop("coordinator") == 0)
        try cluster.startCoordinator()
        #expect(try cluster.a1("watch", run).code == 0)
        // What was in flight was finished, so nothing was ordered twice.
        let blocks = try cluster.results(run).problems.flatMap { $0.paths.flatMap(\.blocks) }
        #expect(blocks.allSatisfy { $0.attempt == 1 })

        // Nobody starts it again now, and a command says so.
        #expect(try cluster.stop("coordinator") == 0)
        let output = try cluster.a1("status")
        #expect(output.code == 69)
        #expect(output.err.contains("no coordinator is running"), "\(output.err)")
    }

    @Test func aWorkerToldToGoFinishesItsOrdersOrGivesThemBack() throws {
        let cluster = try TestCluster(
            configuration: smallConfiguration(workers: Self.pair + [("draft-1", .draft)]))
        try cluster.startCoordinator()
        for name in ["draft-0", "draft-1", "target-0"] { try cluster.startWorker(name) }
        let run = try cluster.submit(Self.batch, "--paths", "8", "--set", "vote=all")
        _ = try cluster.awaitStatus { $0.runs.contains { $0.verdicts >= 20 } }
        #expect(try cluster.stop("draft-0") == 0)
        let status = try cluster.status()
        #expect(status.workers.first { $0.name == "draft-0" }?.state == .gone)
        #expect(try cluster.a1("watch", run).code == 0)
        let results = try cluster.results(run)
        #expect(results.problems.allSatisfy { $0.isEnded })
        let paths = results.problems.flatMap(\.paths)
        #expect(paths.allSatisfy { Set($0.blocks.map(\.segment)).count == $0.blocks.count })
        #expect(paths.allSatisfy { $0.outcome != .quarantined && $0.outcome != .failed })
    }

    @Test func workersThatCameBeforeTheCoordinatorAreTakenIn() throws {
        let cluster = try TestCluster(configuration: smallConfiguration(workers: Self.pair))
        for worker in Self.pair { try cluster.startWorker(worker.name) }
        try cluster.startCoordinator()
        let run = try cluster.submit(Self.batch, "--limit", "2", "--paths", "2")
        #expect(try cluster.a1("watch", run).code == 0)
        #expect(try cluster.results(run).summary.state == .finished)
    }

    @Test func manySubmissionsWithOneKeyAreOneRun() throws {
        let cluster = try TestCluster(configuration: smallConfiguration(workers: Self.pair))
        try cluster.startCoordinator()
        let clients = try (0..<8).map { _ in
            try cluster.begin("submit", Self.batch, "--key", "k", "--paths", "2", "--json")
        }
        let answers = try clients.map { client in
            let data = try client.readToEnd()
            #expect(try client.wait() == 0)
            return try JSONDecoder().decode([String: String].self, from: data)
        }
        #expect(Set(answers).count == 1)
        try cluster.kill("coordinator")
        try cluster.startCoordinator()
        #expect(try cluster.submit(Self.batch, "--key", "k", "--paths", "2") == answers[0]["run"])
        #expect(try cluster.a1("submit", Self.batch, "--key", "k", "--paths", "3").code == 65)
        #expect(try cluster.status().runs.count == 1)
    }

    @Test func aClientThatGoesAwayChangesNothing() throws {
        let cluster = try TestCluster(configuration: smallConfiguration(workers: Self.pair))
        try cluster.startCoordinator()
        for worker in Self.pair { try cluster.startWorker(worker.name) }
        let client = try cluster.begin("submit", Self.batch, "--wait", "--paths", "4")
        let status = try cluster.awaitStatus { $0.runs.contains { $0.verdicts > 0 } }
        client.signal(SIGKILL)
        _ = try client.wait()
        let run = try #require(status.runs.first?.run.rawValue)
        #expect(try cluster.a1("watch", run).code == 0)
        #expect(try cluster.results(run).summary.state == .finished)
    }

    @Test func aPortInUseIsNamed() throws {
        let first = try TestCluster(
            configuration: """
                cluster: { name: first, client_endpoint: "tcp://127.0.0.1:0" }
                models: {}
                workers: []
                """)
        try first.startCoordinator()
        let announced = try Data(contentsOf: first.folder.appending(path: "endpoints.json"))
        let endpoint = try #require(try JSONDecoder().decode([String: String].self, from: announced)["clients"])
        let second = try TestCluster(
            configuration: """
                cluster: { name: second, client_endpoint: "\(endpoint)" }
                models: {}
                workers: []
                """)
        let output = try second.a1("coordinator", "--config", second.configuration.path)
        #expect(output.code == 69)
        #expect(output.err.contains(endpoint), "\(output.err)")
        #expect(try first.status().runs.isEmpty)
    }

    @Test func aLiveSocketIsLeftToItsOwner() throws {
        let first = try TestCluster(
            configuration: "cluster: { name: first }\nmodels: {}\nworkers: []\n")
        try first.startCoordinator()
        let socket = first.folder.appending(path: "workers.sock").path
        let second = try TestCluster(
            configuration: """
                cluster: { name: second, worker_endpoint: "ipc://\(socket)" }
                models: {}
                workers: []
                """)
        let output = try second.a1("coordinator", "--config", second.configuration.path)
        #expect(output.code == 69)
        let owner = try first.processID(of: "coordinator")
        #expect(output.err.contains("process \(owner)"), "\(output.err)")
    }
    }
}
