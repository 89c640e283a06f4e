/// Why a file cannot be mapped.
public enum MappedFileError: Error, Equatable, Sendable, CustomStringConvertible {
    case cannotOpen(path: String, reason: String)
    case notRegular(path: String, kind: String)
    case empty(path: String)
    case cannotMap(path: String, byteCount: Int, reason: String)
    /// Written to, or cut, while it was in use.
    case changed(path: String)

    /// Names the file and what to do.
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            "cannot open '\(path)': \(reason); check the path and its permissions"
        case .notRegular(let path, let kind):
            "'\(path)' is a \(kind), not a regular file; give the path of the file itself"
        case .changed(let path):
            "'\(path)' was changed while it was in use; put the right file under this name by renaming, and start again"
        case .empty(let path): "'\(path)' is empty; fetch the file again"
        case .cannotMap(let path, let byteCount, let reason):
            "cannot map '\(path)' (\(byteCount) bytes): \(reason); free address space or raise the limit (ulimit -v)"
        }
    }
}
