/// What a worker tells the coordinator.
public enum WorkerMessage: Sendable, Hashable {
    case hello(Hello)
    case heartbeat(Heartbeat)
    case block(BlockReport)
    case scored(ScoreReport)
    case failed(FailureReport)
    case withdrawn(WithdrawalReport)
    case measured(ProbeReport)
    /// The worker is leaving, or could not start.
    case goodbye(Farewell)

    /// Whether it is the outcome of an order.
    public var isReply: Bool {
        switch self {
        case .block, .scored, .failed, .withdrawn: true
        case .hello, .heartbeat, .measured, .goodbye: false
        }
    }
}
