import Domain
import Foundation

extension ClusterConfiguration {
    /// Reads a configuration from a file. Opens nothing else and makes nothing.
    ///
    /// - Parameters:
    ///   - path: the file; relative paths in it are relative to its folder.
    ///   - environment: `A1_CLUSTER` sets the cluster's folder over the file; `XDG_STATE_HOME` and `HOME` place the
    ///     folder of a cluster that sets none.
    /// - Throws: everything that is wrong, each with its place.
    public static func load(
        path: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SettingsError) -> ClusterConfiguration {
        let url = URL(fileURLWithPath: path)
        return try parse(
            try SettingsFile.bytes(of: path), file: path,
            folder: url.deletingLastPathComponent().standardizedFileURL.path, environment: environment)
    }

    /// Reads a configuration from its text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8.
    ///   - file: what errors call it.
    ///   - folder: absolute; what relative paths are relative to.
    public static func parse(
        _ bytes: [UInt8], file: String, folder: String, environment: [String: String]
    ) throws(SettingsError) -> ClusterConfiguration {
        let problems = ProblemList()
        let maximum = Limits.standard.configBytes
        if bytes.count > maximum {
            problems.add(nil, "has \(bytes.count) bytes, \(maximum) is the most that is read")
        }
        var configuration: ClusterConfiguration?
        if problems.isEmpty {
            do throws(SettingsProblem) {
                let root = try YamlReader.read(
                    bytes, maximumDepth: Limits.standard.jsonDepth, problems: problems)
                let reader = ConfigurationReader(folder: folder, environment: environment, problems: problems)
                configuration = reader.read(root)
            } catch {
                problems.add(error.line.map { Mark(line: $0, column: error.column ?? 1) }, error.reason)
            }
        }
        if let error = problems.error(file: file) { throw error }
        guard let configuration else { preconditionFailure("a configuration without problems is there") }
        return configuration
    }
}
