import ArgumentParser
import Foundation
import Settings

/// Which cluster a command speaks to.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The cluster's folder, or its name. Default: A1_CLUSTER, else the cluster started last.",
            valueName: "folder|name"))
    var cluster: String?

    func folder() throws -> ClusterFolder {
        let environment = ProcessInfo.processInfo.environment
        do {
            if let cluster, cluster.contains("/") {
                return ClusterFolder(path: URL(fileURLWithPath: cluster).standardizedFileURL.path)
            }
            if let cluster {
                var environment = environment
                environment["A1_CLUSTER"] = nil
                return try ClusterFolder.named(cluster, environment: environment)
            }
            let last = try ClusterFolder.named("last", environment: environment)
            return ClusterFolder(path: URL(fileURLWithPath: last.path).resolvingSymlinksInPath().path)
        } catch {
            throw fail(.configuration, "\(error)")
        }
    }

    /// The configuration that the cluster was started with.
    func configuration() throws -> ClusterConfiguration {
        let folder = try folder()
        do {
            return try ClusterConfiguration.load(path: folder.configuration)
        } catch {
            throw fail(
                .unavailable,
                "no cluster has been started in \(folder.path): cluster/up.sh starts one\n\(error)")
        }
    }

    func client() throws -> Client {
        try Client(folder: try folder())
    }
}
