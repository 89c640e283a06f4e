public import Logging

/// Which records a reader wants.
public struct LogFilter: Sendable {
    /// Any beginning of a run's id.
    public var run: String?
    /// A path's key or a beginning of it: `7f3a9c12/17/3`, or `7f3a9c12/17` for all paths of a problem. What is said of
    /// its run or its problem as a whole belongs to it: that it was submitted, and how it ended.
    public var path: String?
    /// The least severe records wanted.
    public var level: Logger.Level?

    public init(run: String? = nil, path: String? = nil, level: Logger.Level? = nil) {
        self.run = run
        self.path = path
        self.level = level
    }

    /// Lines that are no records pass unless a run or a path is asked for: they may be a crash's last words.
    public func includes(_ record: LogRecord) -> Bool {
        if let level, let found = record.level, found < level { return false }
        if let run {
            guard let found = record.run ?? record.path, Self.match(run, found) else { return false }
        }
        if let path {
            let wanted = path.split(separator: "/", omittingEmptySubsequences: false)
            guard let found = record.path else { return Self.isAbove(wanted, record) }
            let parts = found.split(separator: "/", omittingEmptySubsequences: false)
            guard wanted.count <= parts.count, Self.match(wanted[0], parts[0]) else { return false }
            return wanted.dropFirst().elementsEqual(parts.dropFirst().prefix(wanted.count - 1))
        }
        return true
    }

    /// Whether a record that speaks of no path speaks of this one's run or problem.
    private static func isAbove(_ wanted: [Substring], _ record: LogRecord) -> Bool {
        guard let run = record.run, match(wanted[0], run) else { return false }
        guard wanted.count > 1, let problem = record.fields.first(where: { $0.name == "problem" }) else { return true }
        return problem.value == wanted[1]
    }

    /// A run's id stands in logs whole and shortened, and people type either.
    private static func match(_ wanted: some StringProtocol, _ found: some StringProtocol) -> Bool {
        let id = found.prefix { $0 != "/" }
        return id.hasPrefix(wanted) || (id.count >= 8 && wanted.hasPrefix(id))
    }
}
