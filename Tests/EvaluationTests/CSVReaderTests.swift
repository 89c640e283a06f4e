import Testing

@testable import Evaluation

@Suite struct CSVReaderTests {
    private func read(_ text: String) throws -> CSVReader { try CSVReader(Array(text.utf8)) }

    @Test func cellsAreThoseOfTheRFC() throws {
        let table = try read("\u{FEFF}a,b\r\n1,\"x,\"\"y\"\"\nz\"\r\n,\r\n\"\",2")
        #expect(table.header == ["a", "b"])
        #expect(table.records.map(\.cells) == [["1", "x,\"y\"\nz"], ["", ""], ["", "2"]])
        #expect(table.records.map(\.line) == [2, 4, 5])
        #expect(try table.column("b") == 1)
    }

    /// What our writer writes comes back, whatever is in the cells (but for the apostrophe before formulas).
    @Test func whatIsWrittenIsRead() throws {
        let cells = ["", " ", "\"", ",", "z\r\n", "a\"b,c\nd", "ä 世界", "\"\"", "x\r"]
        for first in cells {
            for second in cells {
                let table = try read(CSVWriter.document(header: ["p", "q"], rows: [[first, second], ["1", "2"]]))
                // A lone empty record of one cell would be a blank line; two cells never are.
                #expect(table.records.map(\.cells) == [[first, second], ["1", "2"]])
            }
        }
    }

    @Test(arguments: [
        ("", "line 1: there is no header"), ("a,b\n1\n", "line 2: 1 cells, but the header has 2"),
        ("a\n\"x\ny", "line 2: a quote is not closed"), ("a\n\"x\"y\n", "line 2: text follows a closed quote"),
    ])
    func problemsAreNamedByTheirLine(text: String, description: String) {
        #expect(throws: CSVReader.Problem.self) { try read(text) }
        do { _ = try read(text) } catch { #expect("\(error)" == description) }
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        #expect(throws: CSVReader.Problem(line: 2, reason: "it is not UTF-8")) {
            try CSVReader(Array("a\n".utf8) + [0xFF, 0x0A])
        }
    }

    @Test func aMissingColumnIsNamedWithThoseThatAreThere() throws {
        let table = try read("a,b\n1,2\n")
        let error = #expect(throws: CSVReader.Problem.self) { try table.column("c") }
        #expect(error?.reason == "there is no column 'c'; there are a, b")
    }
}
