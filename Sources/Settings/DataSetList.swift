import Domain
import Evaluation
import Foundation

/// The data sets the project knows: `configs/datasets.yaml`.
public struct DataSetList: Equatable, Sendable {
    /// Where it was read from.
    public let path: String
    /// In the order of the file; names are unique.
    public let entries: [DataSet]

    /// Reads a list from a file.
    ///
    /// - Throws: everything that is wrong, each with its place.
    public static func load(path: String) throws(SettingsError) -> DataSetList {
        try parse(try SettingsFile.bytes(of: path), file: path)
    }

    /// Reads a list from its text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8.
    ///   - file: what errors call it.
    public static func parse(_ bytes: [UInt8], file: String) throws(SettingsError) -> DataSetList {
        let problems = ProblemList()
        var entries: [DataSet] = []
        do throws(SettingsProblem) {
            let root = try YamlReader.read(bytes, maximumDepth: Limits.standard.jsonDepth, problems: problems)
            entries = DataSetReader(problems: problems).read(root)
        } catch {
            problems.add(error.line.map { Mark(line: $0, column: error.column ?? 1) }, error.reason)
        }
        if let error = problems.error(file: file) { throw error }
        return DataSetList(path: file, entries: entries)
    }

    /// The data set of a name.
    ///
    /// - Throws: `unknown`, with the name that was probably meant.
    public func entry(_ name: String) throws(DataSetError) -> DataSet {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw .unknown(name: name, list: path, known: entries.map(\.name))
        }
        return entry
    }

    /// Where data sets lie: `A1_DATA`, else `$XDG_CACHE_HOME/a1/datasets`, else `~/.cache/a1/datasets`.
    public static func folder(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        if let folder = environment["A1_DATA"], !folder.isEmpty { return folder }
        // The XDG specification says to ignore relative paths.
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/a1/datasets" }
        return (environment["HOME"] ?? NSHomeDirectory()) + "/.cache/a1/datasets"
    }

    /// The path of the first file of a data set that is there.
    ///
    /// - Throws: `notHere`, with all that was looked for.
    public static func file(of set: DataSet, in folder: String) throws(DataSetError) -> String {
        for file in set.files {
            let path = "\(folder)/\(file)"
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue { return path }
        }
        throw .notHere(set, folder: folder)
    }
}
