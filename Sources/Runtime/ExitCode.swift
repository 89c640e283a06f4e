/// Exit codes of sysexits.h, by what went wrong.
public enum ExitCode: Int32, Sendable {
    case success = 0
    case usage = 64
    /// A data file, a batch or a model is not what it should be.
    case dataError = 65
    case noInput = 66
    /// The coordinator is not there.
    case unavailable = 69
    case software = 70
    case cannotCreate = 73
    case ioError = 74
    /// Somebody else has it: try again later.
    case temporaryFailure = 75
    case protocolError = 76
    case noPermission = 77
    case configuration = 78
    /// Not of sysexits.h: what was waited for was cancelled.
    case cancelled = 79
}
