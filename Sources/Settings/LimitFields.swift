import Domain

/// The limits by the names that configuration files use: a limit may stand in the section `cluster`.
enum LimitFields {
    static let all: [(name: String, path: WritableKeyPath<Limits, Int> & Sendable)] = [
        ("frame_bytes", \.frameBytes),
        ("frames_per_message", \.framesPerMessage),
        ("queued_messages_per_peer", \.queuedMessagesPerPeer),
        ("linger_ms", \.lingerMs),
        ("handshake_ms", \.handshakeMs),
        ("keep_alive_idle_ms", \.keepAliveIdleMs),
        ("keep_alive_interval_ms", \.keepAliveIntervalMs),
        ("keep_alive_probes", \.keepAliveProbes),
        ("unacknowledged_ms", \.unacknowledgedMs),
        ("heartbeat_interval_ms", \.heartbeatIntervalMs),
        ("heartbeats_missed", \.heartbeatsMissed),
        ("heartbeat_slowdown", \.heartbeatSlowdown),
        ("stall_ms", \.stallMs),
        ("no_progress_ms", \.noProgressMs),
        ("drain_ms", \.drainMs),
        ("drain_maximum_ms", \.drainMaximumMs),
        ("reconnect_ms", \.reconnectMs),
        ("reconnect_maximum_ms", \.reconnectMaximumMs),
        ("deaths_per_path", \.deathsPerPath),
        ("context_losses_per_piece", \.contextLossesPerPiece),
        ("returns_per_piece", \.returnsPerPiece),
        ("retry_ms", \.retryMs),
        ("retry_maximum_ms", \.retryMaximumMs),
        ("orders_per_slot", \.ordersPerSlot),
        ("begun_paths_per_slot", \.begunPathsPerSlot),
        ("ended_runs_shown", \.endedRunsShown),
        ("orders_per_worker", \.ordersPerWorker),
        ("workers", \.workers),
        ("worker_name_bytes", \.workerNameBytes),
        ("problems_per_batch", \.problemsPerBatch),
        ("batch_bytes", \.batchBytes),
        ("line_bytes", \.lineBytes),
        ("submission_part_bytes", \.submissionPartBytes),
        ("open_submissions", \.openSubmissions),
        ("open_runs", \.openRuns),
        ("paths_per_problem", \.pathsPerProblem),
        ("bank_scores", \.bankScores),
        ("submitted_bank_scores", \.submittedBankScores),
        ("rounds_per_path", \.roundsPerPath),
        ("run_ahead_blocks", \.runAheadBlocks),
        ("tokens_per_block", \.tokensPerBlock),
        ("tokens_per_path", \.tokensPerPath),
        ("json_depth", \.jsonDepth),
        ("log_file_bytes", \.logFileBytes),
        ("log_files_kept", \.logFilesKept),
    ]

    /// The standard limits with those that the section sets.
    static func read(_ section: MappingReader?) -> Limits {
        guard let section else { return .standard }
        var limits = Limits.standard
        for (name, path) in all {
            // A day in milliseconds, a gibibyte: above it a limit is none.
            if let value = section.integer(name, in: 1...(1 << 30)) { limits[keyPath: path] = value }
        }
        do throws(LimitsError) {
            return try limits.checked()
        } catch {
            section.problems.add(section.mark, error.description)
            return .standard
        }
    }
}
