import Foundation
import Testing

@testable import Evaluation

@Suite struct BatchReaderTests {
    private func read(_ text: String, onBadLine: OnBadLine = .skip) throws -> Batch {
        try BatchReader.read(Array(text.utf8), onBadLine: onBadLine)
    }

    private func line(_ id: String) -> String { "{\"id\":\"\(id)\",\"problem\":\"p\"}\n" }

    @Test func readsBothKindsOfLines() throws {
        let text = """
            {"id":"a","problem":"1+1?","answer":"2"}
            {"problem":"x","id":"b","more":[1,{"y":null}]}

            {"custom_id":"c","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[\
            {"role":"system","content":"s"},{"role":"user","content":"first"},{"role":"assistant","content":"yes"},\
            {"role":"user","content":"last"}]}}
            {"custom_id":"d","answer":25,"body":{"messages":[{"role":"user","content":[{"type":"text","text":"a"},\
            {"type":"text","text":"b"}]}]}}
            """
        #expect(
            try read(text, onBadLine: .reject).problems == [
                BatchProblem(id: "a", text: "1+1?", answer: "2"), BatchProblem(id: "b", text: "x", answer: nil),
                BatchProblem(
                    id: "c", text: "last", answer: nil,
                    turns: [
                        BatchTurn(speaker: .system, text: "s"), BatchTurn(speaker: .user, text: "first"),
                        BatchTurn(speaker: .assistant, text: "yes"),
                    ]),
                BatchProblem(id: "d", text: "ab", answer: "25"),
            ])
    }

    @Test func escapesAndUnicodeAreReadByteByByte() throws {
        let batch = try read(#"{"id":"e\u0301","problem":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 é\u202e","answer":1.50}"#)
        #expect(batch.problems[0].text.utf8.elementsEqual("\"\\/\u{8}\u{C}\n\r\té😀 é\u{202E}".utf8))
        #expect(batch.problems[0].answer == "1.50")
    }

    @Test func canonicallyEquivalentIdsAreDifferentIds() throws {
        let batch = try read(line("\u{E9}") + line("e\u{301}"), onBadLine: .reject)
        #expect(batch.problems.count == 2)
    }

    @Test(arguments: ["\r\n", "\n", "\n\n \t\n"]) func lineEndsAndBlankLinesAreFine(end: String) throws {
        let rows = [1, 2, 3].map { line("\($0)").dropLast() }
        for text in [rows.joined(separator: end), "\u{FEFF}" + rows.joined(separator: end) + end] {
            #expect(try read(text, onBadLine: .reject).problems.map(\.id) == ["1", "2", "3"])
        }
    }

    static let badLines: [(String, BadLineReason)] = [
        ("[1]", .notAnObject), ("5", .notAnObject), ("x", .notJSON(offset: 0, found: "`x`", expected: "a value")),
        (#"{"id":"a""#, .notJSON(offset: 9, found: "the end of the line", expected: "`,` or `}`")),
        (#"{"id":"a"}"#, .missingAll(fields: ProblemForm().problem, found: ["id"])),
        (#"{"problem":"a"}"#, .missing(field: "id")),
        (#"{"id":1,"problem":"a"}"#, .wrongType(field: "id", expected: "a text")),
        (#"{"id":"a","problem":["a"]}"#, .wrongType(field: "problem", expected: "a text")),
        (#"{"id":"a","problem":" "}"#, .empty(field: "problem")), (#"{"id":"","problem":"a"}"#, .empty(field: "id")),
        (#"{"id":"a","problem":"a","answer":[]}"#, .wrongType(field: "answer", expected: "a text or a number")),
        (#"{"id":"a","id":"b","problem":"a"}"#, .repeatedKey("id")),
        (#"{"id":"a","problem":"\ud800"}"#, .loneSurrogate(offset: 21)),
        (#"{"id":"a","problem":"\ud800\u0041"}"#, .loneSurrogate(offset: 21)),
        (#"{"id":"a","problem":"\udc00"}"#, .loneSurrogate(offset: 21)),
        (#"{"id":"a","problem":"\u0000"}"#, .nul(offset: 21)), ("{\"id\":\"a\u{0}\"}", .nul(offset: 8)),
        (
            "{\"id\":\"a\tb\"}",
            .notJSON(offset: 8, found: "`\\t`", expected: "an escape instead of a control character")
        ),
        (#"{"id":"a","problem":"\x"}"#, .notJSON(offset: 21, found: "`\\\\`", expected: "a known escape")),
        (#"{"id":"a","problem":"a",}"#, .notJSON(offset: 24, found: "`}`", expected: "a key in quotes")),
        (#"{"id":"a","problem":"a"} {}"#, .notJSON(offset: 25, found: "`{`", expected: "the end of the line")),
        (#"{"id":"a","problem":01}"#, .notJSON(offset: 20, found: "`01`", expected: "a value")),
        (#"{"id":"a","problem":tru}"#, .notJSON(offset: 20, found: "`tru`", expected: "a value")),
        (#"{"custom_id":"a"}"#, .missing(field: "body")),
        (#"{"custom_id":"a","body":{}}"#, .missing(field: "body.messages")),
        (#"{"custom_id":"a","body":{"messages":{}}}"#, .wrongType(field: "body.messages", expected: "an array")),
        (#"{"custom_id":"a","body":{"messages":[]}}"#, .missing(field: "body.messages with role user")),
        (String(repeating: "[", count: 65), .tooDeep(limit: 64)),
    ]

    @Test(arguments: badLines) func badLinesAreReportedWithTheirNumber(text: String, reason: BadLineReason) throws {
        let whole = line("first") + "\n" + text + "\n" + line("last")
        let batch = try read(whole)
        #expect(batch.badLines == [BadLine(number: 3, reason: reason)])
        #expect(batch.problems.map(\.id) == ["first", "last"])
        #expect(batch.lineCount == 3)
        #expect(throws: BatchError.badLines(batch.badLines)) { try read(whole, onBadLine: .reject) }
        #expect(throws: BatchError.nothingLeft([BadLine(number: 1, reason: reason)])) { try read(text) }
    }

    @Test func oneBadLineAmongFiftyThousandIsFoundAndEveryLineIsCounted() throws {
        var text = (1...49_999).map { line("\($0)") }.joined()
        // Cut off in the middle, as by a copy that was interrupted.
        text += #"{"id":"50000","prob"#
        let batch = try read(text)
        #expect(batch.lineCount == 50_000)
        #expect(batch.badLines.map(\.number) == [50_000])
        #expect(batch.problems.count + batch.badLines.count == batch.lineCount)
        #expect(throws: BatchError.badLines(batch.badLines)) { try read(text, onBadLine: .reject) }
    }

    @Test func depthIsAllowedUpToItsLimit() throws {
        let nested = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        #expect(try read("{\"id\":\"a\",\"problem\":\"p\",\"x\":\(nested)}").problems.count == 1)
        let deeper = try? read("{\"id\":\"a\",\"problem\":\"p\",\"x\":[\(nested)]}")
        #expect(deeper == nil)
    }

    @Test func aRepeatedIdNamesTheFirstLine() throws {
        let batch = try read(line("a") + line("b") + line("a"))
        #expect(batch.badLines == [BadLine(number: 3, reason: .repeatedID("a", firstLine: 1))])
    }

    @Test func invalidUTF8IsABadLine() throws {
        let bytes = Array(line("a").utf8) + Array("{\"id\":\"".utf8) + [0xC0, 0x80] + Array("\"}\n".utf8)
        let batch = try BatchReader.read(bytes, onBadLine: .skip)
        #expect(batch.badLines == [BadLine(number: 2, reason: .invalidUTF8)])
    }

    @Test func wholeFilesAreRefused() throws {
        for text in ["", "\n", " \r\n\n", "\u{FEFF}", "\n\n"] { #expect(throws: BatchError.empty) { try read(text) } }
        #expect(throws: BatchError.gzip(.cutOff)) { try BatchReader.read([0x1F, 0x8B, 0x08, 0x00]) }
    }

    @Test func limitsHoldAtTheLimitAndNotOnePastIt() throws {
        var limits = BatchLimits()
        let rows = Array((line("1") + line("2") + line("3")).utf8)
        limits.maximumLines = 3
        #expect(try BatchReader.read(rows, limits: limits).problems.count == 3)
        limits.maximumLines = 2
        #expect(throws: BatchError.tooManyLines(limit: 2)) { try BatchReader.read(rows, limits: limits) }
        limits = BatchLimits()
        limits.maximumFileBytes = rows.count
        #expect(try BatchReader.read(rows, limits: limits).problems.count == 3)
        limits.maximumFileBytes -= 1
        #expect(throws: BatchError.tooManyBytes(limit: rows.count - 1)) { try BatchReader.read(rows, limits: limits) }
        limits = BatchLimits()
        limits.maximumLineBytes = line("1").utf8.count - 1
        #expect(try BatchReader.read(rows, limits: limits).problems.count == 3)
        let windows = Array(String(decoding: rows, as: UTF8.self).replacing("\n", with: "\r\n").utf8)
        #expect(try BatchReader.read(windows, limits: limits).problems.count == 3)
        limits.maximumLineBytes -= 1
        #expect(throws: BatchError.self) { try BatchReader.read(rows, limits: limits) }
    }

    @Test func chunksOfAnySizeGiveTheSameBatch() throws {
        let text = "\u{FEFF}" + line("a") + "\r\n" + "bad\n" + line("é") + "{\"id\":\"a\",\"problem\":\"2\"}"
        let bytes = Array(text.utf8)
        let whole = try BatchReader.read(bytes, onBadLine: .skip)
        #expect(whole.badLines.map(\.number) == [3, 5])
        for size in 1...40 {
            var reader = BatchReader()
            for start in stride(from: 0, to: bytes.count, by: size) {
                try reader.feed(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(try reader.finish(onBadLine: .skip) == whole)
        }
    }

    @Test func aFileWithALineOf64MiBIsReadInBoundedMemory() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("a1-batch-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        // A sparse file: the long line is 64 MiB of NUL bytes.
        #expect(FileManager.default.createFile(atPath: path, contents: Data(line("a").utf8)))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 64 << 20)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(("\n" + line("b")).utf8))
        try handle.close()
        let batch = try BatchReader.read(file: path, onBadLine: .skip)
        #expect(batch.problems.map(\.id) == ["a", "b"])
        #expect(batch.badLines == [BadLine(number: 2, reason: .tooLong(limitBytes: 1 << 20))])
    }

    @Test func filesThatCannotBeReadSayWhy() {
        #expect(throws: BatchError.unreadable(path: "/nowhere/x", reason: "No such file or directory")) {
            try BatchReader.read(file: "/nowhere/x")
        }
        #expect(throws: BatchError.unreadable(path: "/", reason: "Is a directory")) { try BatchReader.read(file: "/") }
    }

    @Test func anyBytesAreAnswered() {
        var random = SplitMix(seed: 31)
        let request = #"{"custom_id":"c","body":{"messages":[{"role":"user","content":"x\u0041"}]}}"#
        let seed = Array((line("a") + request).utf8)
        for _ in 0..<1_000 {
            var bytes = seed
            for _ in 0...random.below(4) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.below(3) == 0 { bytes.removeLast(random.below(bytes.count)) }
            let batch = try? BatchReader.read(bytes, onBadLine: .skip)
            #expect((batch?.lineCount ?? 0) <= bytes.count)
        }
    }
}
