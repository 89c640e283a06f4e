/// A line for the log, as a value: the pure core says what happened, the shell stamps the time and writes.
public struct LogEntry: Sendable, Hashable {
    /// How much it matters.
    public enum Level: String, Sendable, Codable, CaseIterable, Comparable {
        case debug
        case info
        case warning
        case error

        private var rank: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }

        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    public var level: Level
    /// The same words for the same kind of event; what differs stands in `fields`.
    public var message: String
    /// The run, path and round it is about.
    public var run: RunID?
    public var path: PathKey?
    public var round: Int?
    /// Name of the worker it is about.
    public var worker: String?
    /// What else there is to say, in this order.
    public var fields: [Field]

    /// One further fact of a line. Counts, times, scores and p-values are numbers; names and ids are texts, whatever
    /// they look like.
    public struct Field: Sendable, Hashable {
        /// A fact as programs read it.
        public enum Content: Sendable, Hashable {
            case text(String)
            case integer(Int)
            case number(Double)
            case truth(Bool)
        }

        public let name: String
        public let content: Content

        public init(_ name: String, _ value: String) {
            self.name = name
            content = .text(value)
        }

        /// An integer that `Int` has no room for becomes the nearest one.
        public init(_ name: String, _ value: some BinaryInteger) {
            self.name = name
            content = .integer(Int(clamping: value))
        }

        public init(_ name: String, _ value: Double) {
            self.name = name
            content = .number(value)
        }

        public init(_ name: String, _ value: Bool) {
            self.name = name
            content = .truth(value)
        }

        /// The fact as people read it.
        public var value: String {
            switch content {
            case .text(let text): text
            case .integer(let integer): "\(integer)"
            case .number(let number): "\(number)"
            case .truth(let truth): "\(truth)"
            }
        }
    }

    /// A line; the run follows from the path.
    public init(
        _ level: Level, _ message: String, run: RunID? = nil, path: PathKey? = nil, round: Int? = nil,
        worker: String? = nil, fields: [Field] = []
    ) {
        self.level = level
        self.message = message
        self.run = run ?? path?.run
        self.path = path
        self.round = round
        self.worker = worker
        self.fields = fields
    }
}
