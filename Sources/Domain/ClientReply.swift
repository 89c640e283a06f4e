/// One request of one client, as the shell numbers them; the core hands it back with the reply.
public struct ClientToken: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public var description: String { String(rawValue) }
}

/// Why a client's request was refused.
public enum ClientErrorCode: String, Sendable, Codable, CaseIterable {
    /// A setting, a problem or a name is outside what is allowed.
    case invalid
    /// The submission key is known with another content.
    case conflict
    /// No run has this name, or several begin with it.
    case unknownRun
    /// A limit is reached: open runs, problems in a batch.
    case tooMany
    /// The coordinator is going away; ask again later.
    case draining
}

/// A request was refused; the message names field, value and allowed range.
public struct ClientRefusal: Error, Sendable, Codable, Hashable, CustomStringConvertible {
    public let code: ClientErrorCode
    public let message: String

    public init(code: ClientErrorCode, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(code.rawValue): \(message)" }
}

/// What the coordinator answers to a submission or a cancellation.
public enum ClientReply: Sendable, Hashable {
    /// The run is on disk. `alreadyKnown`: an earlier submission with the same key made it.
    case accepted(RunID, alreadyKnown: Bool)
    /// The run is over: cancelled now or before, or finished before the request came.
    case cancelled(RunID, RunState)
    /// The run goes on. `drift`: what was allowed, a sentence for each role.
    case resumed(RunID, drift: [String])
    /// What was asked to be measured, by name of the worker.
    case measured([MeasuredWorker])
    case refused(ClientRefusal)
}
