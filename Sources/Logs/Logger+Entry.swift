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
        var metadata: Logger.Metadata = [:]
        if let run = entry.run { metadata.merge(.about(run)) { $1 } }
        if let path = entry.path { metadata.merge(.about(path, round: entry.round)) { $1 } }
        if let worker = entry.worker { metadata["about_worker"] = "\(worker)" }
        for field in entry.fields { metadata[field.name] = "\(field.value)" }
        log(level: level, "\(entry.message)", metadata: metadata)
    }
}
