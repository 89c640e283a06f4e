import Testing

@testable import Evaluation

/// Tables as spreadsheet programs and people write them.
@Suite struct TableShapeTests {
    private func read(
        _ text: String, _ form: ProblemForm = ProblemForm(), onBadLine: OnBadLine = .reject
    ) throws -> Batch {
        try BatchTable.read(Array(text.utf8), form: form, name: "t", onBadLine: onBadLine)
    }

    private static let expected = [
        BatchProblem(id: "1", text: "a", answer: "2"), BatchProblem(id: "2", text: "b", answer: "3"),
    ]

    /// Each is the table of the ids 1 and 2, the questions a and b and the answers 2 and 3.
    private static let tables = [
        "id,problem,answer,,\n1,a,2,,\n2,b,3,,\n,,,,\n",
        "id,problem,answer\n\n , ,\t\n1,a,2\n\u{A0},\u{3000},\n2,b,3\n,,\n",
        "id,problem,answer\n1,a,2,,,\n2,b,3,\n",
        "id,problem,answer,,\n1,a,2\n2,b,3, \n",
        ",,\nid,problem,answer\n1,a,2\n2,b,3\n",
        "\u{FEFF}\"id\",\"problem\",\"answer\"\r\n1,a,2\r\n2,b,3\r\n",
        "\u{FEFF}\u{FEFF}id,problem,answer\n1,a,2\n2,b,3",
        " ID , PROBLEM\u{200B},Answer \n1,a,2\n2,b,3\n",
        "Id;Question;answer_key\n1;a;2\n2;b;3\n",
        "RECORD ID\tquestion\tFinal Answer\n1\ta\t2\n2\tb\t3\n",
        "unique-id|Problem|ANSWER KEY\n1|a|2\n2|b|3\n",
        "sep=;\nid;problem;answer\n1;a;2\n2;b;3\n", "\u{FEFF}SEP=\t\r\nid\tproblem\tanswer\r\n1\ta\t2\r\n2\tb\t3",
        "\"sep=,\"\r\"id\",problem,answer\r1,a,2\r2,b,3\r", "sep=#\nid#problem#answer\n1#a#2\n2#b#3\n",
        "id,problem,answer\n1,a,2\nid,problem,answer\n2,b,3\n",
        "id,problem,answer\n1,a,2\n\u{FEFF}id,problem,answer\n2,b,3\n",
        "answer;note, or not;problem;id\n2;x;a;1\n3;y, z;b;2\n",
        "id;problem;answer;\"a,b,c,d,e\"\n1;a;2;\n2;b;3;\n",
        "id,problem,answer,remark\n1,a,2,x;y\n2,b,3,\"x\ty;\"\n",
        "id,problem,answer\r1,a,2\n2,b,3\r\n",
    ]

    @Test(arguments: tables) func theTableIsRead(text: String) throws {
        #expect(try read(text).problems == Self.expected)
    }

    @Test func commasAndOtherSeparatorsMayStandInCells() throws {
        let text = "id;problem;answer\n1;Was ist 1,5+1?;2,5\n2;\"a;b\";1.000,5\n3;x|y\tz;\"2\n3\"\n"
        #expect(
            try read(text).problems == [
                BatchProblem(id: "1", text: "Was ist 1,5+1?", answer: "2,5"),
                BatchProblem(id: "2", text: "a;b", answer: "1.000,5"),
                BatchProblem(id: "3", text: "x|y\tz", answer: "2\n3"),
            ])
        let only = try read("problem\nWhat is 1, 2; or 3?\nAnd 4, 5?\n")
        #expect(only.problems.map(\.text) == ["What is 1, 2; or 3?", "And 4, 5?"])
    }

    @Test func declaredColumnsTellTheSeparatorToo() throws {
        var form = ProblemForm()
        form.columns = ["question", "A", "B", "answer"]
        for separator in [",", ";", "\t", "|"] {
            let lines = ["Who, or; what?", "Ann", "Bob", "B"].map { "\"\($0)\"" }.joined(separator: separator)
            let blank = String(repeating: separator, count: 3)
            let batch = try read("\(lines)\n\(lines)\n\(blank)\n", form)
            #expect(batch.problems.map(\.answer) == ["B", "B"])
        }
    }

    static let bad: [(text: String, bad: [String], ids: [String])] = [
        (
            "id,problem,answer\n1,a,2\n2,b\n3,c,d,4\n4,d,\n",
            ["line 3: 2 cells, but the header has 3", "line 4: 4 cells, but the header has 3"], ["1", "4"]
        ),
        ("id,problem,answer,,\n1,What is 1,2,3,\n2,b,3,,\n", ["line 2: 4 cells, but the header has 3"], ["2"]),
        ("id,problem\n1,\"a\" b\n2,\"c\nd\"\n3,e\n", ["line 2: text follows a closed quote"], ["2", "3"]),
        ("id;problem\n1;\"x\ry\"z\r\n2;\" \"\r\n3;c", [
            "line 2: text follows a closed quote", "line 4: the field `problem` is empty",
        ], ["3"]),
        (
            "id,problem,ANSWER KEY,answer_key\n1,a,5,\n2,b,,6\n3,c,5,6\n",
            ["line 4: the key \"answer_key\" stands twice in one object"], ["1", "2"]
        ),
    ]

    @Test(arguments: bad) func recordsThatDoNotFitAreBadOnesOfATable(
        text: String, bad: [String], ids: [String]
    ) throws {
        let batch = try read(text, onBadLine: .skip)
        #expect(batch.badLines.map(\.description) == bad)
        #expect(batch.problems.map(\.id) == ids)
        #expect(throws: BatchError.badLines(batch.badLines)) { try read(text) }
    }

    static let refused: [(text: String, error: String)] = [
        ("id,problem\n1,a\n2,\"b\n3,c\n", "line 3: a quote is not closed"),
        ("id,problem\n1\n2\n", "line 2: 1 cells, but the header has 2"),
        (" id ,problem,id\n1,a,2\n", "line 1: the column 'id' stands twice"),
        ("\n\n\"id\"x,problem\n1,a\n", "line 3: text follows a closed quote"),
        ("sep=;\n", "the batch is empty: it needs at least one line {\"id\": ..., \"problem\": ...}"),
        (
            "name,text\n1,a\n",
            "line 2: none of the fields `problem`, `Problem`, `question`, `Question` is there; there are `name`, `text`"
                + "\ncorrect them, or leave them out with --on-bad-line=skip"
        ),
    ]

    @Test(arguments: refused) func whatIsNoTableIsRefused(text: String, error: String) {
        let found = #expect(throws: BatchError.self) { try read(text) }
        #expect(found?.description == error)
    }

    /// A separator is found whatever the cells hold, as long as they are quoted where they must be.
    @Test func everySeparatorAndLineEndGivesTheBatchOfTheCommas() throws {
        var random = SplitMix(seed: 15)
        let pieces = [",", ";", "\t", "|", "\"", "\n", "\r\n", "x", "1", " ", "é", "sep=", "problem"]
        for _ in 0..<300 {
            let rows = (0..<1 + random.below(4)).map { number in
                ["\(number)"] + (0..<2).map { _ in
                    "q" + (0..<random.below(6)).map { _ in pieces[random.below(pieces.count)] }.joined() + "."
                }
            }
            let expected = rows.map { BatchProblem(id: $0[0], text: $0[1], answer: $0[2]) }
            for separator in [",", ";", "\t", "|"] {
                for end in ["\n", "\r\n", "\r"] {
                    let lines = ([["id", "problem", "answer"]] + rows).map { row in
                        row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: separator)
                    }
                    #expect(try read(lines.joined(separator: end) + end).problems == expected)
                }
            }
        }
    }

    @Test func anyBytesAreAnswered() {
        var random = SplitMix(seed: 4)
        let alphabet = Array("id,problem;\t|\"\r\n sep=1\u{FEFF}é".utf8) + [0, 0xFF]
        for _ in 0..<4_000 {
            let bytes = (0..<random.below(80)).map { _ in alphabet[random.below(alphabet.count)] }
            for start in ["", "id,problem\n", "sep=;\nid;problem\n"] {
                let batch = try? BatchTable.read(Array(start.utf8) + bytes, onBadLine: .skip)
                #expect((batch?.lineCount ?? 0) <= bytes.count)
            }
        }
    }
}
