import Foundation
public import Logging

/// A line of a log, read back.
public struct LogRecord: Sendable {
    /// Milliseconds since 1970; nil for a line that is no record.
    public let timeMs: Int64?
    public let level: Logger.Level?
    public let worker: String
    public let run: String?
    public let path: String?
    public let round: Int?
    public let message: String
    /// Everything else, by name, as text.
    public let fields: [(name: String, value: String)]

    /// Total: a line that is no record becomes one whose message is the line.
    ///
    /// - Parameter process: whose log it stands in.
    public init(line: [UInt8], process: String) {
        let value = try? JSONSerialization.jsonObject(with: Data(line))
        guard let object = value as? [String: Any], let time = object["time"] as? String else {
            timeMs = nil
            level = nil
            worker = process
            run = nil
            path = nil
            round = nil
            message = String(decoding: line, as: UTF8.self)
            fields = []
            return
        }
        timeMs = LogTime.milliseconds(of: time)
        level = (object["level"] as? String).flatMap { Logger.Level(rawValue: $0) }
        worker = object["worker"] as? String ?? process
        run = object["run"] as? String
        path = object["path"] as? String
        round = object["round"] as? Int
        message = object["message"] as? String ?? ""
        let shown: Set<String> = ["time", "level", "worker", "run", "path", "round", "message"]
        fields = object.filter { !shown.contains($0.key) }.sorted { $0.key < $1.key }
            .map { ($0.key, Self.text(of: $0.value)) }
    }

    private static func text(of value: Any) -> String {
        if let text = value as? String { return text }
        // Written as Swift writes it: 5.0 is not 5.
        if let number = value as? NSNumber, String(cString: number.objCType) == "d" { return "\(number.doubleValue)" }
        let data = try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
    }
}
