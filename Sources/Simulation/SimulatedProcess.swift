import Domain
import WorkerCore

/// A worker's process: the real session around a scripted engine. It dies, pauses and is started anew.
struct SimulatedProcess: Sendable {
    let name: String
    let role: Role
    let slots: Int
    private let contextLimit: Int
    private let prototype: WorkerSession
    private(set) var session: WorkerSession
    var engine: ScriptedEngine
    /// Counts its starts; events of an earlier one are void.
    private(set) var incarnation: UInt64 = 1
    var isAlive = true
    /// Until when it neither reads, computes nor is heard.
    var pausedUntilMs: Int64 = 0
    /// Whether its next score is nonsense, and whether its next message goes out twice.
    var nonsense = false
    var repeats = false
    /// Once it was asked to end.
    var drain: DrainDeadline?

    /// - Parameter contextLimit: tokens that its model takes.
    init(name: String, role: Role, slots: Int, contextLimit: Int, session: WorkerSession) {
        self.name = name
        self.role = role
        self.slots = slots
        self.contextLimit = contextLimit
        prototype = session
        self.session = session
        engine = ScriptedEngine(role: role, contextLimit: contextLimit)
    }

    /// The routing id is random for each start.
    var peer: PeerID { PeerID(bytes: Array("\(name)#\(incarnation)".utf8)) }

    var hello: Hello {
        Hello(
            name: name, role: role, incarnation: incarnation, processID: Int32(incarnation), host: "simulated",
            model: "\(role.rawValue)-model", modelDigest: "\(role.rawValue)-model",
            vocabulary: session.tokenizer.vocabularyDigest, vocabularySize: session.tokenizer.vocabularySize,
            promptTemplate: session.prompts.digest, contextLength: min(contextLimit, 1 << 20), slots: slots, threads: 1,
            proposesByLookup: session.proposesByLookup)
    }

    func heartbeat(nowMs: Int64, listedThrough: OrderID?) -> Heartbeat {
        session.heartbeat(
            engine.figures, progress: engine.progress(nowMs: nowMs), residentBytes: 0, listedThrough: listedThrough)
    }

    mutating func step(_ event: WorkerSession.Event, now: Moment) -> [WorkerSession.Effect] {
        session.step(event, now: now)
    }

    /// A new process under the same name.
    mutating func start() {
        incarnation += 1
        session = prototype
        engine = ScriptedEngine(role: role, contextLimit: contextLimit)
        isAlive = true
        pausedUntilMs = 0
        drain = nil
    }
}
