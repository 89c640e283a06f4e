/// Where a socket listens.
public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A Unix socket at an absolute path.
    case ipc(path: String)
    /// Port 0 lets the system choose a free one.
    case tcp(host: String, port: UInt16)

    /// The bytes of a path that a Unix socket's address holds: `sun_path` without its closing zero byte.
    public static let maximumPathBytes = 107

    /// As ZeroMQ takes it.
    public var description: String {
        switch self {
        case .ipc(let path): "ipc://\(path)"
        case .tcp(let host, let port): "tcp://\(host):\(port)"
        }
    }

    /// Whether only this machine can reach it.
    public var isLocal: Bool {
        switch self {
        case .ipc: true
        case .tcp(let host, _): host == "localhost" || host == "[::1]" || Self.isLoopback(host)
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// - Parameter text: `ipc:///absolute/path`, an absolute path, or `tcp://host:port`.
    /// - Throws: what is wrong and what would do.
    public init(_ text: String) throws(EndpointError) {
        if text.hasPrefix("tcp://") {
            let rest = text.dropFirst("tcp://".count)
            guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]) else {
                throw EndpointError(reason: "'\(Self.shortened(text))' has no port from 0 to 65535: tcp://127.0.0.1:0")
            }
            let host = String(rest[..<colon])
            let isName = !host.isEmpty && host.utf8.allSatisfy { Self.hostBytes.contains($0) }
            guard isName, host.hasPrefix("[") == host.hasSuffix("]") else {
                throw EndpointError(reason: "'\(Self.shortened(text))' has no host: tcp://127.0.0.1:0")
            }
            self = .tcp(host: host, port: port)
            return
        }
        let path = text.hasPrefix("ipc://") ? String(text.dropFirst("ipc://".count)) : text
        guard path.hasPrefix("/") else {
            throw EndpointError(
                reason: "'\(Self.shortened(text))' is neither ipc:// with an absolute path nor tcp://host:port")
        }
        try self.init(socketPath: path)
    }

    /// - Throws: a path that no Unix socket can have.
    public init(socketPath path: String) throws(EndpointError) {
        guard path.utf8.count <= Self.maximumPathBytes else {
            throw EndpointError(
                reason: "the socket's path has \(path.utf8.count) bytes, \(Self.maximumPathBytes) is the most that "
                    + "the system takes: choose a shorter folder (A1_CLUSTER or cluster.folder), or tcp://127.0.0.1:0"
            )
        }
        self = .ipc(path: path)
    }

    /// Enough of a text to recognise it by.
    private static func shortened(_ text: String) -> String {
        text.count <= 60 ? text : "\(text.prefix(57))..."
    }

    private static let hostBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_*[]:".utf8)
}

/// An endpoint that nothing can listen on.
public struct EndpointError: Error, Sendable, Hashable, CustomStringConvertible {
    public let reason: String
    public var description: String { reason }
}
