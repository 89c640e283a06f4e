public import Domain
public import Logging

/// Metadata keys that every process uses in the same sense, so that a path can be followed through all of them.
public enum LogKey {
    /// The run's whole id.
    public static let run = "run"
    /// A path's key as text: `7f3a9c12/17/3`.
    public static let path = "path"
    public static let round = "round"
}

extension Logger.Metadata {
    /// What a record about a run carries.
    public static func about(_ run: RunID) -> Logger.Metadata { [LogKey.run: "\(run)"] }

    /// What a record about a path carries.
    public static func about(_ path: PathKey, round: Int? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = [LogKey.run: "\(path.run)", LogKey.path: "\(path)"]
        if let round { metadata[LogKey.round] = .stringConvertible(round) }
        return metadata
    }
}

/// One record as one line of JSON.
enum LogLine {
    /// Keys of the record itself; metadata of the same name gets an underscore.
    private static let reserved: Set<String> = ["time", "level", "worker", "message"]
    /// Keys that stand before the message, in this order.
    private static let leading = [LogKey.run, LogKey.path, LogKey.round]

    /// - Parameter maximumBytes: a longer message is cut, which the line says.
    /// - Returns: the line with its line feed.
    static func bytes(
        timeMs: Int64, level: Logger.Level, process: String, message: String, metadata: Logger.Metadata,
        maximumBytes: Int
    ) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(512)
        line += "{\"time\":\"\(LogTime.text(ofMs: timeMs))\",\"level\":\"\(level.rawValue)\",\"worker\":".utf8
        LogText.appendJSON(process, to: &line)
        for key in leading {
            if let value = metadata[key] { append(key, value, to: &line) }
        }
        line += ",\"message\":".utf8
        LogText.appendJSON(cut(message, to: maximumBytes / 2), to: &line)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where !leading.contains(key) {
            let before = line.count
            append(reserved.contains(key) ? key + "_" : key, value, to: &line)
            if line.count + 2 > maximumBytes {
                line.removeSubrange(before...)
                line += Array(",\"cut\":true".utf8)
                break
            }
        }
        line += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
        return line
    }

    private static func cut(_ message: String, to maximumBytes: Int) -> String {
        // A character may take six bytes as JSON.
        guard message.utf8.count * 6 > maximumBytes else { return message }
        var used = 0
        var kept = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            used += LogText.isControl(scalar) ? 6 : max(2, UTF8.width(scalar))
            if used > maximumBytes { return String(kept) + "... (\(message.utf8.count) bytes, cut)" }
            kept.append(scalar)
        }
        return message
    }

    /// A dictionary becomes one field a leaf, its key's parts joined by dots, so that a line stays flat.
    private static func append(_ key: String, _ value: Logger.MetadataValue, to line: inout [UInt8]) {
        if case .dictionary(let parts) = value {
            for (part, inner) in parts.sorted(by: { $0.key < $1.key }) { append("\(key).\(part)", inner, to: &line) }
            return
        }
        line.append(UInt8(ascii: ","))
        LogText.appendJSON(key, to: &line)
        line.append(UInt8(ascii: ":"))
        appendValue(value, to: &line)
    }

    private static func appendValue(_ value: Logger.MetadataValue, to line: inout [UInt8]) {
        switch value {
        case .string(let text): LogText.appendJSON(text, to: &line)
        case .stringConvertible(let convertible): appendConvertible(convertible, to: &line)
        case .array(let elements):
            line.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                appendValue(element, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .dictionary(let parts): LogText.appendJSON("\(parts)", to: &line)
        }
    }

    private static func appendConvertible(
        _ value: any CustomStringConvertible & Sendable, to line: inout [UInt8]
    ) {
        switch value {
        case let integer as any BinaryInteger: line += Array("\(integer)".utf8)
        case let truth as Bool: line += Array("\(truth)".utf8)
        // JSON has no word for infinities and what is not a number: those stay texts.
        case let number as Double where number.isFinite: line += Array("\(number)".utf8)
        case let number as Float where number.isFinite: line += Array("\(number)".utf8)
        case _: LogText.appendJSON(value.description, to: &line)
        }
    }
}
