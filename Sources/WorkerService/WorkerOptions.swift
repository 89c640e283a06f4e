import Domain
import Engine
import Settings

/// What one worker process is told: from the cluster's configuration, its name and role.
public struct WorkerOptions: Sendable {
    public let name: String
    public let role: Role
    public let model: ModelConfiguration
    public let threads: Int
    /// Whether each compute thread is kept on a processor of its own.
    public let pinsThreads: Bool
    public let slots: Int
    /// Where the coordinator listens for workers.
    public let endpoint: Endpoint
    public let limits: Limits

    static let kvMemoryMiBDefault = 1_024

    public init(
        name: String, role: Role, model: ModelConfiguration, threads: Int, pinsThreads: Bool = false, slots: Int,
        endpoint: Endpoint, limits: Limits
    ) {
        self.name = name
        self.role = role
        self.model = model
        self.threads = threads
        self.pinsThreads = pinsThreads
        self.slots = slots
        self.endpoint = endpoint
        self.limits = limits
    }

    /// The engine that is asked for.
    var engine: EngineOptions {
        EngineOptions(
            threadCount: threads, maximumStepTokens: max(256, slots + 1), maximumSequences: slots,
            kvCacheBytes: (model.kvMemoryMiB ?? Self.kvMemoryMiBDefault) << 20,
            maximumContext: model.contextTokens ?? .max, isExact: model.isExact, pinsThreads: pinsThreads)
    }
}
