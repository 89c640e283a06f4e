import Testing

@testable import Evaluation

/// What a table looks like in terminals of different widths, character by character.
@Suite struct TextTableFoldTests {
    private var runs: TextTable {
        var table = TextTable(columns: [
            ("RUN", .left), ("NAME", .left), ("STATE", .left), ("PROBLEMS", .right), ("PATHS", .right),
            ("VERDICTS", .right), ("TAKEN OVER", .right), ("", .left), ("REASON", .left), ("WAITING FOR", .left),
        ])
        table.addRow(["4dae14f3", "arithmetic.jsonl", "finished", "24/24", "192/192", "919", "41.0 %", "right"])
        table.addRow([
            "7f3a9c12", "gsm8k", "open", "3/24", "70/192", "12", "41.7 %", "", "",
            "no target worker that has the model qwen2.5-coder-1.5b",
        ])
        return table
    }

    @Test func aTableThatFitsIsAsItWas() {
        #expect(runs.rendered(width: 200) == runs.rendered())
        #expect(runs.rendered(width: nil) == runs.rendered())
    }

    @Test func at120ColumnsTheLastColumnsFollow() {
        #expect(
            runs.rendered(width: 120) == """
                RUN       NAME              STATE     PROBLEMS    PATHS  VERDICTS  TAKEN OVER         REASON
                4dae14f3  arithmetic.jsonl  finished     24/24  192/192       919      41.0 %  right
                7f3a9c12  gsm8k             open          3/24   70/192        12      41.7 %
                  WAITING FOR no target worker that has the model qwen2.5-coder-1.5b

                """)
    }

    @Test func at80ColumnsTheyFollowOnALine() {
        #expect(
            runs.rendered(width: 80) == """
                RUN       NAME              STATE     PROBLEMS    PATHS  VERDICTS  TAKEN OVER
                4dae14f3  arithmetic.jsonl  finished     24/24  192/192       919      41.0 %
                  right
                7f3a9c12  gsm8k             open          3/24   70/192        12      41.7 %
                  WAITING FOR no target worker that has the model qwen2.5-coder-1.5b

                """)
    }

    @Test func at60ColumnsAsManyAsFitStandInALine() {
        #expect(
            runs.rendered(width: 60) == """
                RUN       NAME              STATE     PROBLEMS    PATHS
                4dae14f3  arithmetic.jsonl  finished     24/24  192/192
                  VERDICTS 919  TAKEN OVER 41.0 %  right
                7f3a9c12  gsm8k             open          3/24   70/192
                  VERDICTS  12  TAKEN OVER 41.7 %
                  WAITING FOR no target worker that has the model
                    qwen2.5-coder-1.5b

                """)
    }

    @Test func at40ColumnsEveryRowIsARecord() {
        #expect(
            runs.rendered(width: 40) == """
                RUN       NAME              STATE
                4dae14f3  arithmetic.jsonl  finished
                  PROBLEMS 24/24  PATHS 192/192
                  VERDICTS 919  TAKEN OVER 41.0 %  right
                7f3a9c12  gsm8k             open
                  PROBLEMS  3/24  PATHS  70/192
                  VERDICTS  12  TAKEN OVER 41.7 %
                  WAITING FOR no target worker that has
                    the model qwen2.5-coder-1.5b

                """)
    }

    private var summary: TextTable {
        var table = TextTable(columns: [("RUN 4dae14f3", .left), ("", .left)])
        table.addRow(["strategy", "async, 8 paths, at most 12 rounds, takeover resample"])
        table.addRow(["draft waits for verdicts", "0.0 %"])
        return table
    }

    @Test func aValueIsBrokenBesideItsName() {
        #expect(
            summary.rendered(width: 60) == """
                RUN 4dae14f3
                strategy                  async, 8 paths, at most 12 rounds,
                                          takeover resample
                draft waits for verdicts  0.0 %

                """)
    }

    @Test func aValueGoesUnderItsNameWhereThereIsNoRoom() {
        #expect(
            summary.rendered(width: 40) == """
                RUN 4dae14f3
                strategy
                  async, 8 paths, at most 12 rounds,
                  takeover resample
                draft waits for verdicts  0.0 %

                """)
    }

    @Test(arguments: 1...140) func noLineIsWiderThanTheTerminal(width: Int) {
        for table in [runs, summary] {
            for line in table.rendered(width: width).split(separator: "\n") {
                #expect(DisplayWidth.columns(of: String(line)) <= max(width, 20), "\(line)")
            }
        }
    }

    /// Nothing is lost: every word of every cell is there, in the order of the row.
    @Test(arguments: [20, 33, 40, 60, 80, 100, 120]) func everyWordIsThere(width: Int) {
        let words = { (text: String) in text.split { $0 == " " || $0 == "\n" }.joined() }
        let folded = words(runs.rendered(width: width))
        for cell in ["4dae14f3", "arithmetic.jsonl", "192/192", "41.0%", "right", "notargetworkerthathasthemodel"] {
            #expect(folded.contains(cell), "\(cell)")
        }
    }

    @Test func wideCharactersCountTwice() {
        #expect(TextLines.broken("東京 大阪", to: 4) == ["東京", "大阪"])
        #expect(TextLines.broken("abcdefgh ij", to: 3) == ["abc", "def", "gh", "ij"])
        #expect(TextLines.broken("a b c d", to: 3, then: 1) == ["a b", "c", "d"])
        #expect(TextLines.broken("", to: 3) == [""])
    }
}
