import ArgumentParser
import Foundation
import Settings

/// Which cluster a command speaks to.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The cluster's folder, or its name. Default: A1_CLUSTER, else the cluster started last.",
            valueName: "folder|name"), completion: .directory)
    var cluster: String?

    /// How the cluster was chosen, where it was not by the command itself: for lines that name the cluster.
    var origin: String {
        let chosen = ProcessInfo.processInfo.environment["A1_CLUSTER"] ?? ""
        if cluster != nil { return "" }
        return chosen.isEmpty ? " (the cluster started last)" : " (from the environment variable A1_CLUSTER)"
    }

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
            return try Self.last()
        } catch {
            throw fail(.configuration, "\(error)", cause: error)
        }
    }

    /// The folder of a cluster that was started at least once.
    func startedFolder() throws -> ClusterFolder {
        let folder = try folder()
        let traces = [folder.configuration, folder.logs]
        guard traces.contains(where: FileManager.default.fileExists) else { throw neverStarted(folder) }
        return folder
    }

    private func neverStarted(_ folder: ClusterFolder, cause: (any Error)? = nil) -> Failure {
        let reason = cause.map { "\n\($0)" } ?? ""
        return fail(
            .unavailable,
            "no cluster has been started in \(folder.path)\(origin): cluster/up.sh starts one\(reason)",
            cause: cause)
    }

    /// What `A1_CLUSTER` names, else the cluster started last.
    static func last() throws -> ClusterFolder {
        let last = try ClusterFolder.named("last", environment: ProcessInfo.processInfo.environment)
        return ClusterFolder(path: URL(fileURLWithPath: last.path).resolvingSymlinksInPath().path)
    }

    /// The configuration that the cluster was started with.
    func configuration() throws -> ClusterConfiguration {
        let folder = try folder()
        do {
            return try ClusterConfiguration.load(path: folder.configuration)
        } catch {
            throw neverStarted(folder, cause: error)
        }
    }

    func client() throws -> Client {
        try Client(folder: try folder(), origin: origin)
    }
}
