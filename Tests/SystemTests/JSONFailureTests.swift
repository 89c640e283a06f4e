import Foundation
import TestSupport
import Testing

extension RealProcesses {
    /// A program that asked for JSON gets JSON, also when something is wrong.
    @Suite(.serialized) struct JSONFailureTests {
        private struct Document: Decodable {
            struct Detail: Decodable {
                var file: String?
                var line: Int?
                var column: Int?
                var reason: String
            }

            struct Body: Decodable {
                var code: Int32
                var name: String
                var message: String
                var details: [Detail]
            }

            var error: Body
        }

        private static let nowhere = "/nonexistent"

        /// For each command with `--json`: arguments that cannot be followed, and the code that says so.
        private static let failing: [String: (arguments: [String], code: Int32, name: String)] = [
            "submit": (["batch.jsonl"], 69, "unavailable"),
            "plan": (["batch.jsonl"], 69, "unavailable"),
            "status": ([], 69, "unavailable"),
            "results": ([], 69, "unavailable"),
            "resume": (["7f"], 69, "unavailable"),
            "workers": ([], 69, "unavailable"),
            "config check": (["/nonexistent/a1.yaml"], 78, "configuration"),
            "calibrate": (["batch.jsonl", "--bank", "b"], 69, "unavailable"),
            "show": (["7f/0"], 69, "unavailable"),
            "watch": ([], 69, "unavailable"),
            "bank list": (["--no-such-flag"], 64, "usage"),
            "bank show": (["/nonexistent/b.bank"], 66, "no_input"),
            "replay": (["/nonexistent/trace.csv"], 66, "no_input"),
            "bench strategies": (["--models", "/nonexistent/a1.yaml"], 66, "no_input"),
            "bench engine": (["--model", "no-such-model"], 66, "no_input"),
            "bench machine": (["--threads", "0"], 64, "usage"),
            "bench coordination": (["--workers", "0"], 64, "usage"),
            "bench decisions": (["--banks", "x"], 64, "usage"),
            "bench drift": (["--shift", "inf"], 64, "usage"),
            "dataset list": (["--no-such-flag"], 64, "usage"),
            "dataset show": (["/nonexistent/batch.jsonl"], 66, "no_input"),
            "answer check": (["1"], 64, "usage"),
            "simulate faults": (["--seeds", "0"], 64, "usage"),
            "model list": (["--manifest", "/nonexistent/models.yaml"], 78, "configuration"),
            "model inspect": (["no-such-model"], 66, "no_input"),
            "model tokenize": (["no-such-model", "text"], 66, "no_input"),
            "model score": (["no-such-model", "text"], 66, "no_input"),
            "model generate": (["no-such-model", "text"], 66, "no_input"),
            "model compare": (["no-such-model"], 66, "no_input"),
        ]

        private func failure(_ arguments: [String]) throws -> (tool: Tool, error: Document.Body) {
            let tool = try Tool(arguments, environment: ["A1_CLUSTER": Self.nowhere])
            let document = try JSONDecoder().decode(Document.self, from: tool.out)
            return (tool, document.error)
        }

        @Test func everyCommandWithJSONIsAmongThese() throws {
            let commands = try CommandList().all.filter { $0.value.takes("json") }
            #expect(Set(commands.keys) == Set(Self.failing.keys), "add the command to `failing`")
        }

        @Test(arguments: failing.keys.sorted()) func whatGoesWrongIsJSON(command: String) throws {
            let expected = try #require(Self.failing[command])
            let words = command.split(separator: " ").map(String.init)
            let (tool, error) = try failure(words + expected.arguments + ["--json"])
            #expect(tool.code == expected.code, "\(tool.err)")
            #expect(error.code == expected.code && error.name == expected.name)
            #expect(!error.message.isEmpty)
            // People are told as before.
            #expect(tool.err.contains(error.message.split(separator: "\n")[0]), "\(tool.err)")
        }

        @Test(arguments: failing.keys.sorted()) func wrongUsageIsJSON(command: String) throws {
            let words = command.split(separator: " ").map(String.init)
            let (tool, error) = try failure(words + ["--no-such-flag", "--json"])
            #expect(tool.code == 64 && error.code == 64 && error.name == "usage")
            // The first thing that is wrong: an argument is missing, or the flag is unknown.
            #expect(!error.message.isEmpty && tool.err.contains(error.message), "\(tool.err)")
        }

        @Test func withoutTheFlagNothingIsOnStandardOutput() throws {
            for arguments in [["status"], ["status", "--", "--json"], ["answer", "check", "1"]] {
                let tool = try Tool(arguments, environment: ["A1_CLUSTER": Self.nowhere])
                #expect(tool.code != 0 && tool.out.isEmpty, "\(arguments)")
                #expect(!tool.err.isEmpty)
            }
        }

        @Test func helpIsNoFailure() throws {
            let tool = try Tool(["status", "--json", "--help"])
            #expect(tool.code == 0 && String(decoding: tool.out, as: UTF8.self).contains("USAGE: a1 status"))
        }

        @Test func aConfigurationsProblemsHaveTheirPlaces() throws {
            let file = FileManager.default.temporaryDirectory.appending(path: "a1-\(UUID().uuidString).yaml")
            try Data("cluster: { name: x }\nmodels: {}\nworkers: []\nrun: { rejection_rate: 2 }\nrnu: {}\n".utf8)
                .write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let (tool, error) = try failure(["config", "check", file.path, "--json"])
            #expect(tool.code == 78 && error.message == "the configuration cannot be used")
            #expect(error.details.map(\.file) == [file.path, file.path])
            #expect(error.details.map(\.line) == [4, 5] && error.details.map(\.column) == [24, 1])
            try #require(error.details.count == 2)
            #expect(error.details[0].reason.hasPrefix("rejection_rate: 2"))
            #expect(error.details[1].reason.contains("did you mean 'run'"))
            #expect(tool.err.contains("\(file.path):4:24: rejection_rate: 2"))
        }

        @Test func aBatchsBadLinesHaveTheirPlaces() throws {
            let file = FileManager.default.temporaryDirectory.appending(path: "a1-\(UUID().uuidString).jsonl")
            try Data("{\"id\":\"a\",\"problem\":\"1+1\"}\nnul\n{\"problem\":\"1+1\"}\n[]\n".utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let (tool, error) = try failure(["dataset", "show", file.path, "--json"])
            #expect(tool.code == 65 && error.name == "data_error")
            #expect(error.details.map(\.line) == [2, 4])
            #expect(error.details.first?.reason == "not JSON at byte 0: found `nul`, expected a value")
            #expect(error.details.allSatisfy { $0.file == file.path })
        }
    }
}
