/// Why bytes are not a message. Names the field, so that the sender's author can find the fault.
public enum WireError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Not a protobuf message of this kind at all.
    case malformed
    /// Another version of the protocol.
    case version(Int, supported: ClosedRange<Int>)
    /// A part that must be there is not.
    case missing(String)
    /// A value outside what the field may hold.
    case invalid(String, value: String)

    public var description: String {
        switch self {
        case .malformed:
            "the bytes are not a message of this protocol"
        case .version(let version, let supported):
            "protocol version \(version); this side speaks \(supported.lowerBound) to \(supported.upperBound)"
        case .missing(let field):
            "field \(field) is missing"
        case .invalid(let field, let value):
            "field \(field) cannot be \(value)"
        }
    }
}

/// Versions of the protocol that this side understands.
public enum WireVersion {
    public static let current = 6
    public static let supported = 6...6
}
