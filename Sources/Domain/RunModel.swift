/// A model that works for one role of a run.
public struct RunModel: Sendable, Codable, Hashable {
    public let role: Role
    /// The model's name in the configuration; for people, two names may be one model.
    public let name: String
    /// SHA-256 of the model file, hexadecimal.
    public let digest: String
    /// Digest of the vocabulary.
    public let vocabulary: String
    /// Digest of the prompt template in use.
    public let promptTemplate: String
    /// What decided the bits of its products, as `Hello.kernels`. Nil if nobody said, which fits all.
    public let kernels: String?
    /// Name of the worker that had it.
    public let worker: String
    /// Whether the run was begun with another model, and someone allowed this one all the same.
    public let isDrift: Bool
    public let recordedWallMs: Int64

    public init(
        role: Role, name: String, digest: String, vocabulary: String, promptTemplate: String,
        kernels: String? = nil, worker: String, isDrift: Bool, recordedWallMs: Int64
    ) {
        self.role = role
        self.name = name
        self.digest = digest
        self.vocabulary = vocabulary
        self.promptTemplate = promptTemplate
        self.kernels = kernels
        self.worker = worker
        self.isDrift = isDrift
        self.recordedWallMs = recordedWallMs
    }

    /// The model of a worker that came.
    public init(_ hello: Hello, isDrift: Bool, recordedWallMs: Int64) {
        self.init(
            role: hello.role, name: hello.model, digest: hello.modelDigest, vocabulary: hello.vocabulary,
            promptTemplate: hello.promptTemplate, kernels: hello.kernels.isEmpty ? nil : hello.kernels,
            worker: hello.name, isDrift: isDrift, recordedWallMs: recordedWallMs)
    }

    /// The beginning of the digest, for tables and logs that people read.
    public var shortDigest: String { String(digest.prefix(12)) }

    /// Why this worker cannot go on with what was begun with this model: `target-0 has another model ...`. Nil when
    /// it can.
    public func difference(of hello: Hello) -> String? {
        if hello.modelDigest != digest {
            return "\(hello.name) has another model than this run was begun with: \(hello.model) "
                + "(\(hello.modelDigest.prefix(12))), not \(name) (\(shortDigest))"
        }
        if hello.promptTemplate != promptTemplate {
            return "\(hello.name) has another prompt template for \(hello.model) than this run was begun with"
        }
        if hello.vocabulary != vocabulary {
            return "\(hello.name) reads another vocabulary out of \(hello.model) than this run was begun with"
        }
        if let kernels, !hello.kernels.isEmpty, hello.kernels != kernels {
            return "\(hello.name) multiplies with other kernels than this run was begun with: \(hello.kernels), "
                + "not \(kernels)"
        }
        return nil
    }
}
