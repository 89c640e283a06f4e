import Domain

/// What is fixed for one life of the coordinator.
public struct CoordinationConfiguration: Sendable {
    public var limits: Limits
    /// How many times a coordinator has started on this store, this time included; makes order ids unique for ever.
    public var epoch: UInt64
    /// For the status only.
    public var processID: Int32

    public init(epoch: UInt64, limits: Limits = .standard, processID: Int32 = 0) {
        self.epoch = epoch
        self.limits = limits
        self.processID = processID
    }
}
