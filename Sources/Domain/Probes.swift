/// A pass of a worker's engine that is timed on synthetic tokens (`a1 plan`).
public struct Probe: Sendable, Codable, Hashable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Each sequence writes so many tokens, one a step.
        case write
        /// So many tokens of each sequence are scored in one pass.
        case read
    }

    public var kind: Kind
    /// Sequences at once, 1 or more.
    public var sequences: Int
    /// Of each sequence, 1 or more.
    public var tokens: Int
    /// Tokens of each sequence's context, which is held before the time is taken.
    public var context: Int

    public init(_ kind: Kind, sequences: Int, tokens: Int, context: Int) {
        self.kind = kind
        self.sequences = sequences
        self.tokens = tokens
        self.context = context
    }

    /// Tokens that a probe may compute, context included.
    static let tokensMaximum = 1 << 16

    /// Why it cannot be done; nil where it can.
    public var fault: String? {
        let numbers = [sequences, tokens, context]
        guard numbers.allSatisfy({ $0 >= 1 && $0 <= Self.tokensMaximum }),
            sequences * (tokens + context) <= Self.tokensMaximum
        else {
            return "a probe has 1 sequence, token and token of context or more, in all \(Self.tokensMaximum) at most"
        }
        return nil
    }
}

/// Probes of one worker, under a number of their own.
public struct ProbeOrder: Sendable, Hashable {
    public let id: UInt64
    public let probes: [Probe]

    public init(id: UInt64, probes: [Probe]) {
        self.id = id
        self.probes = probes
    }
}

/// What probes found.
public struct ProbeReport: Sendable, Hashable {
    public let id: UInt64
    /// One for each probe: seconds of a step (`write`) or of the pass (`read`), all sequences together. Unchecked.
    public let seconds: [Double]

    public init(id: UInt64, seconds: [Double]) {
        self.id = id
        self.seconds = seconds
    }
}

/// What was measured of one worker.
public struct MeasuredWorker: Sendable, Codable, Hashable {
    public var name: String
    public var role: Role
    public var model: String
    public var modelDigest: String
    public var kernels: String
    public var host: String
    public var threads: Int
    public var slots: Int
    /// Whether it proposes by lookup; its probes, if it has a model, are the model's.
    public var proposesByLookup: Bool
    public var probes: [Probe]
    /// As in `ProbeReport`.
    public var seconds: [Double]

    public init(_ hello: Hello, probes: [Probe], seconds: [Double]) {
        name = hello.name
        role = hello.role
        model = hello.model
        modelDigest = hello.modelDigest
        kernels = hello.kernels
        host = hello.host
        threads = hello.threads
        slots = hello.slots
        proposesByLookup = hello.proposesByLookup
        self.probes = probes
        self.seconds = seconds
    }
}

/// Which probes, for which workers.
public struct MeasureRequest: Sendable, Codable, Hashable {
    public var draft: [Probe]
    public var target: [Probe]
    /// All workers at the same time, as in a run; else one after the other.
    public var together: Bool

    public init(draft: [Probe], target: [Probe], together: Bool) {
        self.draft = draft
        self.target = target
        self.together = together
    }

    public subscript(role: Role) -> [Probe] { role == .draft ? draft : target }
}
