import Domain

/// What is fixed for one life of the coordinator.
public struct CoordinationConfiguration: Sendable {
    /// Every maximum; checked at start-up.
    public var limits: Limits
    /// How many times a coordinator has started on this store, this time included; makes order ids unique for ever.
    public var epoch: UInt64
    /// Less severe log entries are not made.
    public var leastLogLevel: LogEntry.Level
    /// For the status only.
    public var processID: Int32

    /// - Parameter epoch: greater than in every earlier life on this store.
    public init(
        epoch: UInt64, limits: Limits = .standard, processID: Int32 = 0, leastLogLevel: LogEntry.Level = .debug
    ) {
        self.leastLogLevel = leastLogLevel
        self.epoch = epoch
        self.limits = limits
        self.processID = processID
    }
}
