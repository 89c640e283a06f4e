import Foundation
import TestSupport
import Testing

/// `a1 dataset` and the reading of batches by name, through the real executable and the real list of data sets.
extension RealProcesses {
    @Suite struct DatasetToolTests {
        private struct Problem: Decodable, Equatable {
            var id: String
            var problem: String
            var answer: String?
        }

        private struct Listed: Decodable {
            var name: String
            var path: String?
            var problems: Int?
            var fault: String?
        }

        /// A folder of data sets that goes away with the test.
        private final class DataFolder {
            let url = FileManager.default.temporaryDirectory.appending(path: "a1-data-\(UUID().uuidString)")

            init(_ files: [String: String] = [:]) throws {
                try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
                for (name, text) in files { try Data(text.utf8).write(to: url.appending(path: name)) }
            }

            deinit { try? FileManager.default.removeItem(at: url) }
        }

        private func a1(_ arguments: String..., data: URL) throws -> Tool {
            try Tool(arguments, environment: ["A1_DATA": data.path])
        }

        private static let solved = [1, 2, 3].map { number in
            #"{"question":"What is \#(number) + 1?","#
                + #""answer":"It is <<\#(number)+1=\#(number + 1)>>that.\n#### \#(number + 1)"}"#
        }.joined(separator: "\n")

        @Test func aDataSetIsShownAsABatch() throws {
            let folder = try DataFolder(["gsm8k.jsonl": Self.solved])
            let tool = try a1("dataset", "show", "gsm8k", data: folder.url)
            #expect(try tool.answers(Problem.self).map(\.id) == ["gsm8k-0", "gsm8k-1", "gsm8k-2"])
            #expect(tool.lines[1] == #"{"answer":"3","id":"gsm8k-1","problem":"What is 2 + 1?"}"#)
            let one = try a1("dataset", "show", "gsm8k", "--limit", "1", "--offset", "1", data: folder.url)
            #expect(one.lines == [tool.lines[1]])
            // What it prints is a batch that reads as the same.
            let batch = folder.url.appending(path: "batch.jsonl")
            try tool.out.write(to: batch)
            #expect(try a1("dataset", "show", batch.path, data: folder.url).out == tool.out)
        }

        @Test func requestsAreShownWhole() throws {
            let request = #"{"body":{"max_tokens":9,"messages":[{"content":"s","role":"system"},{"content":"q","#
                + #""role":"user"}],"n":2,"seed":-1,"stop":["\n"],"temperature":0.5},"custom_id":"c"}"#
            let folder = try DataFolder(["requests.jsonl": request])
            let file = folder.url.appending(path: "requests.jsonl").path
            #expect(try a1("dataset", "show", file, data: folder.url).lines.map(String.init) == [request])
        }

        @Test func aFileIsReadByItsShapeAndNamesItsRows() throws {
            let folder = try DataFolder([
                "mine.csv": "question,A,B,answer\nWhich?,this,that,B\n", "mine.jsonl": Self.solved,
            ])
            let table = try a1("dataset", "show", folder.url.appending(path: "mine.csv").path, data: folder.url)
            #expect(
                try table.answers(Problem.self) == [
                    Problem(
                        id: "mine-0",
                        problem: "Which?\n\nA. this\nB. that\n\nAnswer with the letter of the right choice.",
                        answer: "B")
                ])
            let lines = try a1("dataset", "show", folder.url.appending(path: "mine.jsonl").path, data: folder.url)
            #expect(try lines.answers(Problem.self).map(\.answer) == ["2", "3", "4"])
        }

        @Test func theListSaysWhatIsHere() throws {
            let folder = try DataFolder(["gsm8k.jsonl": Self.solved, "mmlu.jsonl": #"{"question":"q","answer":1}"#])
            let tool = try a1("dataset", "list", "--json", data: folder.url)
            let listed = try JSONDecoder().decode([Listed].self, from: tool.out)
            let gsm8k = try #require(listed.first { $0.name == "gsm8k" })
            #expect(gsm8k.problems == 3 && gsm8k.path == folder.url.path + "/gsm8k.jsonl" && gsm8k.fault == nil)
            let mmlu = try #require(listed.first { $0.name == "mmlu" })
            #expect(mmlu.problems == nil && mmlu.fault?.contains("line 1: ") == true && tool.err.contains("line 1: "))
            #expect(listed.first { $0.name == "aime24" }?.path == nil)
            let table = try a1("dataset", "list", data: folder.url)
            #expect(table.code == 0 && table.lines.count == listed.count + 1)
        }

        @Test(arguments: [["dataset", "show"], ["submit"], ["calibrate", "--bank", "b"]])
        func aNameThatIsNothingHereIsRefusedEverywhere(command: [String]) throws {
            let cluster = try TestCluster(configuration: smallConfiguration(workers: [("draft-0", .draft)]))
            let environment = ["A1_DATA": cluster.folder.path, "A1_CLUSTER": cluster.folder.path]
            let absent = try Tool(command + ["gsm8k"], environment: environment)
            #expect(absent.code == 66)
            for part in [cluster.folder.path, "gsm8k.jsonl", "openai/gsm8k", "A1_DATA"] {
                #expect(absent.err.contains(part), "\(absent.err)")
            }
            let unknown = try Tool(command + ["gsm9k"], environment: environment)
            #expect(unknown.code == 66)
            #expect(unknown.err.contains("did you mean 'gsm8k'?"), "\(unknown.err)")
            let file = try Tool(command + ["/nowhere/batch.jsonl"], environment: environment)
            #expect(file.code == 66)
            #expect(file.err.contains("/nowhere/batch.jsonl: No such file"), "\(file.err)")
        }

        @Test func aDataSetIsSubmittedByName() throws {
            let folder = try DataFolder(["gsm8k.jsonl": Self.solved])
            let cluster = try TestCluster(configuration: smallConfiguration(workers: [("draft-0", .draft)]))
            try cluster.startCoordinator()
            let environment = ["A1_DATA": folder.url.path, "A1_CLUSTER": cluster.folder.path]
            let tool = try Tool(["submit", "gsm8k", "--offset", "1"], environment: environment)
            #expect(tool.code == 0, "\(tool.err)")
            let runs = try cluster.status().runs
            #expect(runs.map(\.problems) == [2] && runs.map(\.name) == ["gsm8k"])
        }

        @Test func withoutAListAFileThatIsNotThereIsStillNamed() throws {
            let folder = try DataFolder()
            let tool = try Tool(["dataset", "show", "batch.jsonl"], environment: ["A1_CONFIGS": folder.url.path])
            #expect(tool.code == 66)
            #expect(tool.err.contains("no file 'batch.jsonl'") && tool.err.contains("datasets.yaml"), "\(tool.err)")
            let list = try Tool(["dataset", "list"], environment: ["A1_CONFIGS": folder.url.path])
            #expect(list.code == 78 && list.err.contains("datasets.yaml"), "\(list.err)")
        }

        @Test func badRowsAreRefusedWithTheirLine() throws {
            let folder = try DataFolder([
                "gsm8k.jsonl": Self.solved + "\n" + #"{"question":"q","answer":"no mark"}"#,
                "mmlu.csv": "question,A,B,answer\nq,x,y,C\n",
            ])
            let unmarked = try a1("dataset", "show", "gsm8k", data: folder.url)
            #expect(unmarked.code == 65 && unmarked.out.isEmpty)
            #expect(unmarked.err.contains("gsm8k.jsonl: line 4: the field `answer` has no"), "\(unmarked.err)")
            let skipped = try a1("dataset", "show", "gsm8k", "--on-bad-line", "skip", data: folder.url)
            #expect(skipped.code == 0 && skipped.lines.count == 3 && skipped.err.contains("line 4"))
            let letter = try a1("dataset", "show", "mmlu", data: folder.url)
            #expect(letter.code == 65)
            #expect(letter.err.contains("mmlu.csv: line 2: the answer \"C\" is not"), "\(letter.err)")
            for flags in [["--limit", "0"], ["--offset", "-1"], ["--offset", "3", "--on-bad-line", "skip"]] {
                let arguments = ["dataset", "show", "gsm8k"] + flags
                #expect(try Tool(arguments, environment: ["A1_DATA": folder.url.path]).code == 64)
            }
        }

        /// Where the reference data lies: beside the project, or where `A1_SHARED` says.
        private static let reference: URL = {
            if let path = ProcessInfo.processInfo.environment["A1_SHARED"] {
                return URL(fileURLWithPath: path).appending(path: "datasets")
            }
            return TestCluster.root.deletingLastPathComponent().appending(path: "shared/reference/datasets")
        }()

        @Test(
            .enabled(
                if: FileManager.default.fileExists(atPath: reference.path), "no ../shared/reference/datasets"))
        func theReferenceDataSetsAreFoundByName() throws {
            let tool = try a1("dataset", "list", "--json", data: Self.reference)
            let listed = try JSONDecoder().decode([Listed].self, from: tool.out)
            let counts = listed.compactMap { set in set.problems.map { "\(set.name) \($0)" } }
            #expect(counts == ["gsm8k 400", "math500 250", "aime24 30", "amc2023 40"])
            for (name, ids) in [
                ("gsm8k", ["gsm8k-0", "gsm8k-1"]), ("math500", ["math500-0", "math500-2"]),
                ("aime24", ["aime24-0", "aime24-1"]), ("amc2023", ["amc2023-0", "amc2023-1"]),
            ] {
                let shown = try a1("dataset", "show", name, "--limit", "2", data: Self.reference)
                let problems = try shown.answers(Problem.self)
                #expect(problems.map(\.id) == ids)
                #expect(problems.allSatisfy { $0.answer != nil })
            }
        }
    }
}
