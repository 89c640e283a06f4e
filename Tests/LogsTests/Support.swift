import Domain
import Foundation
@testable import Logs

/// A folder of its own for one test, gone afterwards.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/a1-logs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func log(_ process: String) -> String { "\(path)/\(process).jsonl" }

    /// The lines of a file, each as JSON.
    func records(_ path: String) throws -> [[String: Any]] {
        try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n")).map { line in
            try unwrapped(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        }
    }

    /// Puts records into a log as a process would have, at given times.
    func write(_ process: String, _ lines: [(timeMs: Int64, message: String)]) throws {
        let file = try LogFile(path: log(process), process: process)
        for line in lines {
            file.append(LogLine.bytes(
                timeMs: line.timeMs, level: .info, process: process, message: line.message, metadata: [:],
                maximumBytes: 1 << 20))
        }
    }
}

struct NotARecord: Error {}

func unwrapped<T>(_ value: T?) throws -> T {
    guard let value else { throw NotARecord() }
    return value
}
