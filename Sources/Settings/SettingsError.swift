/// A place in a configuration file, both counted from 1.
struct Mark: Sendable, Hashable {
    var line: Int
    var column: Int
}

/// One thing wrong with a configuration.
public struct SettingsProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1; nil when the problem has no place in the file, as with a flag of the command line.
    public let line: Int?
    /// From 1, in characters.
    public let column: Int?
    /// What is wrong and what would be right.
    public let reason: String

    public init(line: Int?, column: Int?, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    init(_ mark: Mark?, _ reason: String) {
        self.init(line: mark?.line, column: mark?.column, reason: reason)
    }

    public var description: String {
        guard let line, let column else { return reason }
        return "\(line):\(column): \(reason)"
    }
}

/// Everything wrong with a configuration, so that a user mends it in one go.
public struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it, or what stands in for it: `command line`.
    public let file: String
    /// In the order of their places in the file; never empty.
    public let problems: [SettingsProblem]
    /// How many more were found after the list was full.
    public let unlisted: Int

    public init(file: String, problems: [SettingsProblem], unlisted: Int = 0) {
        precondition(!problems.isEmpty, "an error names at least one problem")
        self.file = file
        self.problems = problems
        self.unlisted = unlisted
    }

    /// One `file:line:column: reason` a line.
    public var description: String {
        var lines = problems.map { problem in
            problem.line == nil ? "\(file): \(problem)" : "\(file):\(problem)"
        }
        if unlisted > 0 { lines.append("\(file): and \(unlisted) more") }
        return lines.joined(separator: "\n")
    }
}

/// Gathers problems while a configuration is read. Belongs to one call of `load`; not shared between threads.
final class ProblemList {
    /// A file that is wrong everywhere is not listed to its end.
    static let maximum = 100

    private var found: [SettingsProblem] = []
    private var unlisted = 0

    var isEmpty: Bool { found.isEmpty }

    func add(_ mark: Mark?, _ reason: String) {
        if found.count < Self.maximum {
            found.append(SettingsProblem(mark, reason))
        } else {
            unlisted += 1
        }
    }

    func error(file: String) -> SettingsError? {
        guard !found.isEmpty else { return nil }
        // A stable order for equal places: as they were found.
        let ordered = found.enumerated().sorted { left, right in
            let leftPlace = (left.element.line ?? 0, left.element.column ?? 0, left.offset)
            let rightPlace = (right.element.line ?? 0, right.element.column ?? 0, right.offset)
            return leftPlace < rightPlace
        }
        return SettingsError(file: file, problems: ordered.map(\.element), unlisted: unlisted)
    }
}
