import Domain
import Foundation
import Synchronization
import Testing
@testable import Logs

@Suite struct LogReaderTests {
    /// Numbers are numbers for programs and the same words as ever for people; logs of older versions had texts.
    @Test func fieldsKeepTheirKinds() throws {
        let folder = try TemporaryFolder()
        let file = try LogFile(path: folder.log("coordinator"), process: "coordinator")
        let fields: [LogEntry.Field] = [
            .init("slots", 4), .init("epoch", UInt64.max), .init("score", 5.0), .init("p_value", 1e-7),
            .init("rate", 0.1), .init("ahead", false), .init("order", "12"), .init("reason", "gone: 5"),
            .init("nothing", Double.nan),
        ]
        file.logger(label: "test").write(LogEntry(.info, "typed", fields: fields))
        let old = #"{"time":"2026-11-21T20:00:00.042Z","level":"info","worker":"old","message":"m","slots":"4"}"#
        try Data((old + "\n").utf8).write(to: URL(fileURLWithPath: folder.log("old")))
        let record = try #require(try folder.records(file.path).first)
        #expect(record["slots"] as? Int == 4 && record["score"] as? Double == 5)
        #expect(record["p_value"] as? Double == 1e-7 && record["rate"] as? Double == 0.1)
        #expect(record["ahead"] as? Bool == false)
        #expect(record["order"] as? String == "12" && record["nothing"] as? String == "nan")
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file.path)), as: UTF8.self)
        #expect(text.contains(#""slots":4"#) && text.contains(#""score":5.0"#) && text.contains(#""ahead":false"#))
        var lines: [String] = []
        try LogReader(folder: folder.path).printAll { line in
            lines.append(line)
            return true
        }
        #expect(
            lines.contains {
                $0.hasSuffix(
                    "typed ahead=false epoch=9223372036854775807 nothing=nan order=12 p_value=1e-07 rate=0.1 "
                        + "reason=\"gone: 5\" score=5.0 slots=4")
            }, "\(lines)")
        #expect(lines.contains { $0.hasSuffix("m slots=4") }, "\(lines)")
    }

    private func printed(_ reader: LogReader) throws -> [String] {
        var lines: [String] = []
        try reader.printAll { line in
            lines.append(line)
            return true
        }
        return lines
    }

    private func record(_ json: String) -> LogRecord { LogRecord(line: Array(json.utf8), process: "p") }

    @Test func aRecordReadsWell() {
        var printer = LogPrinter(isColoured: false)
        let time = LogTime.text(ofMs: 1_795_291_200_042)
        let local = LogTime.local(ofMs: 1_795_291_200_042)
        let lines = printer.lines(record(
            """
            {"time":"\(time)","level":"info","worker":"target-0","run":"7f3a9c12ffff","path":"7f3a9c12/17/3",\
            "round":2,"message":"kept\\na block \\u001b[2J","score":0.25,"text":"a b","ok":true}
            """))
        #expect(lines == [
            "--- \(local.date) ---",
            "\(local.time) info     target-0 7f3a9c12/17/3 r2 kept\\na block \\u{1b}[2J ok=true score=0.25 "
                + "text=\"a b\"",
        ])
        let next = printer.lines(record(
            "{\"time\":\"\(time)\",\"level\":\"error\",\"worker\":\"d\",\"run\":\"7f3a9c12ffff\",\"message\":\"x\"}"))
        #expect(next == ["\(local.time) error    d        7f3a9c12 x"])
        printer.isColoured = true
        #expect(printer.lines(record("{\"time\":\"\(time)\",\"level\":\"error\"}"))[0].hasPrefix("\u{1B}[31m"))
    }

    @Test(arguments: ["", "{", "[]", "7", "null", "{\"time\":7}", "Fatal error: out of memory", "\u{0}"])
    func whatIsNoRecordIsShownAsItIs(line: String) {
        var printer = LogPrinter(isColoured: false)
        let lines = printer.lines(record(line))
        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix(" p        \(LogText.shown(line))"))
    }

    @Test func logsAreMergedByTime() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", [(1_000, "one"), (4_000, "four"), (5_000, "five")])
        try folder.write("b", [(2_000, "two"), (3_000, "three"), (6_000, "six")])
        let lines = try printed(LogReader(folder: folder.path))
        #expect(lines.dropFirst().map { $0.split(separator: " ").last } == [
            "one", "two", "three", "four", "five", "six",
        ])
        let some = try printed(LogReader(folder: folder.path, processes: ["b"], last: 2))
        #expect(some.dropFirst().map { $0.split(separator: " ").last } == ["three", "six"])
    }

    @Test func anUnknownProcessIsNamedWithTheKnownOnes() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", [])
        #expect {
            try printed(LogReader(folder: folder.path, processes: ["z"]))
        } throws: { error in
            "\(error)" == "there is no log of 'z'; there is: a"
        }
        #expect(throws: LogReaderError.self) { try printed(LogReader(folder: folder.path + "/none")) }
    }

    @Test func tornLastLinesAreShown() throws {
        let folder = try TemporaryFolder()
        for name in ["a", "b"] { try Data("torn \(name)".utf8).write(to: URL(fileURLWithPath: folder.log(name))) }
        #expect(try printed(LogReader(folder: folder.path)).count == 2)
    }

    static let filters: [(filter: LogFilter, includes: Bool)] = [
        (LogFilter(), true), (LogFilter(run: "7f3a9c12"), true), (LogFilter(run: "7f3"), true),
        (LogFilter(run: "7f3a9c1200000000000000000000000a"), true), (LogFilter(run: "8f"), false),
        (LogFilter(run: "7f3a9c1200000000000000000000000b"), false),
        (LogFilter(path: "7f3a9c12/17/3"), true), (LogFilter(path: "7f3a9c12/17"), true),
        (LogFilter(path: "7f3a9c1200000000000000000000000a/17/3"), true),
        (LogFilter(path: "7f3a9c12/1"), false), (LogFilter(path: "7f3a9c12/17/4"), false),
        (LogFilter(path: "7f3a9c12/17/3/1"), false), (LogFilter(path: "7/17/3"), true),
        (LogFilter(level: .notice), true), (LogFilter(level: .warning), false),
    ]

    @Test(arguments: filters) func filtersByRunPathAndLevel(filter: LogFilter, includes: Bool) {
        let found = filter.includes(record(
            """
            {"time":"2026-11-21T20:00:00.042Z","level":"notice","worker":"w","message":"m",\
            "run":"7f3a9c1200000000000000000000000a","path":"7f3a9c12/17/3","round":0}
            """))
        #expect(found == includes)
    }

    @Test func aPathsStoryHasItsBeginningAndItsEnd() {
        let ofRun = record(#"{"time":"2026-11-21T20:00:00.042Z","run":"7f3a9c12aa","message":"run submitted"}"#)
        let ofProblem = record(
            #"{"time":"2026-11-21T20:00:00.042Z","run":"7f3a9c12aa","problem":"17","message":"problem ended"}"#)
        let wanted = LogFilter(path: "7f3a9c12/17/3")
        #expect(wanted.includes(ofRun))
        #expect(wanted.includes(ofProblem))
        #expect(!LogFilter(path: "7f3a9c12/1/3").includes(ofProblem))
        #expect(!LogFilter(path: "8f3a9c12/17/3").includes(ofRun))
        #expect(!wanted.includes(record(#"{"time":"2026-11-21T20:00:00.042Z","message":"listening"}"#)))
    }

    /// Awaits lines instead of sleeping: each arrives through the stream as the reader prints it.
    @Test func followsThroughRotationAndNewProcesses() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a", [(1_000, "old")])
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let reader = LogReader(folder: folder.path)
        let following = Task { try await reader.follow { continuation.yield($0); return true } }
        var lines = stream.makeAsyncIterator()
        func next() async -> String? {
            while let line = await lines.next() {
                if !line.hasPrefix("---") { return line.split(separator: " ").last.map(String.init) }
            }
            return nil
        }
        #expect(await next() == "old")
        try folder.write("a", [(2_000, "new")])
        #expect(await next() == "new")
        try folder.write("b", [(3_000, "other")])
        #expect(await next() == "other")
        // Twice rotated before the reader may have looked.
        try folder.write("a", [(4_000, "first")])
        try FileManager.default.moveItem(atPath: folder.log("a"), toPath: folder.log("a") + ".2")
        try folder.write("a", [(5_000, "second")])
        try FileManager.default.moveItem(atPath: folder.log("a"), toPath: folder.log("a") + ".1")
        try folder.write("a", [(6_000, "third")])
        #expect(await next() == "first")
        #expect(await next() == "second")
        #expect(await next() == "third")
        // Copied and cut.
        #expect(truncate(folder.log("a"), 0) == 0)
        try folder.write("a", [(7_000, "x")])
        #expect(await next() == "x")
        following.cancel()
        try await following.value
    }

    @Test func anOutputThatWantsNoMoreEndsIt() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a", [(1_000, "one"), (2_000, "two")])
        let count = Mutex(0)
        let reader = LogReader(folder: folder.path)
        try await reader.follow { _ in count.withLock { $0 += 1 }; return false }
        #expect(count.withLock { $0 } == 1)
    }
}
