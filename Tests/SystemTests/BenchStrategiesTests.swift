import Foundation
import TestSupport
import Testing

/// `a1 bench strategies` with clusters of its own.
extension RealProcesses {
    @Suite(.serialized) struct BenchStrategiesTests {
        private struct Cell: Decodable {
            struct Worker: Decodable {
                var name: String
                var role: String
                var busy: Double
                var compute: Double
                var memory: Double
                var sync: Double
                var peak_bytes: Int
            }

            var strategy: String
            var paths: Int
            var rejection_rate: Double?
            var run_ahead: Int?
            var problems: Int
            var pass_at_1: Double?
            var pass_at_1_interval: [Double]?
            var maj: Double?
            var pass_at_m: Double?
            var seconds: Double
            var speedup_over_target: Double?
            var speedup_over_sync: Double?
            var rate: Double?
            var problems_per_minute: Double?
            var tokens_draft: Double
            var tokens_target: Double
            var discarded: Double
            var draft_wait_share: Double?
            var latency_p50: Double?
            var workers: [Worker]
        }

        /// A folder for what temporary folders a command makes, so that one that is left is seen.
        private final class Scratch {
            // A Unix socket's path is short, and so is this folder's.
            let url = URL(fileURLWithPath: "/tmp/a1t-\(UUID().uuidString.prefix(8))")

            init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
            deinit { try? FileManager.default.removeItem(at: url) }

            var environment: [String: String] { Tool.environment.merging(["TMPDIR": url.path]) { $1 } }

            /// Clusters' folders in it.
            var clusters: [URL] {
                let found = try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
                return (found ?? []).filter { $0.lastPathComponent.hasPrefix("a1-bench-") }
            }

            /// Processes that were told of a path in it.
            var processes: [pid_t] {
                let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap(pid_t.init)
                return (numbers ?? []).filter { number in
                    let environment = FileManager.default.contents(atPath: "/proc/\(number)/environ") ?? Data()
                    let state = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ""
                    return number != getpid() && !state.contains(") Z ")
                        && environment.range(of: Data("A1_CLUSTER=\(url.path)/".utf8)) != nil
                }
            }
        }

        @Test func everyStrategyIsMeasuredAndNothingIsLeft() throws {
            let scratch = try Scratch()
            let page = scratch.url.appending(path: "page.html")
            let tool = try Tool(
                [
                    "bench", "strategies", "--models", "small", "--problems", "2", "--paths", "1,2",
                    "--rejection-rate", "0.4", "--json", "--html", page.path,
                ], environment: ["TMPDIR": scratch.url.path])
            try #require(tool.code == 0, "\(tool.err)")
            let cells = try JSONDecoder().decode(MeasuredDocument<Cell>.self, from: tool.out).cells
            #expect(
                cells.map { "\($0.strategy) \($0.paths)" } == [1, 2].flatMap { paths in
                    ["async", "sync", "random", "draft", "target"].map { "\($0) \(paths)" }
                })
            for cell in cells {
                let isJudged = !["draft", "target"].contains(cell.strategy)
                #expect(cell.problems == 2 && cell.seconds > 0)
                #expect(cell.rejection_rate == (isJudged ? 0.4 : nil))
                #expect((cell.rate != nil) == isJudged)
                #expect((cell.run_ahead != nil) == ["async", "random"].contains(cell.strategy))
                #expect((cell.speedup_over_sync != nil) == isJudged)
                #expect(cell.speedup_over_target != nil && cell.problems_per_minute != nil)
                #expect(cell.strategy != "target" || (cell.speedup_over_target == 1 && cell.tokens_draft == 0))
                #expect(cell.strategy != "draft" || cell.tokens_target == 0)
                let interval = try #require(cell.pass_at_1_interval)
                #expect(try (interval[0]...interval[1]).contains(#require(cell.pass_at_1)))
                #expect(cell.maj != nil && cell.pass_at_m != nil && cell.latency_p50 != nil)
                for worker in cell.workers {
                    for share in [worker.busy, worker.memory, worker.sync] { #expect((0...1).contains(share)) }
                    #expect(worker.busy == worker.compute && worker.peak_bytes > 0)
                    #expect(worker.name == "\(worker.role)-0")
                }
            }
            // What is null is there, as null.
            let document = try #require(JSONSerialization.jsonObject(with: tool.out) as? [String: Any])
            let rates = try #require(document["cells"] as? [[String: Any]])
            #expect(rates.allSatisfy { $0.keys.contains("rate") && $0.keys.contains("rejection_rate") })

            let text = try String(contentsOf: page, encoding: .utf8)
            #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n"))
            #expect(text.ranges(of: "http").count == text.ranges(of: "xmlns=\"http://www.w3.org/2000/svg\"").count)
            #expect(text.contains("SHA-256") && text.contains("--rejection-rate 0.4"))
            #expect(scratch.clusters.isEmpty)
            #expect(scratch.processes.isEmpty)
        }

        /// The same way of having a cluster of one's own, with scripted workers in the place of models.
        @Test func theCoordinatorIsMeasuredAndNothingIsLeft() throws {
            let scratch = try Scratch()
            let tool = try Tool(
                [
                    "bench", "coordination", "--workers", "1,3", "--open-paths", "64", "--few-paths", "4", "--blocks",
                    "400", "--json",
                ], environment: ["TMPDIR": scratch.url.path])
            try #require(tool.code == 0, "\(tool.err)")
            let lines = try JSONDecoder().decode(MeasuredDocument<[String: Double]>.self, from: tool.out).cells
            #expect(lines.map { $0["workers"] } == [1, 3])
            for line in lines {
                for key in ["core_blocks_per_second", "blocks_per_second", "messages_per_second"] {
                    #expect(try #require(line[key]) > 0)
                }
                // A block and a score, each an order and its answer.
                #expect(try #require(line["messages_per_second"]) >= 2 * #require(line["blocks_per_second"]))
                #expect(try #require(line["verdict_p50_ms"]) > 0)
                #expect(try #require(line["verdict_p99_ms"]) >= #require(line["verdict_p50_ms"]))
            }
            #expect(scratch.clusters.isEmpty)
            #expect(scratch.processes.isEmpty)
            for arguments in [["--workers", "0"], ["--workers", "x"], ["--blocks", "0"], ["--open-paths", "-1"]] {
                #expect(try Tool(["bench", "coordination"] + arguments).code == 64)
            }
        }

        /// Starts a long comparison and returns when a run of it is under way.
        private func begin(_ scratch: Scratch) throws -> ChildProcess {
            let errors = scratch.url.appending(path: "errors")
            let child = try ChildProcess(
                TestCluster.executable,
                ["bench", "strategies", "--problems", "200", "--paths", "16", "--repetitions", "50"],
                environment: scratch.environment, errors: .file(errors))
            while try !String(contentsOf: errors, encoding: .utf8).contains("problems ") { usleep(20_000) }
            #expect(scratch.clusters.count == 1)
            #expect(scratch.processes.count == 3)
            return child
        }

        @Test(arguments: [SIGINT, SIGTERM]) func anInterruptLeavesNothing(signal: Int32) throws {
            let scratch = try Scratch()
            let child = try begin(scratch)
            child.signal(signal)
            #expect(try child.wait() == 128 + signal)
            #expect(scratch.processes.isEmpty)
            #expect(scratch.clusters.isEmpty)
        }

        @Test func aKilledCommandTakesItsClusterWithIt() throws {
            let scratch = try Scratch()
            let child = try begin(scratch)
            child.signal(SIGKILL)
            _ = try child.wait()
            while !scratch.processes.isEmpty { usleep(20_000) }
        }

        @Test func aWorkerThatDiesEndsTheComparisonWithItsName() throws {
            let scratch = try Scratch()
            let child = try begin(scratch)
            let worker = try #require(
                scratch.processes.first { number in
                    let command = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") ?? Data()
                    return command.range(of: Data("target-0".utf8)) != nil
                })
            kill(worker, SIGKILL)
            #expect(try child.wait() == 69)
            let errors = try String(contentsOf: scratch.url.appending(path: "errors"), encoding: .utf8)
            #expect(errors.contains("target-0 ended with code 137"), "\(errors)")
            #expect(scratch.processes.isEmpty)
            #expect(scratch.clusters.isEmpty)
        }

        @Test(arguments: [
            (["--strategies", "psychic"], 64, "psychic"), (["--paths", "0"], 64, "--paths"),
            (["--paths", "1,,2"], 64, "--paths"), (["--paths", "5000"], 64, "paths"),
            (["--rejection-rate", "1.5"], 64, "1.5"), (["--run-ahead", "-1"], 64, "--run-ahead"),
            (["--problems", "0"], 64, "--problems"), (["--parts", "0"], 64, "--parts"),
            (["--repetitions", "0"], 64, "--repetitions"), (["--set", "strategy=sync"], 64, "--strategies"),
            (["--set", "nothing=1"], 64, "nothing"), (["--vote", "loud"], 64, "vote"),
            (["--models", "nosuch"], 66, "builtin"), (["--models", "/nonexistent.yaml"], 66, "/nonexistent.yaml"),
            (["--models", "builtin", "--cluster", "x"], 64, "--cluster"), (["--batch", "nosuch"], 66, "nosuch"),
            (["--html", "/nonexistent/page.html"], 73, "/nonexistent/page.html"),
        ] as [([String], Int32, String)])
        func badInputIsNamedBeforeAnythingStarts(flags: [String], code: Int32, named: String) throws {
            let scratch = try Scratch()
            let tool = try Tool(["bench", "strategies"] + flags, environment: ["TMPDIR": scratch.url.path])
            #expect(tool.code == code, "\(tool.err)")
            #expect(tool.err.contains(named), "\(tool.err)")
            #expect(tool.out.isEmpty)
            #expect(scratch.clusters.isEmpty)
        }

        /// A model that cannot be loaded: the worker's own reason, not a comparison that waits for ever.
        @Test func aModelThatIsMissingIsNamed() throws {
            let scratch = try Scratch()
            let configuration = scratch.url.appending(path: "missing.yaml")
            try Data(
                """
                cluster: { name: small }
                models: { gone: { path: /nonexistent.gguf } }
                workers: [{ name: draft-0, role: draft, model: gone }]
                """.utf8
            ).write(to: configuration)
            let tool = try Tool(
                ["bench", "strategies", "--models", configuration.path, "--problems", "1", "--strategies", "draft"],
                environment: ["TMPDIR": scratch.url.path])
            #expect(tool.code == 69, "\(tool.err)")
            #expect(tool.err.contains("/nonexistent.gguf"), "\(tool.err)")
            #expect(scratch.processes.isEmpty && scratch.clusters.isEmpty)
        }
    }
}
