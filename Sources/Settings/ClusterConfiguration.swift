public import Domain

/// What computes for a worker.
public enum ModelEngine: String, Sendable, Hashable, CaseIterable {
    /// This project's engine, with the model's weights.
    case own
    /// No model: the draft proposes what was written earlier for the same problem (prompt lookup).
    case lookup
    /// Lookup where the match is long, else the draft model.
    case hybrid
}

/// How a model is to be used.
public struct ModelConfiguration: Sendable, Hashable {
    /// The name that workers refer to; without a path, also its name in the manifest of models.
    public var name: String
    public var engine: ModelEngine
    /// With `engine: lookup` the configuration's model whose vocabulary and prompts are used, which is the target's.
    public var tokenizer: String?
    /// A model file, absolute; nil for a model of the manifest.
    public var path: String?
    /// Name of the chat template; `auto` takes the one that the model file calls for.
    public var template: String
    /// The system message; empty for none.
    public var system: String
    /// The user's message, with `{problem}` where the problem's text goes.
    public var prompt: String
    /// Sequences that a worker takes at once, unless the worker says otherwise.
    public var slots: Int
    /// Tokens of context to offer; nil takes what the model file says.
    public var contextTokens: Int?
    /// Memory for the KV cache; nil leaves the choice to the worker.
    public var kvMemoryMiB: Int?
    /// Whether quantised weights are multiplied in float32, as `--exact` of a tool, and not with bytes.
    public var isExact: Bool

    public init(
        name: String, engine: ModelEngine = .own, tokenizer: String? = nil, path: String? = nil,
        template: String = "auto", system: String = "", prompt: String = "{problem}", slots: Int = 32,
        contextTokens: Int? = nil, kvMemoryMiB: Int? = nil, isExact: Bool = false
    ) {
        self.name = name
        self.engine = engine
        self.tokenizer = tokenizer
        self.path = path
        self.template = template
        self.system = system
        self.prompt = prompt
        self.slots = slots
        self.contextTokens = contextTokens
        self.kvMemoryMiB = kvMemoryMiB
        self.isExact = isExact
    }

    /// The name in the manifest of what is read of it, where there is no path.
    public var fileName: String { tokenizer ?? name }

    /// What stands for the problem's text in a prompt.
    public static let problemMarker = "{problem}"
}

/// One worker process to start.
public struct WorkerConfiguration: Sendable, Hashable {
    /// Names its log and process id file, too.
    public var name: String
    public var role: Role
    /// Name of one of the configuration's models.
    public var model: String
    /// Compute threads.
    public var threads: Int
    /// Whether each compute thread is kept on a processor of its own, of those that the process may run on.
    public var pinsThreads: Bool
    /// Sequences at once.
    public var slots: Int
    /// The machine that starts it, by a name of the user's choice; nil for the coordinator's own.
    public var host: String?

    public init(
        name: String, role: Role, model: String, threads: Int = 1, pinsThreads: Bool = false, slots: Int = 32,
        host: String? = nil
    ) {
        self.name = name
        self.role = role
        self.model = model
        self.threads = threads
        self.pinsThreads = pinsThreads
        self.slots = slots
        self.host = host
    }
}

/// The least severe records that a log keeps.
public enum LogThreshold: String, Sendable, Hashable, CaseIterable {
    case trace
    case debug
    case info
    case notice
    case warning
    case error
    case critical
}

/// A whole cluster: what to start and how runs go unless told otherwise.
public struct ClusterConfiguration: Sendable, Hashable {
    public var name: String
    public var folder: ClusterFolder
    public var workerEndpoint: Endpoint
    public var clientEndpoint: Endpoint
    /// Where workers find the coordinator; nil for where it listens.
    public var connectEndpoint: Endpoint?
    public var limits: Limits
    public var models: [ModelConfiguration]
    public var workers: [WorkerConfiguration]
    /// The defaults of a submitted run.
    public var run: RunSettings
    public var logLevel: LogThreshold

    public init(
        name: String, folder: ClusterFolder, workerEndpoint: Endpoint, clientEndpoint: Endpoint,
        connectEndpoint: Endpoint? = nil, limits: Limits = .standard, models: [ModelConfiguration] = [],
        workers: [WorkerConfiguration] = [], run: RunSettings = RunSettings(), logLevel: LogThreshold = .info
    ) {
        self.name = name
        self.folder = folder
        self.workerEndpoint = workerEndpoint
        self.clientEndpoint = clientEndpoint
        self.connectEndpoint = connectEndpoint
        self.limits = limits
        self.models = models
        self.workers = workers
        self.run = run
        self.logLevel = logLevel
    }

    /// The worker of this name; nil when there is none.
    public func worker(_ name: String) -> WorkerConfiguration? { workers.first { $0.name == name } }

    /// The workers that one machine starts.
    ///
    /// - Parameter host: the machine's name in the configuration; nil for the coordinator's own.
    public func workers(of host: String?) -> [WorkerConfiguration] { workers.filter { $0.host == host } }

    /// The other machines' names, in the order in which they come up.
    public var hosts: [String] {
        workers.compactMap(\.host).reduce(into: []) { hosts, host in
            if !hosts.contains(host) { hosts.append(host) }
        }
    }

    /// The model of this name; nil when there is none.
    public func model(_ name: String) -> ModelConfiguration? { models.first { $0.name == name } }
}
