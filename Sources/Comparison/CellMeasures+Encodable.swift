/// The document that `a1 bench strategies --json` prints of a cell: every name is part of the command line's contract.
/// What was not counted is null.
extension CellMeasures: Encodable {
    private enum Key: String, CodingKey {
        case strategy, paths
        case rejectionRate = "rejection_rate"
        case runAhead = "run_ahead"
        case problems, repetitions
        case passAt1 = "pass_at_1"
        case passAt1Interval = "pass_at_1_interval"
        case majority = "maj"
        case majorityInterval = "maj_interval"
        case passAtM = "pass_at_m"
        case passAtMInterval = "pass_at_m_interval"
        case seconds
        case speedupOverTarget = "speedup_over_target"
        case speedupOverSync = "speedup_over_sync"
        case rate
        case rateByRound = "rate_by_round"
        case problemsPerMinute = "problems_per_minute"
        case tokensDraft = "tokens_draft"
        case tokensTarget = "tokens_target"
        case discarded
        case draftWaitShare = "draft_wait_share"
        case arithmeticIntensity = "arithmetic_intensity"
        case latencyMedian = "latency_p50"
        case latencyNineInTen = "latency_p90"
        case workers
    }

    private struct Round: Encodable {
        var round: Int
        var verdicts: Int
        var takeovers: Int
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(cell.strategy.rawValue, forKey: .strategy)
        try container.encode(cell.paths, forKey: .paths)
        try container.encode(cell.rejectionRate, forKey: .rejectionRate)
        try container.encode(cell.runAhead, forKey: .runAhead)
        try container.encode(problems, forKey: .problems)
        try container.encode(repetitions, forKey: .repetitions)
        for (share, key, intervalKey) in [
            (passAt1, Key.passAt1, Key.passAt1Interval), (majority, .majority, .majorityInterval),
            (passAtM, .passAtM, .passAtMInterval),
        ] {
            try container.encode(share?.value, forKey: key)
            try container.encode(share.map { [$0.interval.lowerBound, $0.interval.upperBound] }, forKey: intervalKey)
        }
        try container.encode(seconds, forKey: .seconds)
        try container.encode(speedupOverTarget, forKey: .speedupOverTarget)
        try container.encode(speedupOverSync, forKey: .speedupOverSync)
        try container.encode(rate, forKey: .rate)
        let rounds = self.rounds.map { Round(round: $0.round, verdicts: $0.verdicts, takeovers: $0.takeovers) }
        try container.encode(rounds, forKey: .rateByRound)
        try container.encode(problemsPerMinute, forKey: .problemsPerMinute)
        try container.encode(tokensDraft, forKey: .tokensDraft)
        try container.encode(tokensTarget, forKey: .tokensTarget)
        try container.encode(discarded, forKey: .discarded)
        try container.encode(draftWaitShare, forKey: .draftWaitShare)
        try container.encode(arithmeticIntensity, forKey: .arithmeticIntensity)
        try container.encode(latencyMedian, forKey: .latencyMedian)
        try container.encode(latencyNineInTen, forKey: .latencyNineInTen)
        try container.encode(workers, forKey: .workers)
    }
}

extension CellMeasures.Worker: Encodable {
    private enum Key: String, CodingKey {
        case name, role, busy, compute, memory, sync
        case peakBytes = "peak_bytes"
    }

    /// `busy` and `compute` are the same share under the name of the table and that of the formula of r_a.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(role.rawValue, forKey: .role)
        try container.encode(compute, forKey: .busy)
        try container.encode(compute, forKey: .compute)
        try container.encode(memory, forKey: .memory)
        try container.encode(sync, forKey: .sync)
        try container.encode(peakBytes, forKey: .peakBytes)
    }
}
