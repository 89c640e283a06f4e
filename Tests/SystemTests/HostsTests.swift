import Domain
import Foundation
import Glibc
import Testing

private let obstacle = Hosts.obstacle

/// A cluster over three machines: the coordinator, a draft worker and a target worker, each on its own.
extension RealProcesses {
    @Suite(.serialized, .enabled(if: obstacle == nil, "no machines can be made: \(obstacle ?? "")"))
    struct HostsTests {
        private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path
        private static let workers: [(name: String, role: Role)] = [("draft-0", .draft), ("target-0", .target)]

        /// Heartbeats at a fifth of their usual distance, so that a cut link is soon noticed.
        private static let cluster = """
            name: hosts
            worker_endpoint: tcp://0.0.0.0:5701
            connect_endpoint: tcp://10.0.0.1:5701
            allow_remote: true
            heartbeat_interval_ms: 200
            unacknowledged_ms: 600
            reconnect_maximum_ms: 500
            """

        private func threeHosts() throws -> TestCluster {
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: Self.workers, cluster: Self.cluster, slots: 4),
                hosts: Hosts(count: 3))
            try cluster.startCoordinator()
            try cluster.startWorker("draft-0", on: 1)
            try cluster.startWorker("target-0", on: 2)
            _ = try cluster.awaitStatus { $0.workers.count { $0.state == .live } == 2 }
            return cluster
        }

        /// The blocks of each path of a run under a frozen bank, whose verdicts depend on nothing but the path.
        private static func texts(
            _ cluster: TestCluster, limit: Int, during: (String) throws -> Void = { _ in }
        ) throws -> [[String]] {
            let made = try cluster.a1("calibrate", batch, "--bank", "first", "--paths", "2")
            try #require(made.code == 0, "\(made.err)")
            let run = try cluster.submit(
                batch, "--bank", "first", "--bank-mode", "frozen", "--paths", "6", "--seed", "7", "--limit",
                "\(limit)", "--set", "vote=all")
            try during(run)
            #expect(try cluster.a1("watch", run).code == 0)
            let results = try cluster.results(run)
            try checkInvariants(results, paths: 6)
            #expect(results.summary.takeovers > limit)
            return results.problems.flatMap { $0.paths.map { $0.blocks.map(\.text) } }
        }

        /// What one machine writes, made once.
        private static let onOneHost = Result {
            let cluster = try TestCluster(configuration: smallConfiguration(workers: workers))
            try cluster.startCoordinator()
            for worker in workers { try cluster.startWorker(worker.name) }
            return try texts(cluster, limit: 24)
        }

        @Test func aBatchGoesOverThreeHostsAndNothingIsLeftOfThem() throws {
            let cluster = try threeHosts()
            let run = try cluster.submit(Self.batch, "--limit", "4", "--paths", "4", "--set", "vote=all")
            #expect(try cluster.a1("watch", run).code == 0)
            let results = try cluster.results(run)
            try checkInvariants(results, paths: 4)
            #expect(Set(results.summary.busy.map(\.worker)) == ["draft-0", "target-0"])

            let hosts = try #require(cluster.hosts)
            #expect(hosts.keepers.allSatisfy { kill($0, 0) == 0 })
            hosts.end()
            #expect(hosts.keepers.allSatisfy { kill($0, 0) != 0 && errno == ESRCH })
            for name in ["coordinator", "draft-0", "target-0"] {
                #expect(try cluster.exitCode(of: name) == 128 + SIGKILL)
            }
        }

        @Test func linksThatAreCutAndMendedChangeNoBlock() throws {
            let cluster = try threeHosts()
            let hosts = try #require(cluster.hosts)
            let before = try cluster.status().workers.map(\.processID)
            let texts = try Self.texts(cluster, limit: 24) { run in
                // A worker's link, the other's, and the coordinator's, which takes away both.
                for (host, names) in [(1, ["draft-0"]), (2, ["target-0"]), (0, ["draft-0", "target-0"])] {
                    let verdicts = try #require(cluster.status().runs.first { $0.run.rawValue == run }).verdicts
                    _ = try cluster.awaitStatus {
                        $0.runs.contains {
                            $0.run.rawValue == run && ($0.verdicts > verdicts + 20 || $0.state != .open)
                        }
                    }
                    try hosts.cut(host)
                    let cut = try cluster.awaitStatus { status in
                        status.workers.filter { names.contains($0.name) }.allSatisfy { $0.state == .lost }
                    }
                    let isOpen = cut.runs.first { $0.run.rawValue == run }?.state == .open
                    try #require(isOpen, "the run ended before the link to host \(host) was cut")
                    try hosts.mend(host)
                    _ = try cluster.awaitStatus { $0.workers.allSatisfy { $0.state == .live } }
                }
            }
            #expect(try texts == Self.onOneHost.get())
            // It was the links that went, not the workers.
            #expect(try cluster.status().workers.map(\.processID) == before)
        }

        @Test(.enabled(if: Hosts.obstacleToSlowness == nil, "no link can be made slow: see tc-netem(8), tc-tbf(8)"))
        func slowLinksChangeNoBlock() throws {
            let cluster = try threeHosts()
            let hosts = try #require(cluster.hosts)
            for host in 0..<3 { try hosts.slow(host) }
            let texts = try Self.texts(cluster, limit: 4)
            #expect(try texts == Array(Self.onOneHost.get().prefix(texts.count)))
        }
    }
}
