import Domain
import Foundation
import Settings

/// Where a cluster's coordinator listens, as it wrote down when it started; nil when none ever has.
struct AnnouncedEndpoints {
    let workers: Endpoint
    let clients: Endpoint

    init?(_ folder: ClusterFolder) {
        guard let data = FileManager.default.contents(atPath: folder.endpoints),
            let endpoints = try? JSONDecoder().decode([String: String].self, from: data),
            let workers = try? Endpoint(endpoints["workers"] ?? ""),
            let clients = try? Endpoint(endpoints["clients"] ?? "")
        else { return nil }
        self.workers = workers
        self.clients = clients
    }
}
