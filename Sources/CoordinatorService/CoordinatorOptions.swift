import Domain
import Settings

/// What a coordinator process is told.
public struct CoordinatorOptions: Sendable {
    public let folder: ClusterFolder
    /// Where workers and clients connect.
    public let workerEndpoint: Endpoint
    public let clientEndpoint: Endpoint
    public let limits: Limits

    public init(folder: ClusterFolder, workerEndpoint: Endpoint, clientEndpoint: Endpoint, limits: Limits) {
        self.folder = folder
        self.workerEndpoint = workerEndpoint
        self.clientEndpoint = clientEndpoint
        self.limits = limits
    }
}
