import Domain
import Foundation
import Testing

extension RealProcesses {
    /// What people read of a run: its texts, its progress, which cluster it is.
    @Suite(.serialized) struct ReadingRunsTests {
        private static let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path

        private func cluster() throws -> TestCluster {
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
            try cluster.startCoordinator()
            return cluster
        }

        @Test func aPathIsShownBlockByBlock() throws {
            let cluster = try cluster()
            try cluster.startWorker("draft-0")
            try cluster.startWorker("target-0")
            let batch = try cluster.a1("submit", Self.batch, "--limit", "4", "--paths", "3", "--vote", "all", "--wait",
                "--takeover", "resample-line", "--json")
            #expect(batch.code == 0, "\(batch.err)")
            let results = try JSONDecoder().decode(RunResults.self, from: Data(batch.out.utf8))
            let run = results.summary.run.rawValue

            for problem in results.problems {
                let listed = try cluster.a1("show", "\(run)/\(problem.problem)")
                #expect(listed.code == 0)
                #expect(listed.out.contains(problem.text))
                for path in problem.paths {
                    // By number and by id; the standing text is what the blocks that stand write, and what was kept of
                    // those that were cut.
                    let place = "\(run.prefix(8))/\(problem.id)/\(path.path)"
                    let text = try cluster.a1("show", place, "--text")
                    let standing = path.blocks.map { $0.stands ? $0.text : $0.keptText ?? "" }.joined()
                    #expect(text.out == standing + "\n")
                    if let answer = path.answer { #expect(text.out.contains("\\boxed{\(answer)}")) }
                    for block in path.blocks where block.keptText != nil {
                        #expect(block.text.hasPrefix(try #require(block.keptText)) && !block.stands)
                    }
                    let shown = try cluster.a1("show", "\(run)/\(problem.problem)/\(path.path)").out
                    let lines = shown.split(separator: "\n").filter { $0.hasPrefix("-- round ") }
                    #expect(lines.count == path.blocks.count)
                    for (line, block) in zip(lines, path.blocks) {
                        let begin = "-- round \(block.round), \(block.author.rawValue), \(block.tokens) tokens"
                        #expect(line.hasPrefix(begin))
                        #expect(line.contains(": take over") == (block.verdict == .takeOver))
                        #expect(line.contains("| replaced") == !block.stands)
                    }
                    let json = try cluster.a1("show", "\(run)/\(problem.problem)/\(path.path)", "--json")
                    #expect(try JSONDecoder().decode(PathResult.self, from: Data(json.out.utf8)) == path)
                }
            }
            let missing = try cluster.a1("show", "\(run)/99")
            #expect(missing.code == 66)
            #expect(missing.err.contains("4 problems"))
            #expect(try cluster.a1("show", "\(run)/0/3").err.contains("paths 0 to 2"))
            #expect(try cluster.a1("show", run).code == 64)
        }

        @Test func aBankIsReplacedOnlyWhenAsked() throws {
            let cluster = try cluster()
            try cluster.startWorker("draft-0")
            try cluster.startWorker("target-0")
            let flags = ["calibrate", Self.batch, "--bank", "mine", "--limit", "2", "--paths", "2"]
            func calibrate(_ more: String...) throws -> TestCluster.Output { try cluster.a1(flags + more) }
            #expect(try calibrate().code == 0)
            let runs = try cluster.status().runs.count
            let refused = try calibrate()
            #expect(refused.code == 73)
            #expect(refused.err.contains("--replace"))
            // Refused before anything was scored.
            #expect(try cluster.status().runs.count == runs)
            #expect(try calibrate("--replace").code == 0)

            #expect(try cluster.a1("bank").out == cluster.a1("bank", "list").out)
            let shown = try cluster.a1("bank", "show", "mine")
            #expect(shown.out.contains("small-draft") && shown.out.contains("MEDIAN"))
            #expect(try cluster.a1("bank", "delete", "yours").code == 66)
            #expect(try cluster.a1("bank", "delete", "mine").code == 0)
            #expect(try cluster.a1("bank", "show", "mine").code == 66)
        }

        @Test func watchingSaysWhatHappensAndHowItEnded() throws {
            let cluster = try cluster()
            let run = try cluster.submit(Self.batch, "--limit", "2")
            // Nobody works: the run waits for both roles until it is cancelled.
            let watch = try cluster.begin("watch", run, "--json")
            var heard = Data()
            while !String(decoding: heard, as: UTF8.self).contains("no target worker") { heard += try watch.read() }
            #expect(try cluster.a1("cancel", run).code == 0)
            heard += try watch.readToEnd()
            #expect(try watch.wait() == 79)
            let lines = String(decoding: heard, as: UTF8.self).split(separator: "\n")
            let events = try lines.map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            let names = events.compactMap { $0["event"] as? String }
            #expect(names.first == "progress" && names.last == "cancelled" && names.contains("waiting"))
            #expect(names.count { $0 == "cancelled" } == 1)
            let again = try cluster.a1("watch", run)
            #expect(again.code == 79)
            #expect(again.err.contains("was cancelled"))
        }

        @Test func waitingForWorkersNamesThoseThatAreMissing() throws {
            let cluster = try cluster()
            // Nobody keeps these workers, so there is nothing to wait for.
            let waited = try cluster.a1("workers", "--wait")
            #expect(waited.code == 69)
            #expect(waited.err.contains("draft-0, target-0"))
            try cluster.startWorker("draft-0")
            _ = try cluster.awaitStatus { $0.workers.contains { $0.name == "draft-0" && $0.state == .live } }
            #expect(try cluster.a1("workers", "--wait", "draft-0").code == 0)
            #expect(try cluster.a1("workers", "--wait").err.contains("Missing: target-0"))
            // It greets only when it has drafted a token.
            #expect(try cluster.a1("logs", "draft-0").out.contains("the first token is computed"))
        }

        @Test func aCommandSaysWhichClusterAndWhy() throws {
            let cluster = try cluster()
            let status = try cluster.a1("status")
            let first = status.out.split(separator: "\n").first.map(String.init)
            #expect(first == "cluster: \(cluster.folder.path) (from the environment variable A1_CLUSTER)")
            let other = cluster.folder.appending(path: "nowhere").path
            let logs = try cluster.a1("logs", "--cluster", other)
            #expect(logs.code == 69)
            #expect(logs.err.contains("no cluster has been started in \(other): cluster/up.sh starts one"))
            let unavailable = try cluster.a1("status", "--cluster", other)
            #expect(unavailable.code == 69)
            #expect(!unavailable.err.contains("A1_CLUSTER"))
        }
    }
}
