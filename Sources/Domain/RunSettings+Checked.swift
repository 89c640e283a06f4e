/// A setting of a run that no run can have.
public struct RunSettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The setting's name as configuration files write it: `rejection_rate`, `draft_sampling.top_p`.
    public let field: String
    public let value: String
    /// What would do: `0...1`.
    public let allowed: String

    public init(field: String, value: String, allowed: String) {
        self.field = field
        self.value = value
        self.allowed = allowed
    }

    public var description: String { "\(field): \(value) is not possible; allowed is \(allowed)" }
}

extension RunSettings {
    /// Every setting out of its range, in the order of the declaration; empty when the run can be started.
    public func problems(_ limits: Limits = .standard) -> [RunSettingsError] {
        var found: [RunSettingsError] = []
        func require(_ field: String, _ value: Int, in range: ClosedRange<Int>) {
            if !range.contains(value) {
                found.append(RunSettingsError(
                    field: field, value: "\(value)", allowed: "\(range.lowerBound)...\(range.upperBound)"))
            }
        }
        require("paths", paths, in: 1...limits.pathsPerProblem)
        require("rounds", rounds, in: 1...limits.roundsPerPath)
        require("draft_tokens", draftTokens, in: 1...limits.tokensPerBlock)
        require("target_tokens", targetTokens, in: 1...limits.tokensPerBlock)
        require("path_tokens", pathTokens, in: 1...limits.tokensPerPath)
        // Not a number fails this comparison, as it must.
        if !(rejectionRate >= 0 && rejectionRate <= 1) {
            found.append(RunSettingsError(field: "rejection_rate", value: "\(rejectionRate)", allowed: "0...1"))
        }
        if strategy == .auto, takeover != .coupled {
            found.append(RunSettingsError(
                field: "strategy", value: "auto under takeover: \(takeover.rawValue)",
                allowed: "auto under takeover: coupled, where the target alone writes the same"))
        }
        if boundary == .adaptive, strategy.isJudged, takeover != .coupled {
            found.append(RunSettingsError(
                field: "boundary", value: "adaptive under takeover: \(takeover.rawValue)",
                allowed: "adaptive under takeover: coupled, where it is known how much of a block stands"))
        }
        if !(doubtShare > 0 && doubtShare < 1) {
            found.append(RunSettingsError(field: "doubt_share", value: "\(doubtShare)", allowed: "above 0, below 1"))
        }
        found += gateProblems()
        require("bank_size", bankSize, in: 0...limits.bankScores)
        require("score_window", scoreWindow, in: 1...limits.tokensPerBlock)
        if let rate = finalRejectionRate, !(rate >= 0 && rate <= 1) {
            found.append(RunSettingsError(field: "final_rejection_rate", value: "\(rate)", allowed: "off or 0...1"))
        }
        if finalRejectionRate != nil, bankMode == .frozen {
            // What the others get depends on the verdicts so far, and under a frozen bank no verdict may.
            found.append(RunSettingsError(
                field: "final_rejection_rate", value: "a share under bank_mode frozen", allowed: "off"))
        }
        require("run_ahead", runAhead, in: 0...limits.runAheadBlocks)
        found += draftSampling.problems(named: "draft_sampling")
        found += targetSampling.problems(named: "target_sampling")
        require("takeovers_per_worker", takeoversPerWorker, in: 0...limits.ordersPerWorker)
        require("takeovers_in_flight", takeoversInFlight, in: 0...limits.pathsPerProblem)
        require("problems_in_flight", problemsInFlight, in: 0...limits.problemsPerBatch)
        return found
    }

    /// What is impossible about the gate.
    private func gateProblems() -> [RunSettingsError] {
        var found: [RunSettingsError] = []
        func require(_ field: String, _ value: String, _ isPossible: Bool, _ allowed: String) {
            if !isPossible { found.append(RunSettingsError(field: field, value: value, allowed: allowed)) }
        }
        // Not a number fails these comparisons, as it must.
        require("gate", "\(gate)", gate >= 0 && gate <= 1, "0...1")
        require("audit", "\(audit)", audit >= 0 && audit <= 1, "0...1")
        guard scoring == .gated else { return found }
        require(
            "scoring", "gated under strategy: \(strategy.rawValue)", strategy == .async,
            "gated under strategy: async, which ranks")
        require(
            "gate", "\(gate) of the blocks, below rejection_rate: \(rejectionRate)",
            gateBy != .block || !(gate < rejectionRate), "rejection_rate or more: only what is scored is taken over")
        require(
            "gate_by", "problem with one path", gateBy != .problem || paths > 1, "problem with two paths or more")
        require(
            "final_rejection_rate", "a share under scoring: gated", finalRejectionRate == nil, "off")
        require("bank_mode", "frozen under scoring: gated", bankMode == .online, "online")
        return found
    }

    /// The settings themselves, if a run can have them.
    ///
    /// - Throws: the first setting out of its range.
    public func checked(_ limits: Limits = .standard) throws(RunSettingsError) -> RunSettings {
        if let problem = problems(limits).first { throw problem }
        return self
    }
}

extension SamplingSettings {
    /// The lowest that is not 0: a logit divided by it is still a number.
    public static let minimumTemperature: Float = 0.001
    /// The highest temperature that still means something: above it every token is nearly as likely as any other.
    public static let maximumTemperature: Float = 100

    /// Every value out of its range.
    ///
    /// - Parameter name: what stands before the field's own name and a dot.
    public func problems(named name: String) -> [RunSettingsError] {
        var found: [RunSettingsError] = []
        // Each comparison is written so that a value that is not a number fails it.
        func require(_ field: String, _ value: Float, _ isPossible: Bool, _ allowed: String) {
            if !isPossible {
                found.append(RunSettingsError(field: "\(name).\(field)", value: "\(value)", allowed: allowed))
            }
        }
        require(
            "temperature", temperature,
            temperature == 0 || (Self.minimumTemperature...Self.maximumTemperature).contains(temperature),
            "0 (the likeliest token), or 0.001...100")
        if topK < 0 || topK > 1 << 30 {
            found.append(RunSettingsError(
                field: "\(name).top_k", value: "\(topK)", allowed: "0 (off) or the number of tokens to draw from"))
        }
        require("top_p", topP, topP > 0 && topP <= 1, "above 0, at most 1 (1 is off)")
        require("min_p", minP, minP >= 0 && minP <= 1, "0...1 (0 is off)")
        require(
            "repetition_penalty", repetitionPenalty, (0.01...10).contains(repetitionPenalty),
            "0.01...10 (1 is off)")
        return found
    }
}
