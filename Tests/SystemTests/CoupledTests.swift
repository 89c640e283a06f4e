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

        private struct Workers {
            let cluster: TestCluster

            init(each count: Int, configuration: String? = nil) throws {
                let workers: [(String, Role)] = Role.allCases.flatMap { role in
                    (0..<count).map { ("\(role.rawValue)-\($0)", role) }
                }
                cluster = try TestCluster(configuration: configuration ?? smallConfiguration(workers: workers))
                try cluster.startCoordinator()
                for (name, _) in workers { try cluster.startWorker(name) }
                _ = try cluster.awaitStatus { $0.workers.count { $0.state == .live } == 2 * count }
            }

            /// - Parameter during: what happens once ten blocks are judged.
            func results(
                _ strategy: String, _ flags: [String], batch: String = CoupledTests.batch,
                during: ((TestCluster) throws -> Void)? = nil
            ) throws -> RunResults {
                let run = try cluster.submit(
                    batch,
                    ["--strategy", strategy, "--takeover", "coupled", "-r", "1", "--paths", "3", "--vote", "all"]
                        + flags)
                if let during {
                    _ = try cluster.awaitStatus { $0.runs.contains { $0.run.rawValue == run && $0.verdicts >= 10 } }
                    try during(cluster)
                }
                #expect(try cluster.a1("watch", run).code == 0)
                return try cluster.results(run)
            }
        }

        /// The text depends neither on how many workers there are nor on a coordinator that is killed and comes back.
        @Test(arguments: [1, 3, 8]) func theNumberOfWorkersChangesNothing(count: Int) throws {
            let workers = try Workers(each: count)
            let target = try workers.results("target", ["--seed", "5"])
            let coupled = try workers.results("async", ["--seed", "5", "--run-ahead", "2"]) { cluster in
                guard count == 3 else { return }
                try cluster.kill("coordinator")
                try cluster.startCoordinator()
            }
            try #require(Self.texts(target).joined().allSatisfy { !$0.isEmpty })
            #expect(Self.texts(coupled) == Self.texts(target))
        }

        /// The pair that clusters start with, on problems of its own.
        @Test func theBuiltInPairIsExactToo() throws {
            let own = smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)])
                .replacing("small-", with: "builtin-")
            let workers = try Workers(each: 1, configuration: own)
            let batch = TestCluster.root.appending(path: "configs/batches/stories.jsonl").path
            let flags = ["--limit", "6", "--seed", "3"]
            let target = try workers.results("target", flags, batch: batch)
            try #require(Self.texts(target).joined().allSatisfy { !$0.isEmpty })
            for boundary in ["step", "doubt"] {
                let coupled = try workers.results("async", flags + ["--boundary", boundary], batch: batch)
                #expect(Self.texts(coupled) == Self.texts(target))
                #expect(coupled.summary.tokens.target * 5 < target.summary.tokens.target)
            }
        }

        /// A draft that has no model, and one that looks up first: the text is the target's own, and much of it was
        /// proposed.
        @Test(arguments: ["lookup", "hybrid"]) func whatIsLookedUpBecomesTheTargetsOwnText(engine: String) throws {
            let draft =
                engine == "lookup"
                ? "small-draft: { engine: lookup, tokenizer: small-target }"
                : "small-draft: { engine: hybrid, context: 1024, kv_memory_mib: 64 }"
            let own = smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)])
                .replacing("small-draft: { context: 1024, kv_memory_mib: 64 }", with: draft)
            let workers = try Workers(each: 1, configuration: own)
            let flags = ["--seed", "4", "--target-tokens", "4", "--draft-tokens", "8", "--boundary", "tokens"]
            let target = try workers.results("target", flags)
            let coupled = try workers.results("async", flags)
            #expect(Self.texts(coupled) == Self.texts(target))
            #expect(coupled.summary.tokens.draft > 0)
            // What is proposed is no answer by itself.
            let refused = try workers.cluster.a1("submit", Self.batch, "--takeover", "coupled", "-r", "0.4")
            #expect(refused.code == 65 && refused.err.contains("engine: lookup proposes text"))
        }

        /// `strategy: auto` changes over in the middle, and no text changes.
        @Test func autoWritesTheTargetsOwnTextWhateverItChooses() throws {
            let workers = try Workers(each: 1)
            let flags = ["--seed", "8", "--paths", "16", "--problems-in-flight", "1"]
            let target = try workers.results("target", flags)
            let auto = try workers.results("auto", flags)
            #expect(Self.texts(auto) == Self.texts(target))
            #expect(auto.summary.strategyChoices.first?.reason == .unknown)
            #expect(auto.summary.settings.strategy == .auto)
        }

        /// Where the draft's context is full the target writes on, and the text is still its own.
        @Test func theTargetOutlivesTheDraft() throws {
            let short = smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)])
                .replacing("small-draft: { context: 1024", with: "small-draft: { context: 150")
            let workers = try Workers(each: 1, configuration: short)
            let target = try workers.results("target", ["--seed", "6"])
            let coupled = try workers.results("async", ["--seed", "6"])
            #expect(Self.texts(coupled) == Self.texts(target))
            let blocks = coupled.problems.flatMap { $0.paths.flatMap(\.blocks) }
            #expect(blocks.contains { $0.author == .draft && $0.finish == .contextFull })
        }

        /// With r = 1 a path has the text of `strategy: target`, to the byte, whatever samples it, wherever blocks end
        /// and however far the draft runs ahead, with two workers of each role, one of which is killed.
        @Test func atOneTheTextsAreTheTargetsOwn() throws {
            let workers = try Workers(each: 2)
            for (place, flags) in Self.samplings.enumerated() {
                let target = try workers.results("target", flags + ["--seed", "\(place)"])
                let coupled = try workers.results("async", flags + ["--seed", "\(place)"]) { cluster in
                    if place == 2 { try cluster.kill("target-1") }
                }
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
