import Domain
import Foundation
import TestSupport
import Testing

extension RealProcesses {
    /// Documents say what made them.
    @Suite(.serialized) struct DocumentTests {
        private struct Document: Decodable { var document: Tool.Header }

        private func check(_ text: Data, command: String) throws {
            let header = try JSONDecoder().decode(Document.self, from: text).document
            #expect(header.schema == 1)
            #expect(header.program == "a1 0.1.0")
            #expect(header.host == ProcessInfo.processInfo.hostName)
            #expect(header.command == command)
        }

        @Test func measurementsAndReplaysSayWhatMadeThem() throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "a1 d'\(UUID().uuidString.prefix(8))")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let trace = folder.appending(path: "t.csv")
            try Data("problem_index,question,round,ppl\n0,0,0,1.5\n1,0,0,2.5\n".utf8).write(to: trace)
            let replay = try Tool(["replay", trace.path, "--json"])
            let quoted = trace.path.replacing("'", with: "'\\''")
            try check(replay.out, command: "a1 replay '\(quoted)' --json")
            let words = "bench decisions --banks 100 --repetitions 1 --json"
            try check(try Tool(words.split(separator: " ").map(String.init)).out, command: "a1 \(words)")
            let few = "bench drift --streams 2 --shifted 2 --verdicts 20 --before 20 --json"
            try check(try Tool(few.split(separator: " ").map(String.init)).out, command: "a1 \(few)")
            try check(try Tool(["bench", "machine", "--threads", "1", "--json"]).out,
                command: "a1 bench machine --threads 1 --json")
        }

        @Test func runsAndBanksSayWhatMadeThem() throws {
            let cluster = try TestCluster(
                configuration: builtinConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
            try cluster.startCoordinator()
            try cluster.startWorker("draft-0")
            try cluster.startWorker("target-0")
            let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path
            let run = try cluster.submit(batch, "--limit", "1", "--paths", "2")
            #expect(try cluster.a1("watch", run).code == 0)
            let results = try cluster.a1("results", run, "--json")
            try check(Data(results.out.utf8), command: "a1 results \(run) --json")
            #expect(try JSONDecoder().decode(RunResults.self, from: Data(results.out.utf8)).problems.count == 1)
            let bank = try cluster.a1("calibrate", batch, "--limit", "1", "--bank", "b", "--paths", "2", "--json")
            try check(
                Data(bank.out.utf8), command: "a1 calibrate \(batch) --limit 1 --bank b --paths 2 --json")
        }
    }
}
