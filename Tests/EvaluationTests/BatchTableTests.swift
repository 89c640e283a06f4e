import Foundation
import Testing

@testable import Evaluation

@Suite struct BatchTableTests {
    private func read(
        _ text: String, _ form: ProblemForm = ProblemForm(), onBadLine: OnBadLine = .reject
    ) throws -> Batch {
        try BatchTable.read(Array(text.utf8), form: form, name: "set", onBadLine: onBadLine)
    }

    @Test func columnsAreFields() throws {
        let batch = try read("id,problem,answer\r\na,\"1, or\r\n\"\"2\"\"?\",=cmd\r\nb,q,\r\n")
        #expect(
            batch.problems == [
                BatchProblem(id: "a", text: "1, or\r\n\"2\"?", answer: "=cmd"),
                BatchProblem(id: "b", text: "q", answer: nil),
            ])
    }

    @Test func publishedTablesAreRead() throws {
        let gsm = try read("question,answer\nHow many?,\"2 and 3\n#### 5\"\n")
        #expect(gsm.problems == [BatchProblem(id: "set-0", text: "How many?", answer: "5")])
        let letters = try read(",Question,A,B,C,D,Answer,Subject\n0,Who?,Ann,Bob,Cy,Dee,C,s\n")
        #expect(letters.problems.map(\.answer) == ["C"])
        #expect(letters.problems[0].text.hasPrefix("Who?\n\nA. Ann\nB. Bob\nC. Cy\nD. Dee\n\n"))
        let apart = try read(
            "Record ID,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3\n"
                + "rec1,Why?,so,a,b,c\n")
        let letter = try #require(apart.problems[0].answer)
        #expect(apart.problems[0].id == "rec1" && apart.problems[0].text.contains("\n\(letter). so\n"))
        let listed = try read("question,choices,answer\nWho?,\"[\"\"Ann\"\", \"\"Bob\"\"]\",1\n")
        #expect(listed.problems.map(\.answer) == ["B"])
    }

    @Test func aTableWithoutAHeaderHasTheColumnsThatAreDeclared() throws {
        var form = ProblemForm()
        form.columns = ["question", "A", "B", "C", "D", "answer"]
        #expect(try read("Who?,Ann,Bob,Cy,Dee,D\n", form).problems.map(\.answer) == ["D"])
        let error = BatchError.table(CSVReader.Problem(line: 1, reason: "2 cells, but the header has 6"))
        #expect(throws: error) { try read("Who?,Ann\n", form) }
    }

    @Test func badRecordsAreNamedByTheLineTheyBeginOn() throws {
        let batch = try read("id,problem,answer\na,\"x\ny\",1\nb,,2\na,z,3\n", onBadLine: .skip)
        let missing = BadLineReason.missingAll(
            fields: ["problem", "Problem", "question", "Question"], found: ["id", "answer"])
        #expect(
            batch.badLines == [
                BadLine(number: 4, reason: missing), BadLine(number: 5, reason: .repeatedID("a", firstLine: 2)),
            ])
        #expect(batch.problems.map(\.id) == ["a"])
        #expect(throws: BatchError.badLines(batch.badLines)) {
            try read("id,problem,answer\na,\"x\ny\",1\nb,,2\na,z,3\n")
        }
    }

    static let refused: [(text: String, error: BatchError)] = [
        ("", .empty), ("\u{FEFF}\n", .empty), ("id,problem\n", .empty),
        ("id,problem,id\na,b,c\n", .table(CSVReader.Problem(line: 1, reason: "the column 'id' stands twice"))),
        ("id,problem\na,\"b\n", .table(CSVReader.Problem(line: 2, reason: "a quote is not closed"))),
        ("id,problem\na\n", .table(CSVReader.Problem(line: 2, reason: "1 cells, but the header has 2"))),
        ("PAR1\u{1}\u{2}", .foreign(.parquet)),
    ]

    @Test(arguments: refused) func whatIsNoTableIsRefused(text: String, error: BatchError) {
        #expect(throws: error) { try read(text, onBadLine: .skip) }
    }

    @Test func filesOfOtherKindsAreNamed() {
        #expect(throws: BatchError.foreign(.parquet)) { try BatchReader.read(Array("PAR1xx".utf8)) }
        #expect(throws: BatchError.gzip(.cutOff)) { try BatchTable.read([0x1F, 0x8B, 0x08]) }
    }

    @Test func limitsHold() throws {
        var limits = BatchLimits()
        limits.maximumLineBytes = 4
        let bytes = Array("id,problem\na,xyz\nb,wxyz\n".utf8)
        let batch = try BatchTable.read(bytes, onBadLine: .skip, limits: limits)
        #expect(batch.badLines == [BadLine(number: 3, reason: .tooLong(limitBytes: 4))])
        limits.maximumLines = 1
        #expect(throws: BatchError.tooManyLines(limit: 1)) { try BatchTable.read(bytes, limits: limits) }
        limits.maximumFileBytes = bytes.count - 1
        #expect(throws: BatchError.tooManyBytes(limit: bytes.count - 1)) {
            try BatchTable.read(bytes, limits: limits)
        }
    }

    @Test func theNameOfAFileTellsATable() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("a1-\(UUID().uuidString).CSV").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("question,answer\nq,1\n".utf8).write(to: URL(fileURLWithPath: path))
        let batch = try BatchReader.read(file: path, name: "t")
        #expect(batch.problems == [BatchProblem(id: "t-0", text: "q", answer: "1")])
        #expect(throws: BatchError.unreadable(path: "/nowhere/x.csv", reason: "No such file or directory")) {
            try BatchReader.read(file: "/nowhere/x.csv")
        }
    }
}
