import Testing

@testable import Evaluation

/// Where rows of JSON begin and end, in good files and in broken ones.
@Suite struct JSONRowsTests {
    private func read(_ text: String, limits: BatchLimits = BatchLimits()) throws -> Batch {
        try BatchReader.read(Array(text.utf8), name: "n", onBadLine: .skip, limits: limits)
    }

    private func row(_ id: String) -> String { #"{"id":"\#(id)","problem":"p","tags":["x",{"y":"]}"}]}"# }

    private func pretty(_ id: String) -> String {
        "  {\n    \"id\": \"\(id)\",\n    \"more\": [\n      {\n        \"problem\": \"no\"\n      }\n    ],\n"
            + "    \"problem\": \"p\"\n  }"
    }

    // MARK: Places

    static let faults: [(text: String, bad: [String], ids: [String])] = [
        // Between the elements of an array.
        (
            #"[{"id":"a","problem":"p"} {"id":"b","problem":"p"}]"#,
            ["line 1: not JSON at byte 26: found `{`, expected `,` or `]`"], ["a", "b"]
        ),
        (
            "[\n{\"id\":\"a\",\"problem\":\"p\"},\n]\n",
            ["line 3: not JSON at byte 0: found `]`, expected a value"], ["a"]
        ),
        (
            #"[,{"id":"a","problem":"p"},,{"id":"b","problem":"p"}]"#,
            [
                "line 1: not JSON at byte 1: found `,`, expected a value",
                "line 1: not JSON at byte 27: found `,`, expected a value",
            ], ["a", "b"]
        ),
        (
            "[{\"id\":\"a\",\"problem\":\"p\"}\n",
            ["line 2: not JSON at byte 0: found the end of the file, expected `,` or `]`"], ["a"]
        ),
        (
            "[{\"id\":\"a\",\"problem\":\"p\"}]\n\nend {\n[{\"id\":\"b\",\"problem\":\"p\"}]",
            ["line 3: not JSON at byte 0: found `end`, expected the end of the file"], ["a", "b"]
        ),
        ("[1, \"x\", null, [], {\"id\":\"a\",\"problem\":\"p\"}]", [
            "line 1: not a JSON object; expected {\"id\": ..., \"problem\": ...}",
            "line 1: not a JSON object; expected {\"id\": ..., \"problem\": ...}",
            "line 1: not a JSON object; expected {\"id\": ..., \"problem\": ...}",
            "line 1: not a JSON object; expected {\"id\": ..., \"problem\": ...}",
        ], ["a"]),
        // Within them: the line and the byte of what is wrong, or the first line of the row.
        (
            "[\n  {\n    \"id\": \"a\",\n    \"problem\": NaN\n  },\n  {\n    \"id\": \"b\",\"problem\": \"p\"\n  }\n]",
            ["line 4: not JSON at byte 15: found `NaN`, expected a value"], ["b"]
        ),
        (
            "{\n  \"id\": \"a\",\r\n  \"problem\": \"p\",\n}\n{\r  \"id\": \"b\",\r  \"problem\": \"p\"\r}\r",
            ["line 4: not JSON at byte 0: found `}`, expected a key in quotes"], ["b"]
        ),
        (
            "[\r\n  {\r\n    \"id\": \"a\",\r\n    \"id\": \"b\"\r\n  }, {\"id\": \"c\", \"problem\": \"p\"}]",
            ["line 2: the key \"id\" stands twice in one object"], ["c"]
        ),
        (
            #"{"data": [{"id":"a"}, {"id":"b","problem":"\ud800"},"# + "\n" + #"{"id":"c","problem":"p"}]}"#,
            [
                "line 1: none of the fields `problem`, `Problem`, `question`, `Question` is there; there are `id`",
                "line 1: half a surrogate pair at byte 43",
            ], ["c"]
        ),
        // Two lists: which one it is, nobody knows.
        (
            #"{"train": [{"problem":"p"}], "test": [{"problem":"p"}]}"#,
            [
                "line 1: the fields `train`, `test` are lists of objects each, and one of them must be the problems; "
                    + "take one: jq -c '.FIELD[]' FILE > NEW.jsonl"
            ], []
        ),
        (
            #"{"data": [{"problem":"p"}], "n": 01}"#, ["line 1: not JSON at byte 33: found `01`, expected a value"], []
        ),
        // A row with a list of objects is a row, and so are several objects.
        (
            #"{"id":"a","problem":"p","turns":[{"problem":"no"}]}"#, [], ["a"]
        ),
        (
            #"{"data":[{"problem":"p"}]}"# + "\n" + #"{"id":"b","problem":"p"}"#,
            ["line 1: none of the fields `problem`, `Problem`, `question`, `Question` is there; there are `data`"],
            ["b"]
        ),
    ]

    @Test(arguments: faults) func whatIsWrongIsNamedByItsPlace(text: String, bad: [String], ids: [String]) throws {
        let batch: Batch
        do {
            batch = try read(text)
        } catch BatchError.nothingLeft(let lines) {
            #expect(lines.map(\.description) == bad && ids.isEmpty)
            return
        }
        #expect(batch.badLines.map(\.description) == bad)
        #expect(batch.problems.map(\.id) == ids)
    }

    // MARK: Rows that are broken off

    /// Of lines, an array of lines and an array over many lines, the row that is cut off anywhere is the only one lost.
    @Test func aRowThatIsCutOffTakesNoOtherWithIt() throws {
        let ids = ["a", "b", "c", "d"]
        for broken in ids {
            let whole = row(broken)
            for end in 1..<whole.utf8.count {
                let cut = String(decoding: Array(whole.utf8)[..<end], as: UTF8.self)
                let lines = ids.map { $0 == broken ? cut : row($0) }
                for text in [lines.joined(separator: "\n"), "[\n" + lines.joined(separator: ",\n") + "\n]"] {
                    let batch = try read(text)
                    #expect(batch.problems.map(\.id) == ids.filter { $0 != broken }, "\(text)")
                    #expect(!batch.badLines.isEmpty)
                }
            }
        }
    }

    @Test func aBrokenObjectOverManyLinesTakesNoOtherWithIt() throws {
        let ids = ["a", "b", "c"]
        for broken in ids {
            let lines = pretty(broken).split(separator: "\n")
            // Without its first line a row cannot be told.
            for missing in lines.indices.dropFirst() {
                let cut = lines[..<missing].joined(separator: "\n")
                let without = (lines[..<missing] + lines[(missing + 1)...]).joined(separator: "\n")
                for part in [cut, without] where part.contains("\"id\"") && part.contains("{") {
                    let rows = ids.map { $0 == broken ? part : pretty($0) }
                    for text in ["[\n" + rows.joined(separator: ",\n") + "\n]\n", rows.joined(separator: "\n")] {
                        let batch = try? read(text)
                        let others = ids.filter { $0 != broken }
                        let found = batch?.problems.map(\.id).filter { $0 != broken }
                        #expect(found == others, "\(missing) of \(broken): \(text)")
                    }
                }
            }
        }
    }

    @Test func bracketsInTextsAreNone() throws {
        let text = #"[{"id":"a","problem":"\"}],{\\","x":"[{"},{"id":"b","problem":"p\\\\"}]"#
        #expect(try read(text).problems.map(\.text) == [#""}],{\"#, #"p\\"#])
    }

    // MARK: Limits

    @Test func aRowMayBeAsLongAsALine() throws {
        var limits = BatchLimits()
        limits.maximumLineBytes = row("a").utf8.count
        let long = #"{"id":"b","problem":"\#(String(repeating: "x", count: 80))"}"#
        let texts = [
            "\(row("a"))\n\(long)\n\(row("c"))", "[\(row("a")),\(long),\(row("c"))]",
            "[\(long)\n,\(row("a")),\n\(row("c"))]",
            "\(long)\n\(row("a"))\n\(row("c"))", #"{"data":[\#(row("a")),\#(long),\#(row("c"))]}"#,
        ]
        for text in texts {
            let batch = try read(text, limits: limits)
            #expect(batch.problems.map(\.id) == ["a", "c"])
            #expect(batch.badLines.map(\.reason) == [.tooLong(limitBytes: limits.maximumLineBytes)])
        }
    }

    @Test func theBracketsAroundRowsCount() throws {
        let nested = String(repeating: "[", count: 62) + String(repeating: "]", count: 62)
        let row = #"{"id":"a","problem":"p","x":\#(nested)}"#
        #expect(try read("[\(row)]").problems.count == 1)
        #expect(throws: BatchError.nothingLeft([BadLine(number: 1, reason: .tooDeep(limit: 64))])) {
            try read(#"{"data":[\#(row)]}"#)
        }
    }

    // MARK: Any bytes

    private static let alphabet = Array("{}[]\",:\\\n\r \t1a\u{FEFF}".utf8)

    @Test func anyStructureIsAnswered() {
        var random = SplitMix(seed: 77)
        for _ in 0..<4_000 {
            let bytes = (0..<random.below(120)).map { _ in Self.alphabet[random.below(Self.alphabet.count)] }
            let whole = Result { try BatchReader.read(bytes, name: "n", onBadLine: .skip) }
            // Pieces of any size give the same, errors too.
            let size = 1 + random.below(9)
            let pieces = Result {
                var reader = BatchReader(name: "n")
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try reader.feed(bytes[start..<min(start + size, bytes.count)])
                }
                return try reader.finish(onBadLine: .skip)
            }
            switch (whole, pieces) {
            case (.success(let one), .success(let other)): #expect(one == other)
            case (.failure(let one), .failure(let other)): #expect(one as? BatchError == other as? BatchError)
            case (.success, .failure), (.failure, .success): Issue.record("\(bytes)")
            }
        }
    }

    /// Structures that a reader might go through again and again.
    @Test(.timeLimit(.minutes(1)), arguments: [
        "[", "{", "{\"a\":[\n", "{\"a\":[1,\n", "[\n", "{\n", "\"", "\\", "]", "}\n", "{\"a\":1},\n", "[[],\n", "\r",
        "\u{FEFF}", "{\"a\":[{\n}\n", "{\"a\":\n", "[{\"a\":1,\n", ",", "[{},{\n", " {\n",
    ])
    func repeatedStructuresAreReadInLinearTime(piece: String) {
        var limits = BatchLimits()
        limits.maximumLines = 1_000_000
        for start in ["", "[\n", "{\"id\":\"a\",\n"] {
            let bytes = Array((start + String(repeating: piece, count: 60_000 / piece.utf8.count)).utf8)
            let batch = try? BatchReader.read(bytes, name: "n", onBadLine: .skip, limits: limits)
            #expect(batch?.problems.isEmpty ?? true)
        }
    }
}
