import Testing

@testable import Evaluation

@Suite struct TablesTests {
    @Test func columnsAreAlignedByDisplayWidth() {
        var table = TextTable(columns: [("name", .left), ("n", .right), ("note", .left)])
        table.addRow(["東京", "5", "é"])
        table.addRow(["e\u{301}clair", "120", ""])
        table.addRow(["👩‍👩‍👧", "7", "wide", "dropped"])
        table.addRow(["x"])
        #expect(
            table.rendered() == """
                name      n  note
                東京      5  é
                e\u{301}clair  120
                👩‍👩‍👧        7  wide
                x

                """)
    }

    @Test func controlCharactersAreShownAndDoNothing() {
        var table = TextTable(columns: [("a", .left)])
        table.addRow(["x\n\u{1B}[31m\u{202E}\u{0}"])
        #expect(table.rendered() == "a\nx\\n\\u{1B}[31m\\u{202E}\\0\n")
    }

    @Test(arguments: [("a", 1), ("", 0), ("日本", 4), ("é", 1), ("e\u{301}", 1), ("🙂", 2), ("❤️", 2), ("한", 2), ("Ａ", 2)])
    func displayWidths(text: String, columns: Int) {
        #expect(DisplayWidth.columns(of: text) == columns)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("a\nb", "\"a\nb\""), ("", ""),
        ("=1+1", "'=1+1"), ("@x", "'@x"), ("+cmd", "'+cmd"), ("-x", "'-x"), ("-5", "-5"), ("+5", "+5"),
        ("-2.5e-3", "-2.5e-3"),
        ("-", "'-"), ("-5-5", "'-5-5"), ("\tx", "'\tx"), ("-2,1", "\"'-2,1\""), ("-.5", "-.5"), ("1=1", "1=1"),
        ("-e5", "'-e5"),
    ])
    func csvCells(cell: String, written: String) {
        #expect(CSVWriter.record([cell, "x"]) == written + ",x\r\n")
    }

    @Test func csvDocuments() {
        #expect(CSVWriter.document(header: ["a", "b"], rows: [["1", "2"], ["3", ""]]) == "a,b\r\n1,2\r\n3,\r\n")
    }
}
