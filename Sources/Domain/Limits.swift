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
    /// An idle connection is probed by TCP after `keepAliveIdleMs`, then every `keepAliveIntervalMs`, and counts as cut
    /// after `keepAliveProbes` probes without an answer. Systems answer, not processes: a process that is starved or
    /// stopped keeps its connection.
    public var keepAliveIdleMs = 2_000
    public var keepAliveIntervalMs = 1_000
    public var keepAliveProbes = 2
    /// What was sent and is not acknowledged by the other system for this long cuts the connection.
    public var unacknowledgedMs = 4_000
    /// Worker heartbeats, which show a live worker.
    public var heartbeatIntervalMs = 1_000
    /// Heartbeats missed until a worker counts as lost. Where heartbeats come late, of those that are due by its pace.
    public var heartbeatsMissed = 3
    /// The pace of a worker whose heartbeats come late is followed up to this many times its interval.
    public var heartbeatSlowdown = 10
    /// A worker with orders that computes nothing for this long has stalled.
    public var stallMs = 120_000
    /// A run of which nothing was written or judged for this long says so, with the reason.
    public var noProgressMs = 60_000
    /// A process that is asked to end waits for work in flight as long as that makes progress, and this long without.
    public var drainMs = 25_000
    /// It waits at most this long.
    public var drainMaximumMs = 120_000
    public var reconnectMs = 100
    public var reconnectMaximumMs = 32_000
    /// Workers that may die on the same piece of work before its path is quarantined.
    public var deathsPerPath = 3
    /// Times a worker may lose the context of the same piece of work before its path fails.
    public var contextLossesPerPiece = 8
    /// Times that an order for the same piece of work may come back undone, for whatever reason, before its path fails.
    public var returnsPerPiece = 32
    /// Before the order that follows its third return; doubled with each return. It is sent again at once before.
    public var retryMs = 100
    public var retryMaximumMs = 30_000
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
        let lossMs = heartbeatIntervalMs * heartbeatsMissed
        try require(framesPerMessage, "frames_per_message", 2..., "a message has a routing id and a body")
        try require(heartbeatIntervalMs, "heartbeat_interval_ms", 1..., "heartbeats have an interval")
        try require(heartbeatsMissed, "heartbeats_missed", 1..., "a worker is lost after some heartbeats")
        try require(heartbeatSlowdown, "heartbeat_slowdown", 1..., "a lease is never shorter than the interval says")
        try require(
            stallMs, "stall_ms", (lossMs + 1)...,
            "a stall must be longer than a loss, which is heartbeat_interval_ms (\(heartbeatIntervalMs)) x "
                + "heartbeats_missed (\(heartbeatsMissed)) = \(lossMs)")
        try require(noProgressMs, "no_progress_ms", 1..., "a run that stands still says so after some time")
        try require(drainMs, "drain_ms", 1..., "work in flight has some time to come home")
        try require(
            drainMaximumMs, "drain_maximum_ms", drainMs..., "it is no shorter than drain_ms (\(drainMs))")
        try require(
            reconnectMaximumMs, "reconnect_maximum_ms", reconnectMs...,
            "it is no shorter than reconnect_ms (\(reconnectMs))")
        try require(retryMs, "retry_ms", 1..., "an order that came back twice waits")
        try require(retryMaximumMs, "retry_maximum_ms", retryMs..., "it is no shorter than retry_ms (\(retryMs))")
        try require(deathsPerPath, "deaths_per_path", 1..., "a path is quarantined after some deaths")
        try require(contextLossesPerPiece, "context_losses_per_piece", 1..., "a path fails after some losses")
        try require(returnsPerPiece, "returns_per_piece", 1..., "a path fails after some returns")
        try require(begunPathsPerSlot, "begun_paths_per_slot", 1..., "a slot has a path to work on")
        try require(ordersPerSlot, "orders_per_slot", 1..., "a slot has an order to work on")
        try require(workers, "workers", 1..., "there is room for a worker")
        try require(ordersPerWorker, "orders_per_worker", 1..., "there is room for an order")
        try require(endedRunsShown, "ended_runs_shown", 0..., "a count is not negative")
        try require(
            frameBytes, "frame_bytes", (submissionPartBytes + lineBytes * 2 + 1)...,
            "a part of a submission must fit: submission_part_bytes (\(submissionPartBytes)) + 2 x line_bytes "
                + "(\(lineBytes))")
        try require(batchBytes, "batch_bytes", lineBytes..., "a line (line_bytes, \(lineBytes)) fits into its batch")
        return self
    }

    private func require(
        _ value: Int, _ key: String, _ allowed: PartialRangeFrom<Int>, _ rule: String
    ) throws(LimitsError) {
        guard allowed.contains(value) else {
            throw LimitsError(key: key, value: value, least: allowed.lowerBound, rule: rule)
        }
    }
}

/// A limit that others contradict.
public struct LimitsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name that configuration files use.
    public let key: String
    public let value: Int
    /// What would do while the other limits stay as they are.
    public let least: Int
    /// Why, with the names and values of the others.
    public let rule: String

    public var description: String {
        "limits contradict each other: \(key) is \(value), and \(rule); set \(key) to \(least) or more"
    }
}
