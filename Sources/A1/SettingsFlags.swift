import ArgumentParser
import Domain
import Settings

/// A flag for each setting of a run; what is not given comes from the cluster's configuration.
struct SettingsFlags: ParsableArguments {
    @OptionGroup(title: "How much") var amount: AmountFlags
    @OptionGroup(title: "Rule") var rule: RuleFlags
    @OptionGroup(title: "Models") var models: SamplingFlags

    func settings(over base: RunSettings) throws -> RunSettings {
        var values = (amount.values + rule.values + models.values).compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
        values += try Self.assignments(models.set)
        do {
            return try base.overriding(values)
        } catch {
            throw fail(.usage, "\(error)", cause: error)
        }
    }

    /// The names and values of flags `--set name=value`.
    static func assignments(_ flags: [String]) throws -> [(name: String, value: String)] {
        try flags.map { assignment in
            guard let equals = assignment.firstIndex(of: "=") else {
                let names = RunSettings.fieldNames.joined(separator: ", ")
                throw fail(.usage, "--set \(assignment): it is name=value; names: \(names)")
            }
            return (String(assignment[..<equals]), String(assignment[assignment.index(after: equals)...]))
        }
    }
}

/// Names of settings, as configuration files write them, and what was given for them.
typealias SettingValues = [(name: String, value: String?)]

/// How many paths, blocks and tokens, and when a problem is over.
struct AmountFlags: ParsableArguments {
    @Option(help: "m: candidate chains of a problem.")
    var paths: String?
    @Option(help: "T: at most this many rounds a path.")
    var rounds: String?
    @Option(help: "K_d: at most this many tokens in a block of the draft.")
    var draftTokens: String?
    @Option(help: "K_t: at most this many tokens in a block of the target.")
    var targetTokens: String?
    @Option(help: "At most this many tokens a path, whoever wrote them.")
    var pathTokens: String?
    @Option(help: "tokens, step, adaptive or doubt: where a block ends.", completion: .values(BlockBoundary.self))
    var boundary: String?
    @Option(help: "The share of the draft's tokens that end a block of --boundary doubt.")
    var doubtShare: String?
    @Option(help: "At most this many problems at once; 0 is as many as keep the workers busy.")
    var problemsInFlight: String?
    @Option(help: "majority, first or all: when a problem is over.", completion: .values(VoteRule.self))
    var vote: String?
    @Option(
        help: "box, general, hash-marker, answer-is ...: what is an answer where no box has closed.",
        completion: .values(AnswerRule.self))
    var answerPattern: String?

    var values: SettingValues {
        [
            ("paths", paths), ("rounds", rounds), ("draft_tokens", draftTokens), ("target_tokens", targetTokens),
            ("path_tokens", pathTokens), ("boundary", boundary), ("doubt_share", doubtShare),
            ("problems_in_flight", problemsInFlight), ("vote", vote), ("answer_pattern", answerPattern),
        ]
    }
}

/// Who judges by which numbers, and what follows.
struct RuleFlags: ParsableArguments {
    @Option(
        help: "async, auto, sync, random, target or draft: who writes and who judges.",
        completion: .values(Strategy.self))
    var strategy: String?
    @Option(name: [.short, .long], help: "r: the share of draft blocks that shall be taken over, 0 to 1.")
    var rejectionRate: String?
    @Option(help: "off or 0 to 1: the share taken over of blocks that would end their path.")
    var finalRejectionRate: String?
    @Option(
        help: "continue, resample, resample-line or coupled: what happens to a block that is taken over.",
        completion: .values(TakeoverRule.self))
    var takeover: String?
    @Option(
        help: "write or redraft: who goes on after the token where coupled draft and target differ.",
        completion: .values(AfterMismatch.self))
    var afterMismatch: String?
    @Option(
        help: "mean, window or token: which number of a block's tokens is its score.",
        completion: .values(ScoreRule.self))
    var score: String?
    @Option(help: "Tokens in a window of --score window.")
    var scoreWindow: String?
    @Option(help: "all or gated: which blocks the target reads.", completion: .values(ScoringRule.self))
    var scoring: String?
    @Option(help: "The share of blocks, paths or problems that --scoring gated has scored, 0 to 1.")
    var gate: String?
    @Option(
        help: "block, path or problem: what the gate decides about at once.", completion: .values(GateUnit.self))
    var gateBy: String?
    @Option(
        help: "mean, window or token: which number of a block's tokens is the draft's own score.",
        completion: .values(ScoreRule.self))
    var gateScore: String?
    @Option(help: "The share of what the gate leaves out that is scored to know what it misses.")
    var audit: String?
    @Option(help: "smoothed or paper.", completion: .values(PValueRule.self))
    var pValue: String?
    @Option(
        help: "marginal, round, problem or round+problem: which scores are ranked together.",
        completion: .values(Strata.self))
    var strata: String?
    @Option(
        help: "auto, band, off or a step size: how the rate in force follows what was got.",
        completion: .list(["auto", "band", "off"]))
    var adaptive: String?
    @Option(help: "tell, restart or window: what a drift alarm does.", completion: .values(DriftResponse.self))
    var onDrift: String?
    @Option(help: "A stratum ranks among this many of its latest scores; 0 is all.")
    var bankSize: String?
    @Option(
        help: "online or frozen: whether scores join the bank of --bank.", completion: .values(BankMode.self))
    var bankMode: String?
    @Option(
        help: "refuse or allow: a bank that was made under other conditions.", completion: .values(BankDrift.self))
    var bankDrift: String?
    @Option(help: "B: at most this many takeovers of one problem in flight; 0 is no bound.")
    var takeoversInFlight: String?
    @Option(help: "At most this many takeovers of the run in flight at one target worker; 0 is no bound.")
    var takeoversPerWorker: String?

    var values: SettingValues {
        [
            ("strategy", strategy), ("rejection_rate", rejectionRate), ("final_rejection_rate", finalRejectionRate),
            ("takeover", takeover), ("after_mismatch", afterMismatch), ("score", score),
            ("score_window", scoreWindow), ("scoring", scoring), ("gate", gate), ("gate_by", gateBy),
            ("gate_score", gateScore), ("audit", audit), ("p_value", pValue), ("strata", strata),
            ("adaptive", adaptive), ("on_drift", onDrift), ("bank_size", bankSize), ("bank_mode", bankMode),
            ("bank_drift", bankDrift), ("takeovers_in_flight", takeoversInFlight),
            ("takeovers_per_worker", takeoversPerWorker),
        ]
    }
}

/// How models draw and draft, and every other setting by its name.
struct SamplingFlags: ParsableArguments {
    @Option(help: "Temperature of both models; 0 is greedy.")
    var temperature: String?
    @Option(help: "W: blocks drafted of a path beyond the one whose verdict is out; 0 waits for verdicts.")
    var runAhead: String?
    @Option(help: "Seed of everything random in the run.")
    var seed: String?
    @Option(
        help: ArgumentHelp(
            "Any setting by its name in configuration files; may be repeated.", valueName: "name=value"),
        completion: .list(RunSettings.fieldNames.map { "\($0)=" }))
    var set: [String] = []

    var values: SettingValues {
        [
            ("draft_sampling.temperature", temperature), ("target_sampling.temperature", temperature),
            ("run_ahead", runAhead), ("seed", seed),
        ]
    }
}
