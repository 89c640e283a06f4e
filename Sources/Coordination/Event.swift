import Domain

/// What happened in the world, in the past tense. The only input of `Coordinator.step`.
public enum Event: Sendable, Hashable {
    /// The records of earlier lives have been restored and the sockets are open. The first event of every life.
    case started
    case workerGreeted(PeerID, Hello)
    case heartbeatArrived(PeerID, Heartbeat)
    case blockArrived(PeerID, BlockReport)
    case scoreArrived(PeerID, ScoreReport)
    case orderFailed(PeerID, FailureReport)
    /// A worker said goodbye, or that it could not start.
    case workerLeft(PeerID, Farewell)
    /// A message could not be handed to the peer (EHOSTUNREACH, EAGAIN). `undelivered`: the order it carried, if
    /// it carried one.
    case peerUnreachable(PeerID, undelivered: OrderID?)
    /// A message of this peer was not readable; the reason names what was wrong with it.
    case messageRefused(PeerID, reason: String)
    case runSubmitted(ClientToken, RunSpec, [ProblemSpec])
    /// A client wants the run gone whose name begins with this text.
    case runCancelled(ClientToken, run: String)
    /// A moment asked for by `Effect.wake` has come. Harmless at any other time.
    case timeReached
    /// The process was asked to end: finish what is in flight, begin nothing.
    case drainRequested
}
