/// The name of a run: 128 random bits as 32 hexadecimal digits. People may type any unambiguous beginning of it.
public struct RunID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// The first eight digits, for tables and logs that people read.
    public var short: String { String(rawValue.prefix(8)) }
    public var description: String { rawValue }

    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public static func < (left: RunID, right: RunID) -> Bool { left.rawValue < right.rawValue }
}

/// One candidate chain of one problem of one run.
public struct PathKey: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    public let run: RunID
    /// Place of the problem in its batch, from 0.
    public let problem: Int
    /// Place of the path among the m paths of its problem, from 0.
    public let path: Int

    public init(run: RunID, problem: Int, path: Int) {
        self.run = run
        self.problem = problem
        self.path = path
    }

    /// `7f3a9c12/17/3`: run, problem, path. The same text stands in every log line about the path.
    public var description: String { "\(run.short)/\(problem)/\(path)" }

    public static func < (left: PathKey, right: PathKey) -> Bool {
        (left.run, left.problem, left.path) < (right.run, right.problem, right.path)
    }
}

/// One order to a worker. Unique over the coordinator's whole life: the upper bits are the coordinator's epoch,
/// which the store counts up at every start, so a reply to an order of an earlier life never looks current.
public struct OrderID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - epoch: how many times a coordinator has started on this store.
    ///   - sequence: place of the order within that life; below 2^40.
    public init(epoch: UInt64, sequence: UInt64) {
        precondition(sequence < 1 << 40, "an order's sequence number has 40 bits")
        rawValue = epoch << 40 | sequence
    }

    public var description: String { "\(rawValue >> 40).\(rawValue & (1 << 40 - 1))" }
    public static func < (left: OrderID, right: OrderID) -> Bool { left.rawValue < right.rawValue }
}

/// A segment of a path: the prompt is not one; every block that stands, or once stood, in the path is. Never reused
/// within a path, so that a worker's cache and the coordinator can agree on what the worker holds.
public struct SegmentID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public var description: String { String(rawValue) }
    public static func < (left: SegmentID, right: SegmentID) -> Bool { left.rawValue < right.rawValue }
}

/// One connected peer: its routing id, random per incarnation of the process behind it.
public struct PeerID: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    public var description: String {
        bytes.prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

/// A point in time, as the shell measured it for the pure core.
public struct Moment: Hashable, Sendable, Codable {
    /// Milliseconds on a clock that never jumps; only differences mean something. Deadlines are made of these.
    public let monotonicMs: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z. Only stamped on records for people, never compared.
    public let wallMs: Int64

    public init(monotonicMs: Int64, wallMs: Int64) {
        self.monotonicMs = monotonicMs
        self.wallMs = wallMs
    }
}
