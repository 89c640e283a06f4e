import Domain

/// What the step under way says. All records are one effect that stands before all others, so they are one
/// transaction and nothing is shown that is not on disk.
struct Outbox: Sendable {
    private let leastLogLevel: LogEntry.Level
    private var records: [Record] = []
    private var effects: [Effect] = []

    init(leastLogLevel: LogEntry.Level) { self.leastLogLevel = leastLogLevel }

    mutating func add(_ record: Record) { records.append(record) }

    mutating func add(_ effect: Effect) { effects.append(effect) }

    /// Whether entries of this level are made: asked where the words cost much.
    func logs(_ level: LogEntry.Level) -> Bool { level >= leastLogLevel }

    mutating func log(_ entry: LogEntry) {
        if logs(entry.level) { effects.append(.log(entry)) }
    }

    /// The step is over.
    mutating func take() -> [Effect] {
        defer {
            records = []
            effects = []
        }
        return records.isEmpty ? effects : [.record(records)] + effects
    }
}
