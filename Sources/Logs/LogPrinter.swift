import Logging

/// Records for people: time of day, level, worker, path and round, message, the rest.
public struct LogPrinter: Sendable {
    /// Whether severe records are coloured; only a terminal understands it.
    public var isColoured: Bool
    private var date = ""
    private var workerWidth = 8

    public init(isColoured: Bool) { self.isColoured = isColoured }

    /// The record as lines without line feeds: one, and before it a line with the date when the day changes.
    public mutating func lines(_ record: LogRecord) -> [String] {
        var lines: [String] = []
        var columns: [String] = []
        if let timeMs = record.timeMs {
            let local = LogTime.local(ofMs: timeMs)
            if local.date != date {
                date = local.date
                lines.append("--- \(local.date) ---")
            }
            columns.append(local.time)
        } else {
            columns.append("            ")
        }
        let worker = LogText.shown(record.worker)
        workerWidth = max(workerWidth, worker.count)
        columns.append(padded(record.level?.rawValue ?? "?", 8))
        columns.append(padded(worker, workerWidth))
        if let place = place(of: record) { columns.append(LogText.shown(place)) }
        columns.append(LogText.shown(record.message))
        columns += record.fields.map { field in
            let value = LogText.shown(field.value)
            let isWord = !value.isEmpty && !value.contains(" ")
            return "\(LogText.shown(field.name))=\(isWord ? value : "\"\(value)\"")"
        }
        let line = columns.joined(separator: " ")
        lines.append(isColoured ? coloured(line, record.level) : line)
        return lines
    }

    private func place(of record: LogRecord) -> String? {
        guard let place = record.path ?? record.run.map({ String($0.prefix(8)) }) else { return nil }
        return record.round.map { "\(place) r\($0)" } ?? place
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func coloured(_ line: String, _ level: Logger.Level?) -> String {
        let code: String? =
            switch level {
            case .error, .critical: "31"
            case .warning: "33"
            case .trace, .debug: "2"
            case .info, .notice, nil: nil
            }
        return code.map { "\u{1B}[\($0)m\(line)\u{1B}[0m" } ?? line
    }
}
