public import Domain
public import Logging

extension Logger {
    /// Writes a line that a pure core asked for, under the keys that every process uses.
    public func write(_ entry: LogEntry) {
        let level: Logger.Level =
            switch entry.level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        guard level >= logLevel else { return }
        var metadata = entry.path.map { Logger.Metadata.about($0, round: entry.round) } ?? [:]
        if let run = entry.run { metadata[LogKey.run] = .string(run.rawValue) }
        if let worker = entry.worker { metadata["about_worker"] = .string(worker) }
        for field in entry.fields { metadata[field.name] = field.content.metadata }
        log(level: level, "\(entry.message)", metadata: metadata)
    }

    /// The least severe entries that `write` writes.
    public var leastEntryLevel: LogEntry.Level {
        switch logLevel {
        case .trace, .debug: .debug
        case .info, .notice: .info
        case .warning: .warning
        case .error, .critical: .error
        }
    }
}

extension LogEntry.Field.Content {
    fileprivate var metadata: Logger.MetadataValue {
        switch self {
        case .text(let text): .string(text)
        case .integer(let integer): .stringConvertible(integer)
        case .number(let number): .stringConvertible(number)
        case .truth(let truth): .stringConvertible(truth)
        }
    }
}
