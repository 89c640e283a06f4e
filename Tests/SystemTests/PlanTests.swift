import Domain
import Foundation
import Testing

extension RealProcesses {
    /// `a1 plan` with real processes, and what `strategy: auto` makes of it.
    @Suite(.serialized) struct PlanTests {
        private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path

        private struct Plan: Decodable {
            struct Strategy: Decodable {
                var name: String
                var isExact: Bool
                var seconds: Double
                var tokensWritten: Int
                var tokensRead: Int
                var speedUp: Double
            }

            var problems: Int
            var strategies: [Strategy]
            var auto: String
        }

        private func cluster(_ workers: [(String, Role)]) throws -> TestCluster {
            let cluster = try TestCluster(configuration: smallConfiguration(workers: workers))
            try cluster.startCoordinator()
            for (name, _) in workers { try cluster.startWorker(name) }
            _ = try cluster.awaitStatus { $0.workers.count { $0.state == .live } == workers.count }
            return cluster
        }

        @Test func aPlanIsMadeKeptAndUsed() throws {
            let cluster = try cluster([("draft-0", .draft), ("target-0", .target)])
            // Nothing is known of texts yet.
            let unknown = try cluster.a1("plan", "--takeover", "coupled", "--json")
            #expect(unknown.code == 64 && unknown.err.contains("name a batch"))
            let flags = ["--takeover", "coupled", "-r", "0.4", "--paths", "2", "--json"]
            let made = try cluster.a1(["plan", Self.batch] + flags)
            try #require(made.code == 0, "\(made.err)")
            let plan = try JSONDecoder().decode(Plan.self, from: Data(made.out.utf8))
            #expect(plan.strategies.first?.name == "target" && plan.strategies.first?.speedUp == 1)
            #expect(plan.strategies.allSatisfy { $0.seconds > 0 })
            let exact = try #require(plan.strategies.first { $0.name.hasPrefix("exact") })
            #expect(exact.isExact && exact.tokensRead > exact.tokensWritten)
            #expect([plan.strategies[0].name, exact.name].contains(plan.auto))
            // The same once more runs nothing: the sample is the only run there is.
            let again = try cluster.a1(["plan"] + flags)
            #expect(again.code == 0 && !again.err.contains("measuring") && !again.err.contains("looking"))
            #expect(try cluster.awaitStatus { !$0.runs.isEmpty }.runs.map(\.name) == ["a1 plan"])
            let run = try cluster.submit(
                Self.batch, ["--strategy", "auto", "--takeover", "coupled", "-r", "0.4", "--paths", "2"])
            #expect(try cluster.a1("watch", run).code == 0)
            let choice = try #require(try cluster.results(run).summary.strategyChoices.first)
            #expect(choice.reason == .forecast && choice.targetTokensPerSecond ?? 0 > 0)
            let shown = try cluster.a1("results", run)
            #expect(shown.out.contains("tokens/s foretold, got"))
        }

        @Test func whatCannotBePlannedIsRefused() throws {
            let cluster = try cluster([("draft-0", .draft)])
            let noTarget = try cluster.a1("plan", Self.batch, "--takeover", "coupled")
            #expect(noTarget.code == 69 && noTarget.err.contains("no target worker"))
            let empty = FileManager.default.temporaryDirectory.appending(path: "a1-empty-\(UUID()).jsonl")
            try Data().write(to: empty)
            defer { try? FileManager.default.removeItem(at: empty) }
            let nothing = try cluster.a1("plan", empty.path, "--takeover", "coupled")
            #expect(nothing.code == 65 && nothing.err.contains("the batch is empty"))
        }
    }
}
