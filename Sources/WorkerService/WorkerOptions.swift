import Domain
import Settings

/// What one worker process is told: from the cluster's configuration, its name and role.
public struct WorkerOptions: Sendable {
    public let name: String
    public let role: Role
    public let model: ModelConfiguration
    public let threads: Int
    public let slots: Int
    /// Where the coordinator listens for workers.
    public let endpoint: Endpoint
    public let limits: Limits
    public init(
        name: String, role: Role, model: ModelConfiguration, threads: Int, slots: Int, endpoint: Endpoint,
        limits: Limits
    ) {
        self.name = name
        self.role = role
        self.model = model
        self.threads = threads
        self.slots = slots
        self.endpoint = endpoint
        self.limits = limits
    }
}
