import ArgumentParser
import Evaluation
import Foundation
import Runtime
import Settings

struct DatasetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "List data sets and print their problems.",
        subcommands: [DatasetListCommand.self, DatasetShowCommand.self])
}

struct DatasetListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the data sets that have a name, and what is here of them.",
        discussion: """
            Their files lie in A1_DATA, else ~/.cache/a1/datasets, under the names that configs/datasets.yaml has for \
            them. Nothing is fetched.
            """)

    @Flag(help: "Print JSON.")
    var json = false

    /// What `--json` prints of each.
    private struct Line: Encodable {
        var name: String
        var title: String
        var source: String
        var licence: String
        /// The names that its file may have.
        var files: [String]
        /// The file that is here.
        var path: String?
        var problems: Int?
        /// What is wrong with it.
        var fault: String?
    }

    func run() throws {
        let folder = DataSetList.folder()
        let list: DataSetList
        do {
            list = try DataSetList.besideModels()
        } catch {
            throw fail(.configuration, "the list of data sets cannot be used:\n\(error)", cause: error)
        }
        let lines = list.entries.map { line($0, folder) }
        for line in lines {
            if let fault = line.fault, let path = line.path { say("a1: warning: \(path): \(fault)") }
        }
        if json {
            try putJSON(lines)
            return
        }
        var table = TextTable(columns: [
            ("NAME", .left), ("PROBLEMS", .right), ("FILE", .left), ("TITLE", .left), ("LICENCE", .left),
        ])
        for line in lines {
            let file = line.path.map { String($0.dropFirst(folder.count + 1)) } ?? "not here"
            table.addRow([line.name, line.problems.map { "\($0)" } ?? "-", file, line.title, line.licence])
        }
        put(table)
        say("looked in \(folder)")
    }

    private func line(_ set: DataSet, _ folder: String) -> Line {
        var line = Line(
            name: set.name, title: set.title, source: set.source, licence: set.licence, files: set.files)
        guard let source = try? BatchSource(set, in: folder) else { return line }
        line.path = source.path
        do {
            line.problems = try source.read(onBadLine: .reject).problems.count
        } catch { line.fault = "\(error)" }
        return line
    }
}

struct DatasetShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the problems of a data set or a file as a batch.",
        discussion: """
            A line {"id", "problem", "answer"} each, so that a1 dataset show gsm8k --limit 40 > batch.jsonl makes a \
            batch. What is read is read as a1 submit would.
            """)

    @OptionGroup var batch: BatchOptions
    @Flag(help: "Print one JSON document that says where the problems come from.")
    var json = false

    /// A row that reads as the same problem again: of our own, or a request where it has turns or settings.
    private struct Line: Encodable {
        let problem: BatchProblem

        init(_ problem: BatchProblem) { self.problem = problem }

        private enum Key: String, CodingKey { case id, problem, answer, customID = "custom_id", body }

        func encode(to encoder: any Encoder) throws {
            var row = encoder.container(keyedBy: Key.self)
            if problem.turns.isEmpty, problem.settings == nil {
                try row.encode(problem.id, forKey: .id)
                try row.encode(problem.text, forKey: .problem)
            } else {
                try row.encode(problem.id, forKey: .customID)
                try row.encode(Body(problem), forKey: .body)
            }
            try row.encodeIfPresent(problem.answer, forKey: .answer)
        }
    }

    /// Of a request.
    private struct Body: Encodable {
        struct Message: Encodable {
            var role: String
            var content: String
        }

        let messages: [Message]
        let settings: RequestSettings

        init(_ problem: BatchProblem) {
            messages = problem.turns.map { Message(role: $0.speaker.rawValue, content: $0.text) }
                + [Message(role: "user", content: problem.text)]
            settings = problem.settings ?? RequestSettings()
        }

        private enum Key: String, CodingKey {
            case messages, n, stop, seed, temperature
            case maximumTokens = "max_tokens", topP = "top_p", topK = "top_k", minP = "min_p"
            case repetitionPenalty = "repetition_penalty"
        }

        func encode(to encoder: any Encoder) throws {
            var body = encoder.container(keyedBy: Key.self)
            try body.encode(messages, forKey: .messages)
            try body.encodeIfPresent(settings.answers, forKey: .n)
            try body.encodeIfPresent(settings.maximumTokens, forKey: .maximumTokens)
            if !settings.stop.isEmpty { try body.encode(settings.stop, forKey: .stop) }
            try body.encodeIfPresent(settings.seed.map { Int64(bitPattern: $0) }, forKey: .seed)
            try body.encodeIfPresent(settings.temperature, forKey: .temperature)
            try body.encodeIfPresent(settings.topP, forKey: .topP)
            try body.encodeIfPresent(settings.topK, forKey: .topK)
            try body.encodeIfPresent(settings.minP, forKey: .minP)
            try body.encodeIfPresent(settings.repetitionPenalty, forKey: .repetitionPenalty)
        }
    }

    private struct Document: Encodable {
        var name: String
        var path: String
        var problems: [Line]
    }

    func run() throws {
        let source = try BatchSource.find(batch.batch)
        let lines = try batch.problems(of: source).map(Line.init)
        if json {
            try putJSON(Document(name: source.name, path: source.path, problems: lines))
        } else {
            for line in lines { try putJSONLine(line) }
        }
    }
}
