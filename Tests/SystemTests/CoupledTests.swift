import Domain
import Foundation
import Testing

extension RealProcesses {
    /// Exact takeovers with real processes: docs/strategies.md, Exact takeovers.
    @Suite(.serialized) struct CoupledTests {
        private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path

        /// Of each path, by problem and path.
        private static func texts(_ results: RunResults) -> [[String]] {
            results.problems.map { problem in
                problem.paths.map { path in
                    path.blocks.map { $0.stands ? $0.text : $0.keptText ?? "" }.joined()
                }
            }
        }

        private static let samplings: [[String]] = [
            ["--temperature", "0", "--after-mismatch", "write"],
            ["--temperature", "0.7", "--run-ahead", "0", "--boundary", "adaptive"],
            [
                "--temperature", "1.3", "--run-ahead", "3", "--boundary", "tokens", "--draft-tokens", "17",
                "--after-mismatch", "redraft",
            ],
            [
                "--temperature", "1", "--set", "draft_sampling.top_k=40", "--set", "target_sampling.top_k=12", "--set",
                "target_sampling.top_p=0.9", "--set", "target_sampling.repetition_penalty=1.1", "--run-ahead", "1",
            ],
            ["--temperature", "1", "--set", "target_sampling.min_p=0.05", "--target-tokens", "7", "--run-ahead", "2"],
            ["--temperature", "0.7", "--boundary", "doubt", "--doubt-share", "0.05", "--run-ahead", "1"],
        ]

        /// With r = 1 a path has the text of `strategy: target`, to the byte, whatever samples it, wherever blocks end
        /// and however far the draft runs ahead, with two workers of each role, one of which is killed.
        @Test func atOneTheTextsAreTheTargetsOwn() throws {
            let workers: [(String, Role)] = [
                ("draft-0", .draft), ("draft-1", .draft), ("target-0", .target), ("target-1", .target),
            ]
            let cluster = try TestCluster(configuration: builtinConfiguration(workers: workers))
            try cluster.startCoordinator()
            for (name, _) in workers { try cluster.startWorker(name) }
            _ = try cluster.awaitStatus { $0.workers.count { $0.state == .live } == 4 }
            func results(_ strategy: String, _ flags: [String], kills: Bool = false) throws -> RunResults {
                let run = try cluster.submit(
                    Self.batch,
                    ["--strategy", strategy, "--takeover", "coupled", "-r", "1", "--paths", "3", "--vote", "all"]
                        + flags)
                if kills {
                    _ = try cluster.awaitStatus { $0.runs.contains { $0.run.rawValue == run && $0.verdicts >= 10 } }
                    try cluster.kill("target-1")
                }
                #expect(try cluster.a1("watch", run).code == 0)
                return try cluster.results(run)
            }
            for (place, flags) in Self.samplings.enumerated() {
                let target = try results("target", flags + ["--seed", "\(place)"])
                let coupled = try results("async", flags + ["--seed", "\(place)"], kills: place == 2)
                try #require(Self.texts(target).joined().allSatisfy { !$0.isEmpty })
                #expect(Self.texts(coupled) == Self.texts(target), "\(flags)")
                // Of problems a tie of votes may be broken by scores, which `target` has none of.
                func answers(_ results: RunResults) -> [[String?]] {
                    results.problems.map { $0.paths.map(\.answer) }
                }
                #expect(answers(coupled) == answers(target))
                #expect(coupled.summary.takeovers == coupled.summary.verdicts && coupled.summary.verdicts > 0)
                let costs = try #require(coupled.summary.takeoverCosts)
                #expect(costs.changedNothing > 0 && costs.changedNothing < coupled.summary.takeovers)
                #expect(costs.tokensKept == coupled.summary.tokens.draft)
                #expect(costs.tokensWritten == coupled.summary.tokens.target)
                // Most of it is the draft's work.
                #expect(coupled.summary.tokens.total == target.summary.tokens.total)
                #expect(coupled.summary.tokens.target < target.summary.tokens.target)
            }
        }
    }
}
