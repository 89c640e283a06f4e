import Domain

/// What happened in the world, in the past tense. The only input of `Coordinator.step`.
public enum Event: Sendable, Hashable {
    /// The records of earlier lives have been restored and the sockets are open. The first event of every life.
    case started
    /// A worker came, or came again.
    case workerGreeted(PeerID, Hello)
    /// A worker is alive; says how far it has computed.
    case heartbeatArrived(PeerID, Heartbeat)
    /// An order to write was carried out.
    case blockArrived(PeerID, BlockReport)
    /// An order to score was carried out.
    case scoreArrived(PeerID, ScoreReport)
    /// An order could not be carried out.
    case orderFailed(PeerID, FailureReport)
    /// An order that was taken back is not worked on any more.
    case orderWithdrawn(PeerID, WithdrawalReport)
    /// A worker has timed what it was asked to.
    case probesArrived(PeerID, ProbeReport)
    /// A worker said goodbye, or that it could not start.
    case workerLeft(PeerID, Farewell)
    /// A message could not be handed to the peer (EHOSTUNREACH, EAGAIN). `undelivered`: the order it carried, if
    /// it carried one.
    case peerUnreachable(PeerID, undelivered: OrderID?)
    /// A message of this peer was not readable; the reason names what was wrong with it.
    case messageRefused(PeerID, reason: String)
    /// A client wants these problems solved. The run's id is made by the shell; it does not count if the key is known.
    case runSubmitted(ClientToken, RunSpec, [ProblemSpec])
    /// A client wants the run gone whose name begins with this text.
    case runCancelled(ClientToken, run: String)
    /// A client wants the run to go on whose name begins with this text, with other models than it was begun with if
    /// drift is allowed.
    case runResumed(ClientToken, run: String, allowsDrift: Bool)
    /// A client wants passes of the workers timed.
    case measureRequested(ClientToken, MeasureRequest)
    /// A moment asked for by `Effect.wake` has come. Harmless at any other time.
    case timeReached
    /// The process was asked to end: finish what is in flight, begin nothing.
    case drainRequested
}

extension Event {
    /// What a worker says, as what happened.
    public init(_ message: WorkerMessage, from peer: PeerID) {
        switch message {
        case .hello(let hello): self = .workerGreeted(peer, hello)
        case .heartbeat(let heartbeat): self = .heartbeatArrived(peer, heartbeat)
        case .block(let report): self = .blockArrived(peer, report)
        case .scored(let report): self = .scoreArrived(peer, report)
        case .failed(let report): self = .orderFailed(peer, report)
        case .withdrawn(let report): self = .orderWithdrawn(peer, report)
        case .measured(let report): self = .probesArrived(peer, report)
        case .goodbye(let farewell): self = .workerLeft(peer, farewell)
        }
    }
}
