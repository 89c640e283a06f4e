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
            let few = "bench drift --batches 2 --shifted 2 --problems 20 --before 20 --json"
            try check(try Tool(few.split(separator: " ").map(String.init)).out, command: "a1 \(few)")
            try check(try Tool(["bench", "machine", "--threads", "1", "--json"]).out,
                command: "a1 bench machine --threads 1 --json")
        }

        private static let numbers: Set<String> = [
            "slots", "process", "problems", "paths", "problem", "votes", "tokens", "attempt", "bank", "score",
            "p_value", "epoch", "records", "ms", "open_runs", "begun_paths", "orders", "round",
        ]
        private static let texts: Set<String> = ["run", "path", "order", "segment", "model", "name", "answer", "worker"]

        /// Numbers are numbers and ids are texts, in every line.
        private func checkKinds(ofLogIn cluster: TestCluster) throws {
            var seen: Set<String> = []
            let log = try Data(contentsOf: cluster.folder.appending(path: "logs/coordinator.jsonl"))
            for line in log.split(separator: UInt8(ascii: "\n")) {
                let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
                for (key, value) in object {
                    if Self.numbers.contains(key) { #expect(value is NSNumber, "\(key) in \(object)") }
                    if Self.texts.contains(key) { #expect(value is String, "\(key) in \(object)") }
                    seen.insert(key)
                }
            }
            #expect(seen.isSuperset(of: ["slots", "score", "p_value", "votes", "ms", "model", "path"]), "\(seen)")
        }

        @Test func runsAndBanksSayWhatMadeThem() throws {
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
            try cluster.startCoordinator()
            try cluster.startWorker("draft-0")
            try cluster.startWorker("target-0")
            let batch = TestCluster.root.appending(path: "configs/batches/arithmetic.jsonl").path
            let run = try cluster.submit(batch, "--limit", "1", "--paths", "2")
            #expect(try cluster.a1("watch", run).code == 0)
            let results = try cluster.a1("results", run, "--json")
            try check(Data(results.out.utf8), command: "a1 results \(run) --json")
            #expect(try JSONDecoder().decode(RunResults.self, from: Data(results.out.utf8)).problems.count == 1)
            try checkKinds(ofLogIn: cluster)
            let bank = try cluster.a1("calibrate", batch, "--limit", "1", "--bank", "b", "--paths", "2", "--json")
            try check(
                Data(bank.out.utf8), command: "a1 calibrate \(batch) --limit 1 --bank b --paths 2 --json")
        }
    }
}
