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

    private struct Line: Encodable {
        var id: String
        var problem: String
        var answer: String?
    }

    private struct Document: Encodable {
        var name: String
        var path: String
        var problems: [Line]
    }

    func run() throws {
        let source = try BatchSource.find(batch.batch)
        let lines = try batch.problems(of: source).map { Line(id: $0.id, problem: $0.text, answer: $0.answer) }
        if json {
            try putJSON(Document(name: source.name, path: source.path, problems: lines))
        } else {
            for line in lines { try putJSONLine(line) }
        }
    }
}
