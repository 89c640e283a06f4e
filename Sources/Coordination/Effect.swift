import Domain

/// What shall be done. In a list of effects every `record` stands before what depends on it. The shell commits the
/// records before it says anything to a client, and before it takes in any event that follows. What is sent to workers
/// may leave before: whatever they answer is of no life that has lost the records, since order ids are of one epoch.
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
