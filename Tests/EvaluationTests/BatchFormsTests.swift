import Foundation
import Testing

@testable import Evaluation

/// One batch is the same in every form that a file may have.
@Suite struct BatchFormsTests {
    private static let fixture = BatchForms.fixture

    private func inFile<T>(_ bytes: [UInt8], _ ending: String, _ body: (String) throws -> T) throws -> T {
        let name = "a1-\(UUID().uuidString)\(ending)"
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try body(path)
    }

    @Test(arguments: fixture.forms) func theBatchIsWhatPythonReads(form: BatchForms.Form) throws {
        let batch = try inFile([UInt8](form.bytes), form.ending) { try BatchReader.read(file: $0) }
        #expect(batch.problems == Self.fixture.problems(of: form))
    }

    /// The name of a file that says nothing leaves it to the content, and `.gz` is looked through.
    @Test(arguments: ["", ".txt", ".gz", ".dat"]) func aFileWithoutAnEndingIsReadByItsContent(ending: String) throws {
        for form in Self.fixture.forms where form.rows == nil {
            let batch = try inFile([UInt8](form.bytes), ending) { try BatchReader.read(file: $0) }
            #expect(batch.problems == Self.fixture.problems(of: form), "\(form)")
        }
    }

    @Test func chunksOfAnySizeGiveTheSameBatch() throws {
        for form in Self.fixture.forms where form.ending.hasPrefix(".json") {
            let bytes = [UInt8](form.bytes)
            for size in [1, 2, 3, 7, 64, 1_000] {
                var reader = BatchReader()
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try reader.feed(bytes[start..<min(start + size, bytes.count)])
                }
                #expect(try reader.finish(onBadLine: .reject).problems == Self.fixture.problems(of: form), "\(form)")
            }
        }
    }

    /// What is larger than the piece that tells files apart is read in pieces.
    @Test func largeFilesAreReadInEveryForm() throws {
        let rows = (0..<4_000).map { (id: "row-\($0)", text: "What is 世界 \($0)?", answer: "\($0)") }
        let objects = rows.map { #"{"id":"\#($0.id)","problem":"\#($0.text)","answer":"\#($0.answer)"}"# }
        let expected = rows.map { BatchProblem(id: $0.id, text: $0.text, answer: $0.answer) }
        let texts = [
            objects.joined(separator: "\n"), "[" + objects.joined(separator: ",\n") + "]",
            #"{"data": ["# + objects.joined(separator: ",") + #"], "count": 4000}"#,
            objects.joined(separator: "\n").replacing(",", with: ",\n  "),
        ]
        var limits = BatchLimits()
        limits.maximumLineBytes = 100
        for text in texts {
            #expect(try BatchReader.read(Array(text.utf8), limits: limits).problems == expected)
            let wide = [0xFE, 0xFF] + [UInt8](utf16: text, isBigEndian: true)
            #expect(try BatchReader.read(wide, limits: limits).problems == expected)
        }
        let table = "id;problem;answer\r" + rows.map { "\($0.id);\($0.text);\($0.answer)" }.joined(separator: "\r")
        #expect(try BatchTable.read(Array(table.utf8), limits: limits).problems == expected)
    }

    @Test func aTableInAFileOfLinesIsNoTable() throws {
        let bytes = Array("id,problem\na,b\n".utf8)
        #expect(throws: BatchError.self) { try inFile(bytes, ".jsonl") { try BatchReader.read(file: $0) } }
        #expect(try inFile(bytes, "") { try BatchReader.read(file: $0) }.problems.count == 1)
        let lines = Array("[{\"id\":\"a\",\"problem\":\"b\"}]".utf8)
        #expect(try inFile(lines, ".csv") { try BatchReader.read(file: $0) }.problems.count == 1)
    }
}
