/// Every maximum in one place. `checked()` refuses contradictory ones at start-up.
public struct Limits: Sendable, Hashable {
    /// One ZeroMQ frame: ZMQ_MAXMSGSIZE.
    public var frameBytes = 8 << 20
    /// Frames of one message, routing id included.
    public var framesPerMessage = 8
    /// Messages queued to or from one peer: ZMQ_SNDHWM, ZMQ_RCVHWM.
    public var queuedMessagesPerPeer = 64
    /// How long a closing socket tries to deliver.
    public var lingerMs = 1_000
    public var handshakeMs = 5_000
    /// Wire heartbeats (ZMTP), which show a live connection.
    public var wireHeartbeatIntervalMs = 1_000
    public var wireHeartbeatTimeoutMs = 3_000
    /// Worker heartbeats, which show a live worker.
    public var heartbeatIntervalMs = 1_000
    /// Heartbeats missed until a worker counts as lost.
    public var heartbeatsMissed = 3
    /// A worker with orders and no new tokens for this long has stalled.
    public var stallMs = 120_000
    public var reconnectMs = 100
    public var reconnectMaximumMs = 32_000
    /// Workers that may die on the same piece of work before its path is quarantined.
    public var deathsPerPath = 3
    /// Times a worker may lose the context of the same piece of work before its path fails.
    public var contextLossesPerPiece = 8
    /// Begun paths for each slot of the live workers: one in the slot, one that waits for it. More would fill the
    /// caches without keeping anybody busier.
    public var begunPathsPerSlot = 2
    /// Orders that a worker may have for each of its slots: one in the slot, one that takes its place at once.
    public var ordersPerSlot = 2
    /// Ended runs that the coordinator's status still shows; the store keeps all.
    public var endedRunsShown = 64
    /// Orders for one worker at once, whatever it asks for.
    public var ordersPerWorker = 256
    public var workers = 1_024
    public var workerNameBytes = 64
    public var problemsPerBatch = 50_000
    public var batchBytes = 200 << 20
    public var lineBytes = 1 << 20
    /// Problems in one message of a submission: keeps a message far below `frameBytes`.
    public var submissionPartBytes = 1 << 20
    /// Submissions that have begun and not ended, over all clients.
    public var openSubmissions = 64
    public var openRuns = 256
    public var pathsPerProblem = 1_024
    public var roundsPerPath = 10_000
    /// Blocks of a path that the draft may write beyond the one whose verdict is out.
    public var runAheadBlocks = 64
    /// Scores in a bank that is bounded by its settings.
    public var bankScores = 100_000_000
    /// Scores of a bank that comes with a submission: keeps its message below `frameBytes`.
    public var submittedBankScores = 200_000
    public var tokensPerBlock = 65_536
    public var tokensPerPath = 1 << 20
    public var jsonDepth = 64
    public var configBytes = 16 << 20
    /// One log file before it is rotated, and how many old ones stay.
    public var logFileBytes = 64 << 20
    public var logFilesKept = 4

    public init() {}

    public static let standard = Limits()

    /// - Throws: the first contradiction.
    public func checked() throws(LimitsError) -> Limits {
        func require(_ condition: Bool, _ rule: String) throws(LimitsError) {
            if !condition { throw LimitsError(rule: rule) }
        }
        try require(framesPerMessage >= 2, "framesPerMessage is at least 2 (routing id and body)")
        try require(submissionPartBytes + lineBytes * 2 < frameBytes, "a submission part fits in a frame")
        try require(wireHeartbeatTimeoutMs >= wireHeartbeatIntervalMs, "a time-out is at least one interval")
        try require(heartbeatsMissed >= 1 && heartbeatIntervalMs >= 1, "heartbeats have an interval and a count")
        try require(stallMs > heartbeatIntervalMs * heartbeatsMissed, "a stall is longer than a loss")
        try require(reconnectMaximumMs >= reconnectMs, "reconnectMaximumMs is at least reconnectMs")
        try require(deathsPerPath >= 1, "deathsPerPath is at least 1")
        try require(contextLossesPerPiece >= 1, "contextLossesPerPiece is at least 1")
        try require(begunPathsPerSlot >= 1, "begunPathsPerSlot is at least 1")
        try require(ordersPerSlot >= 1, "ordersPerSlot is at least 1")
        try require(workers >= 1 && ordersPerWorker >= 1, "there is room for a worker and an order")
        try require(endedRunsShown >= 0, "endedRunsShown is not negative")
        try require(lineBytes <= batchBytes, "a line is no longer than its batch")
        return self
    }
}

/// Two limits contradict each other.
public struct LimitsError: Error, Sendable, Hashable, CustomStringConvertible {
    public let rule: String
    public var description: String { "limits contradict each other: \(rule)" }
}
