import Domain
import Foundation
import Testing

extension RealProcesses {
    /// Rows of an OpenAI batch with real processes: docs/datasets.md, Requests.
    @Suite(.serialized) struct RequestTests {
        private static let question = #"{"role":"user","content":"What is 3 + 4 + 5?"}"#

        private static func row(_ id: String, _ messages: String = question, _ more: String = "") -> String {
            #"{"custom_id":"\#(id)","method":"POST","url":"/v1/chat/completions","body":{"model":"any","messages":["#
                + messages + "]" + (more.isEmpty ? "" : ",\(more)") + "}}"
        }

        private static let rows = [
            row("plain"), row("limits", question, #""n":2,"max_tokens":12,"temperature":1.1,"top_p":0.9"#),
            row("seed", question, #""n":2,"seed":7"#), row("again", question, #""n":2,"seed":7"#),
            row("stop", question, #""n":2,"stop":["\n","box"]"#),
            row(
                "turns",
                #"{"role":"system","content":"Count."},\#(question),{"role":"assistant","content":"12"},\#(question)"#,
                #""seed":7"#),
        ]

        private static func file(_ name: String, _ rows: [String], in cluster: TestCluster) throws -> String {
            let file = cluster.folder.appending(path: name)
            try Data(rows.joined(separator: "\n").utf8).write(to: file)
            return file.path
        }

        private static func texts(_ results: RunResults) -> [[String]] {
            results.problems.map { problem in
                problem.paths.map { path in
                    path.blocks.map { $0.stands ? $0.text : $0.keptText ?? "" }.joined()
                }
            }
        }

        @Test func rowsAreAnsweredAsTheyAsk() throws {
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
            try cluster.startCoordinator()
            for name in ["draft-0", "target-0"] { try cluster.startWorker(name) }
            _ = try cluster.awaitStatus { $0.workers.count { $0.state == .live } == 2 }
            let batch = try Self.file("requests.jsonl", Self.rows, in: cluster)
            func results(_ strategy: String) throws -> RunResults {
                let run = try cluster.submit(
                    batch, "--strategy", strategy, "--takeover", "coupled", "-r", "1", "--paths", "3", "--vote", "all")
                #expect(try cluster.a1("watch", run).code == 0)
                return try cluster.results(run)
            }
            let target = try results("target")
            #expect(Self.texts(try results("async")) == Self.texts(target))

            let problems = Dictionary(uniqueKeysWithValues: target.problems.map { ($0.id, $0) })
            let texts = Dictionary(uniqueKeysWithValues: zip(target.problems.map(\.id), Self.texts(target)))
            #expect(target.problems.map(\.paths.count) == [3, 2, 2, 2, 2, 3])
            let limits = try #require(problems["limits"])
            #expect(limits.paths.allSatisfy { $0.tokens.total <= 12 })
            #expect(limits.settings == ProblemSettings(paths: 2, pathTokens: 12, temperature: 1.1, topP: 0.9))
            #expect(problems["plain"]?.settings == nil && problems["plain"]?.turns == nil)
            #expect(texts["seed"] == texts["again"] && texts["seed"] != Array(texts["plain"]!.prefix(2)))
            let stopped = try #require(texts["stop"])
            #expect(stopped.allSatisfy { !$0.contains("\n") && !$0.contains("box") && !$0.isEmpty })
            // What comes before the question is read.
            #expect(problems["turns"]?.turns?.map(\.speaker) == [.system, .user, .assistant])
            #expect(Array(texts["turns"]!.prefix(2)) != texts["seed"])
        }

        @Test func whatCannotBeDoneIsRefusedByLineAndField() throws {
            let cluster = try TestCluster(
                configuration: smallConfiguration(workers: [("draft-0", .draft), ("target-0", .target)]))
            try cluster.startCoordinator()
            let rows = [Self.rows[0], Self.row("tools", Self.question, #""tools":[{"type":"function"}]"#)]
            let batch = try Self.file("tools.jsonl", rows, in: cluster)
            let refused = try cluster.a1("submit", batch)
            #expect(refused.code == 65)
            #expect(refused.err.contains("line 2: the field `body.tools`"), "\(refused.err)")
            let skipped = try cluster.a1("submit", batch, "--on-bad-line", "skip")
            #expect(skipped.code == 0 && skipped.err.contains("1 of 2 lines skipped"), "\(skipped.err)")
        }
    }
}
