import Domain

/// What shall be done, in this order. In a list of effects every `record` stands before the `send` and the `reply`
/// that depend on it; the shell commits the records before it carries out what follows them.
public enum Effect: Sendable, Hashable {
    /// Make these records durable, all or none.
    case record([Record])
    /// Hand this to the peer; if it cannot be handed over, `peerUnreachable` is the answer.
    case send(PeerID, WorkerInstruction)
    /// Answer the client's request.
    case reply(ClientToken, ClientReply)
    /// Step with `timeReached` at this time of the monotonic clock or soon after. Earlier wishes stay in force; one
    /// timer for the earliest is enough.
    case wake(atMonotonicMs: Int64)
    /// Write this line.
    case log(LogEntry)
    /// After `drainRequested`: nothing is in flight any more, the process may exit.
    case drained
}
