import Runtime

/// Why a coordinator did not start, or stopped.
public struct CoordinatorError: Error, Sendable, CustomStringConvertible {
    public let exitCode: ExitCode
    public let description: String

    init(_ exitCode: ExitCode, _ description: String) {
        self.exitCode = exitCode
        self.description = description
    }
}
