import Evaluation
import Foundation
import Testing

@testable import Settings

@Suite struct DataSetListTests {
    private static let right = """
        datasets:
          - name: small
            title: A small one
            source: someone/small, test
            licence: MIT
            files: [small.jsonl, small/test.csv]
            fields: { id: [key, id], problem: question, answer: solution }
            answer_rule: last-box
          - name: table
            title: A table
            source: someone/table
            licence: MIT
            files: table.csv
            columns: [question, A, B, answer]
            answer_rule: choice-letter
        """

    private func parse(_ text: String) throws(SettingsError) -> DataSetList {
        try DataSetList.parse(Array(text.utf8), file: "datasets.yaml")
    }

    @Test func everyFieldIsRead() throws {
        let list = try parse(Self.right)
        var small = ProblemForm()
        small.id = ["key", "id"]
        small.problem = ["question"]
        small.answer = ["solution"]
        small.rule = .lastBox
        var table = ProblemForm()
        table.columns = ["question", "A", "B", "answer"]
        table.rule = .choiceLetter
        #expect(
            list.entries == [
                DataSet(
                    name: "small", title: "A small one", source: "someone/small, test", licence: "MIT",
                    files: ["small.jsonl", "small/test.csv"], form: small),
                DataSet(
                    name: "table", title: "A table", source: "someone/table", licence: "MIT", files: ["table.csv"],
                    form: table),
            ])
    }

    static let spoiled: [(old: String, new: String, problem: String)] = [
        ("datasets:", "datsets:", "1:1: unknown key 'datsets' in the list: did you mean 'datasets'? Known: datasets"),
        ("name: small", "name: Small Set", "2:11: name: 'Small Set' is not a name"),
        ("name: small", "name: .small", "2:11: name: '.small' is not a name"),
        ("name: table", "name: small", "9:11: name: 'small' is that of the data set on line 2"),
        ("title: A small one", "titel: x", "3:5: unknown key 'titel' in data set: did you mean 'title'?"),
        ("    licence: MIT\n    files: table.csv", "    files: table.csv", "9:5: data set needs 'licence': what its"),
        ("small/test.csv", "../test.csv", "6:12: files: '../test.csv' is not a name within the folder"),
        ("files: table.csv", "files: /etc/passwd", "13:12: files: '/etc/passwd' is not a name within the folder"),
        ("files: table.csv", "files: []", "13:12: files: the list is empty"),
        ("[small.jsonl, small/test.csv]", "[[a]]", "6:13: files: a list of texts cannot hold a list"),
        ("last-box", "last-bix", "8:18: answer_rule: unknown value 'last-bix': did you mean 'last-box'?"),
        ("problem: question", "question: problem", "7:30: unknown key 'question' in fields. Known: id, problem"),
        ("{ id: [key, id], problem: question, answer: solution }", "question", "7:13: fields is a mapping of id"),
    ]

    @Test(arguments: spoiled.indices) func aMistakeIsNamedWithItsPlace(number: Int) throws {
        let (old, new, problem) = Self.spoiled[number]
        try #require(Self.right.contains(old))
        do {
            _ = try parse(Self.right.replacing(old, with: new, maxReplacements: 1))
            Issue.record("not refused: \(new)")
        } catch {
            #expect(error.problems.contains { $0.description.hasPrefix(problem) }, "\(error)")
        }
    }

    @Test(arguments: ["", "- a", "datasets: 5", "datasets: [", "datasets: [5]"])
    func whatIsNoListIsRefused(text: String) {
        #expect(throws: SettingsError.self) { try parse(text) }
    }

    @Test func aNameThatIsNoneGetsTheNearest() throws {
        let list = try parse(Self.right)
        let error = #expect(throws: DataSetError.self) { try list.entry("smal") }
        #expect(error == .unknown(name: "smal", list: "datasets.yaml", known: ["small", "table"]))
        let text = try #require(error).description
        #expect(text.contains("'smal' is neither a file nor a data set; did you mean 'small'?"), "\(text)")
        #expect(text.contains("small, table"), "\(text)")
    }

    @Test func theFirstFileThatIsThereIsTaken() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "a1-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appending(path: "small"), withIntermediateDirectories: true)
        let set = try parse(Self.right).entry("small")
        let error = #expect(throws: DataSetError.notHere(set, folder: folder.path)) {
            try DataSetList.file(of: set, in: folder.path)
        }
        let text = try #require(error).description
        for part in [folder.path, "small.jsonl, small/test.csv", "someone/small, test", "A1_DATA"] {
            #expect(text.contains(part), "\(text)")
        }
        try Data().write(to: folder.appending(path: "small/test.csv"))
        #expect(try DataSetList.file(of: set, in: folder.path) == "\(folder.path)/small/test.csv")
        try Data().write(to: folder.appending(path: "small.jsonl"))
        #expect(try DataSetList.file(of: set, in: folder.path) == "\(folder.path)/small.jsonl")
    }

    @Test func theFolderComesFromTheEnvironment() {
        #expect(DataSetList.folder(environment: ["A1_DATA": "/d", "HOME": "/h"]) == "/d")
        #expect(DataSetList.folder(environment: ["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/a1/datasets")
        #expect(DataSetList.folder(environment: ["XDG_CACHE_HOME": "x", "HOME": "/h"]) == "/h/.cache/a1/datasets")
    }
}
