import Domain
import Foundation
import Logging
import Testing
@testable import Logs

@Suite struct LogFileTests {
    @Test func aRecordIsOneLineWithItsFields() throws {
        let folder = try TemporaryFolder()
        let file = try LogFile(path: folder.log("draft-0"), process: "draft-0")
        var logger = file.logger(label: "test", level: .debug)
        logger[metadataKey: "model"] = "small"
        let path = PathKey(run: RunID("7f3a9c1200000000000000000000000a"), problem: 17, path: 3)
        var metadata = Logger.Metadata.about(path, round: 2)
        metadata["tokens"] = .stringConvertible(48)
        metadata["rate"] = .stringConvertible(0.25)
        metadata["ready"] = .stringConvertible(true)
        metadata["nothing"] = .stringConvertible(Double.nan)
        metadata["inner"] = .dictionary(["a": "1", "b": .array(["x", .stringConvertible(2)])])
        metadata["level"] = "mine"
        logger.notice("a block\nof \"two\" lines\u{1B}[31m \u{202E} ünï", metadata: metadata)
        logger.trace("not severe enough")
        let records = try folder.records(file.path)
        #expect(records.count == 1)
        let record = try #require(records.first)
        #expect(record["level"] as? String == "notice")
        #expect(record["level_"] as? String == "mine")
        #expect(record["worker"] as? String == "draft-0")
        #expect(record["run"] as? String == path.run.rawValue)
        #expect(record["path"] as? String == "7f3a9c12/17/3")
        #expect(record["round"] as? Int == 2)
        #expect(record["message"] as? String == "a block\nof \"two\" lines\u{1B}[31m \u{202E} ünï")
        #expect(record["tokens"] as? Int == 48)
        #expect(record["rate"] as? Double == 0.25)
        #expect(record["ready"] as? Bool == true)
        #expect(record["nothing"] as? String == "nan")
        #expect(record["inner.a"] as? String == "1")
        #expect((record["inner.b"] as? [Any])?.count == 2)
        #expect(record["model"] as? String == "small")
        let time = try #require(record["time"] as? String)
        #expect(time.count == 24)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
        #expect(bytes.filter { $0 < 0x20 }.count == 1, "the line feed alone")
    }

    @Test func timesAreReadBack() {
        #expect(LogTime.text(ofMs: 0) == "1970-01-01T00:00:00.000Z")
        #expect(LogTime.text(ofMs: 1_795_291_200_042) == "2026-11-21T20:00:00.042Z")
        for milliseconds in stride(from: Int64(0), to: 4_000_000_000_000, by: 9_876_543_211) {
            #expect(LogTime.milliseconds(of: LogTime.text(ofMs: milliseconds)) == milliseconds)
        }
        for wrong in ["", "2026-11-21", "2026-11-21T20:00:00.04xZ", "2026-11-21T20:00:00.042+"] {
            #expect(LogTime.milliseconds(of: wrong) == nil)
        }
    }

    @Test func longMessagesAreCut() throws {
        let folder = try TemporaryFolder()
        var limits = Limits()
        limits.lineBytes = 1_024
        let file = try LogFile(path: folder.log("p"), process: "p", limits: limits)
        let logger = file.logger(label: "test")
        for scalar in ["a", "\n", "é", "\u{1F600}"] {
            logger.info("\(String(repeating: scalar, count: 10_000))", metadata: [
                "more": "\(String(repeating: "x", count: 2_000))"
            ])
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: file.path))
        #expect(data.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count <= 1_100 })
        for record in try folder.records(file.path) {
            #expect((record["message"] as? String)?.hasSuffix("bytes, cut)") == true)
            #expect(record["cut"] as? Bool == true)
        }
    }

    @Test func rotationKeepsEveryRecordAndSoManyFiles() throws {
        let folder = try TemporaryFolder()
        var limits = Limits()
        limits.logFileBytes = 4_096
        limits.logFilesKept = 100
        let file = try LogFile(path: folder.log("p"), process: "p", limits: limits)
        let logger = file.logger(label: "test")
        for number in 0..<500 { logger.info("record \(number)") }
        let tail = LogTail(path: file.path, process: "p")
        var messages: [String] = []
        while let line = tail.next() { messages.append(LogRecord(line: line, process: "p").message) }
        #expect(messages == (0..<500).map { "record \($0)" })
        let sizes = try FileManager.default.contentsOfDirectory(atPath: folder.path).map {
            try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\($0)")[.size] as? Int ?? 0
        }
        #expect(sizes.count > 5)
        #expect(sizes.allSatisfy { $0 <= 4_096 })
    }

    @Test func oldFilesGo() throws {
        let folder = try TemporaryFolder()
        var limits = Limits()
        limits.logFileBytes = 1_024
        limits.logFilesKept = 2
        let file = try LogFile(path: folder.log("p"), process: "p", limits: limits)
        let logger = file.logger(label: "test")
        for number in 0..<200 { logger.info("record \(number)") }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["p.jsonl", "p.jsonl.1", "p.jsonl.2"])
    }

    @Test func renameAndReopenLosesNothing() throws {
        let folder = try TemporaryFolder()
        let file = try LogFile(path: folder.log("p"), process: "p")
        let logger = file.logger(label: "test")
        for number in 0..<10_000 {
            if number % 1_000 == 500 {
                try FileManager.default.moveItem(atPath: file.path, toPath: "\(folder.path)/moved-\(number)")
            }
            if number % 1_000 == 510 { file.reopen() }
            logger.info("\(number)")
        }
        let count = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .reduce(0) { try $0 + folder.records("\(folder.path)/\($1)").count }
        #expect(count == 10_000)
        #expect(file.droppedRecords == 0)
    }

    @Test func aFullDiskStopsNobodyAndIsToldAfterwards() throws {
        let folder = try TemporaryFolder()
        // This device refuses every write as a full disk does.
        try FileManager.default.createSymbolicLink(atPath: folder.log("p"), withDestinationPath: "/dev/full")
        let file = try LogFile(path: folder.log("p"), process: "p")
        let logger = file.logger(label: "test")
        for _ in 0..<5 { logger.info("lost") }
        #expect(file.droppedRecords == 5)
        try FileManager.default.removeItem(atPath: folder.log("p"))
        file.reopen()
        logger.info("there")
        let messages = try folder.records(file.path).map { $0["message"] as? String }
        #expect(messages == ["5 records could not be written before this one", "there"])
    }

    @Test func aFolderThatIsMissingIsNamed() {
        #expect {
            try LogFile(path: "/nowhere/p.jsonl", process: "p")
        } throws: { error in
            "\(error)" == "log /nowhere/p.jsonl: cannot be opened: No such file or directory"
        }
    }

    @Test func writersDoNotMix() async throws {
        let folder = try TemporaryFolder()
        let files = try (0..<2).map { try LogFile(path: folder.log("p"), process: "p\($0)") }
        await withTaskGroup(of: Void.self) { group in
            for file in files {
                for task in 0..<4 {
                    group.addTask {
                        let logger = file.logger(label: "test")
                        for number in 0..<250 { logger.info("\(task) \(number)") }
                    }
                }
            }
        }
        #expect(try folder.records(folder.log("p")).count == 2_000)
    }
}
