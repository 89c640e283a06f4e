import Foundation

/// The folder that holds everything of one cluster: its store, logs, sockets and process ids.
public struct ClusterFolder: Sendable, Hashable {
    /// Absolute, without a slash at its end.
    public let path: String

    /// - Parameter path: absolute.
    public init(path: String) {
        precondition(path.hasPrefix("/"), "a cluster's folder is an absolute path")
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    public var logs: String { "\(path)/logs" }
    public var database: String { "\(path)/store.db" }
    /// The socket that workers connect to, unless the configuration names another.
    public var workersSocket: String { "\(path)/workers.sock" }
    /// The socket that commands connect to, unless the configuration names another.
    public var clientsSocket: String { "\(path)/clients.sock" }
    /// Where the coordinator writes what it really listens on, for ports that the system chose.
    public var endpoints: String { "\(path)/endpoints.json" }
    /// Held by the coordinator as long as it lives.
    public var lock: String { "\(path)/lock" }
    public var processIDs: String { "\(path)/pids" }
    /// The configuration that the cluster was started with, for commands that are not told one.
    public var configuration: String { "\(path)/cluster.yaml" }

    /// The process id file of `coordinator` or of a worker.
    public func processID(of process: String) -> String { "\(processIDs)/\(process).pid" }

    /// The log of `coordinator` or of a worker.
    public func log(of process: String) -> String { "\(logs)/\(process).jsonl" }

    /// Makes the folder and those within it, for this user alone; what is there already stays.
    public func create() throws(ClusterFolderError) {
        for folder in [path, logs, processIDs] {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw ClusterFolderError(path: folder, reason: "cannot be made: \(error.localizedDescription)")
            }
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw ClusterFolderError(path: folder, reason: "is not a folder")
            }
            guard status.st_uid == geteuid() else {
                throw ClusterFolderError(path: folder, reason: "belongs to another user (\(status.st_uid))")
            }
            guard access(folder, R_OK | W_OK | X_OK) == 0 else {
                throw ClusterFolderError(path: folder, reason: "cannot be written to")
            }
        }
    }

    /// The folder of a cluster that no configuration describes: `A1_CLUSTER`, or the named one among the user's.
    ///
    /// - Parameters:
    ///   - name: the cluster's name.
    ///   - environment: `A1_CLUSTER`, `XDG_STATE_HOME` and `HOME` are read.
    public static func named(
        _ name: String, environment: [String: String]
    ) throws(ClusterFolderError) -> ClusterFolder {
        if let folder = try chosen(environment) { return folder }
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return ClusterFolder(path: "\(state)/a1/\(name)")
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw ClusterFolderError(
                path: name, reason: "has no place: set A1_CLUSTER to a folder, or HOME")
        }
        return ClusterFolder(path: "\(home)/.local/state/a1/\(name)")
    }

    /// The folder that the environment sets over any configuration.
    static func chosen(_ environment: [String: String]) throws(ClusterFolderError) -> ClusterFolder? {
        guard let path = environment["A1_CLUSTER"], !path.isEmpty else { return nil }
        guard path.hasPrefix("/") else {
            throw ClusterFolderError(path: path, reason: "A1_CLUSTER is an absolute path")
        }
        return ClusterFolder(path: path)
    }
}

/// A cluster's folder that cannot be used.
public struct ClusterFolderError: Error, Sendable, Hashable, CustomStringConvertible {
    public let path: String
    public let reason: String
    public var description: String { "\(path): \(reason)" }
}
