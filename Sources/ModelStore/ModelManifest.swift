import Foundation

/// The list of models the project knows: `configs/models.yaml`.
public struct ModelManifest: Equatable, Sendable {
    /// Where it was read from.
    public let path: String
    /// In the order of the file; names are unique.
    public let entries: [ModelEntry]

    /// The size of a manifest beyond which it is not read.
    static let maximumBytes = 1 << 20

    /// Reads a manifest. Errors name the file and the line.
    public static func load(_ path: String) throws(ModelStoreError) -> ModelManifest {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .io(path: path, action: "read the manifest", reason: "it is missing or not readable")
        }
        guard data.count <= maximumBytes else {
            throw .io(path: path, action: "read the manifest", reason: "it is larger than \(maximumBytes) bytes")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw .manifest(path: path, line: 1, reason: "not valid UTF-8")
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return ModelManifest(path: path, entries: try ManifestReader(path: path, folder: folder).entries(of: text))
    }

    /// The model of a name.
    public func entry(_ name: String) -> ModelEntry? {
        entries.first { $0.name == name }
    }

    /// Finds the manifest: the argument, else `models.yaml` in the folder `A1_CONFIGS`, else the nearest
    /// `configs/models.yaml` upward from the executable, else upward from the current folder.
    public static func find(
        argument: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
        executable: String? = nil, currentFolder: String = FileManager.default.currentDirectoryPath
    ) throws(ModelStoreError) -> String {
        if let argument { return argument }
        if let folder = environment["A1_CONFIGS"], !folder.isEmpty {
            return URL(fileURLWithPath: folder).appendingPathComponent("models.yaml").path
        }
        let executable = executable ?? (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        var starts: [String] = []
        if let executable { starts.append(URL(fileURLWithPath: executable).deletingLastPathComponent().path) }
        starts.append(currentFolder)
        for start in starts {
            if let found = nearestManifest(upwardFrom: start) { return found }
        }
        throw .manifestNotFound(lookedIn: starts)
    }

    private static func nearestManifest(upwardFrom start: String) -> String? {
        var folder = URL(fileURLWithPath: start).standardizedFileURL
        while true {
            let candidate = folder.appendingPathComponent("configs/models.yaml").path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            let parent = folder.deletingLastPathComponent().standardizedFileURL
            if parent.path == folder.path || folder.path == "/" { return nil }
            folder = parent
        }
    }
}
