/// What the world can do wrong to a socket; each says which endpoint and what to do next.
public enum TransportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process listens there; its id where the system says it.
    case addressInUse(String, owner: Int32?)
    /// The address is not one of this machine, or may not be bound.
    case cannotBind(String, reason: String)
    case cannotConnect(String, reason: String)
    /// libzmq refused something that is not the caller's fault: out of memory or of descriptors.
    case system(String, reason: String)

    public var description: String {
        switch self {
        case .addressInUse(let endpoint, let owner):
            "endpoint \(endpoint) is in use by \(owner.map { "process \($0)" } ?? "another process"): another "
                + "coordinator may be running; stop it or choose another endpoint"
        case .cannotBind(let endpoint, let reason):
            "cannot listen on \(endpoint): \(reason)"
        case .cannotConnect(let endpoint, let reason):
            "cannot connect to \(endpoint): \(reason)"
        case .system(let call, let reason):
            "\(call) failed: \(reason)"
        }
    }
}
