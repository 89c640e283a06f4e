public import Logging

/// Writes swift-log's records to a process's log, one line of JSON each:
/// `time`, `level`, `worker`, then `run`, `path` and `round` where known, `message`, and the rest of the metadata.
public struct JSONLinesLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level
    private let file: LogFile

    public init(file: LogFile, level: Logger.Level = .info) {
        self.file = file
        logLevel = level
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provider = metadataProvider { all.merge(provider.get()) { _, new in new } }
        if all.isEmpty {
            all = event.metadata ?? [:]
        } else if let own = event.metadata {
            all.merge(own) { _, new in new }
        }
        if let error = event.error { all["error"] = "\(error)" }
        file.append(LogLine.bytes(
            timeMs: LogTime.nowMs(), level: event.level, process: file.process,
            message: event.message.description, metadata: all, maximumBytes: file.maximumLineBytes))
    }
}

extension LogFile {
    /// A logger that writes here and nowhere else.
    ///
    /// - Parameter level: the least severe records that are written.
    public func logger(label: String, level: Logger.Level = .info) -> Logger {
        Logger(label: label) { _ in JSONLinesLogHandler(file: self, level: level) }
    }
}
