public import Domain

/// Settings as sentences that a reader understands who has never seen their names.
public enum SettingsWords {
    /// All that matters of settings but what a comparison varies: strategy, paths, rate and W.
    public static func sentences(_ settings: RunSettings) -> [String] {
        [limits(settings), blocks(settings), rule(settings), ranking(settings), end(settings)]
            + gate(settings) + sampling(settings) + bounds(settings) + ["Seed \(settings.seed)."]
    }

    /// `8 paths a problem`, `1, 4 and 16 paths a problem`.
    public static func paths(_ counts: [Int]) -> String {
        "\(list(counts.map { "\($0)" })) \(counts == [1] ? "path" : "paths") a problem"
    }

    /// `a, b and c`.
    public static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func limits(_ settings: RunSettings) -> String {
        "At most \(settings.rounds) rounds and \(settings.pathTokens) tokens a path."
    }

    private static func blocks(_ settings: RunSettings) -> String {
        let tokens = settings.draftTokens == settings.targetTokens
            ? "\(settings.draftTokens) tokens"
            : "\(settings.draftTokens) tokens of the draft, or \(settings.targetTokens) of the target"
        switch settings.boundary {
        case .tokens: return "A block has \(tokens)."
        case .step: return "A block ends with a step of the solution (a blank line), or after \(tokens)."
        case .adaptive: return "A block is as long as what has stood so far makes worth while, at most \(tokens)."
        case .doubt:
            let share = settings.doubtShare
            return "A block ends behind a token that is among the draft's \(share) least likely, or after \(tokens)."
        }
    }

    private static func rule(_ settings: RunSettings) -> String {
        let score = switch settings.score {
        case .mean: "the mean negative log-likelihood of its tokens"
        case .window: "the greatest mean negative log-likelihood of \(settings.scoreWindow) tokens in a row"
        case .token: "the greatest negative log-likelihood of a token"
        }
        let takeover = switch settings.takeover {
        case .continue: "the target writes on after it"
        case .resample: "the target writes another in its place"
        case .resampleLine: "the target writes anew from the beginning of its worst line"
        case .coupled where settings.afterMismatch == .write:
            "the target goes on from the first token that it would have drawn otherwise"
        case .coupled: "the first token that the target would have drawn otherwise is replaced and the draft goes on"
        }
        return "A block's score is \(score) under the target. When a block is taken over, \(takeover)."
    }

    private static func ranking(_ settings: RunSettings) -> String {
        let strata = switch settings.strata {
        case .marginal: "all scores"
        case .round: "the scores of the same round"
        case .problem: "the scores of the same problem"
        case .roundAndProblem: "the scores of the same round and problem"
        }
        let rule = switch settings.pValue {
        case .smoothed: "smoothed"
        case .paper: "the paper's"
        }
        let band = "the share taken over is held in a band around r"
        let fixed = "the rate in force is always r"
        let adaptive = switch settings.adaptive {
        case .automatic: settings.pValue == .smoothed ? band : fixed
        case .band: band
        case .off: fixed
        case .step(let gamma): "the rate in force follows the share taken over by steps of \(gamma)"
        }
        var text = "async ranks a score among \(strata); p-values are \(rule); \(adaptive)."
        if let share = settings.finalRejectionRate {
            text += " Of blocks that would end their path a share of \(share) is taken over."
        }
        return text
    }

    private static func end(_ settings: RunSettings) -> String {
        switch settings.vote {
        case .majority: "A problem is over when open paths cannot change the majority."
        case .first: "A problem is over with the first answer."
        case .all: "Every path runs to its own end."
        }
    }

    private static func gate(_ settings: RunSettings) -> [String] {
        guard settings.scoring == .gated else { return [] }
        let score = switch settings.gateScore {
        case .mean: "mean negative log-likelihood"
        case .window: "greatest mean negative log-likelihood of \(settings.scoreWindow) tokens in a row"
        case .token: "greatest negative log-likelihood of a token"
        }
        let unit = switch settings.gateBy {
        case .block: "of the blocks, by their \(score) under the draft"
        case .path: "of the paths, each from its first block that stands out by its \(score) under the draft"
        case .problem: "of the problems, those whose drafted paths agree the least"
        }
        return ["async scores the share \(settings.gate) \(unit); \(settings.audit) of the rest is audited."]
    }

    private static func sampling(_ settings: RunSettings) -> [String] {
        func words(_ sampling: SamplingSettings) -> String {
            var parts = [sampling.temperature == 0 ? "the likeliest token" : "temperature \(sampling.temperature)"]
            if sampling.topK > 0 { parts.append("top-k \(sampling.topK)") }
            if sampling.topP < 1 { parts.append("top-p \(sampling.topP)") }
            if sampling.minP > 0 { parts.append("min-p \(sampling.minP)") }
            if sampling.repetitionPenalty != 1 { parts.append("repetition penalty \(sampling.repetitionPenalty)") }
            return parts.joined(separator: ", ")
        }
        let (draft, target) = (settings.draftSampling, settings.targetSampling)
        if draft == target { return ["Both models draw by: \(words(draft))."] }
        return ["The draft draws by: \(words(draft)).", "The target draws by: \(words(target))."]
    }

    private static func bounds(_ settings: RunSettings) -> [String] {
        var bounds: [String] = []
        if settings.problemsInFlight > 0 { bounds.append("problems at once: \(settings.problemsInFlight)") }
        if settings.takeoversInFlight > 0 {
            bounds.append("takeovers of one problem in flight: \(settings.takeoversInFlight)")
        }
        if settings.takeoversPerWorker > 0 {
            bounds.append("takeovers in flight at one target worker: \(settings.takeoversPerWorker)")
        }
        if settings.bankSize > 0 { bounds.append("scores in a stratum: \(settings.bankSize)") }
        return bounds.isEmpty ? [] : ["At most: \(bounds.joined(separator: "; "))."]
    }
}
