/// An address that sockets bind to or connect to: `ipc:///path/to.sock` or `tcp://host:port`.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        case ipc(path: String)
        case tcp(host: String, port: String)
    }

    public let kind: Kind

    /// A Unix socket's path must fit `sockaddr_un` with its closing zero (unix(7)).
    public static let pathBytesMaximum = 107

    public init(_ text: String) throws(TransportError) {
        if text.hasPrefix("ipc://") {
            let path = String(text.dropFirst("ipc://".count))
            guard path.hasPrefix("/") else {
                throw .badEndpoint(text, reason: "an ipc path begins with /")
            }
            guard path.utf8.count <= Endpoint.pathBytesMaximum else {
                throw .badEndpoint(
                    text,
                    reason: "the path has \(path.utf8.count) bytes; a Unix socket's has at most "
                        + "\(Endpoint.pathBytesMaximum): choose a shorter folder")
            }
            kind = .ipc(path: path)
        } else if text.hasPrefix("tcp://") {
            let rest = text.dropFirst("tcp://".count)
            guard let colon = rest.lastIndex(of: ":") else {
                throw .badEndpoint(text, reason: "a tcp endpoint is tcp://host:port")
            }
            let host = String(rest[..<colon])
            let port = String(rest[rest.index(after: colon)...])
            guard !host.isEmpty, port == "*" || UInt16(port) != nil else {
                throw .badEndpoint(text, reason: "a tcp endpoint is tcp://host:port, the port 0 to 65535")
            }
            kind = .tcp(host: host, port: port)
        } else {
            throw .badEndpoint(text, reason: "it begins with ipc:// or tcp://")
        }
    }

    /// Whether only this machine can reach it.
    public var isLocal: Bool {
        switch kind {
        case .ipc: true
        case .tcp(let host, _):
            host == "localhost" || host == "[::1]" || Endpoint.isLoopbackAddress(host)
        }
    }

    /// 127.0.0.0/8 in dotted decimals (RFC 1122, section 3.2.1.3).
    private static func isLoopbackAddress(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } && parts[0] == "127"
    }

    public var description: String {
        switch kind {
        case .ipc(let path): "ipc://\(path)"
        case .tcp(let host, let port): "tcp://\(host):\(port)"
        }
    }
}
