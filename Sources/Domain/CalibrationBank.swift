/// Whether scores join the bank that a run begins with.
public enum BankMode: String, Sendable, Codable, CaseIterable {
    /// Every score joins after its verdict.
    case online
    /// The bank stays as it was loaded.
    case frozen
}

/// What happens when a bank was made under other conditions than the run's.
public enum BankDrift: String, Sendable, Codable, CaseIterable {
    case refuse
    case allow
}

/// Scores of an earlier run, with what they were made with: only scores of the same making may be ranked together.
public struct CalibrationBank: Sendable, Codable, Hashable {
    /// The scores of one round, nats a token, in the order of their verdicts.
    public struct Round: Sendable, Codable, Hashable {
        public var round: Int
        public var scores: [Double]

        public init(round: Int, scores: [Double]) {
            self.round = round
            self.scores = scores
        }
    }

    public var name: String
    /// The models that wrote and scored, by role.
    public var models: [RunModel]
    /// K_d: where blocks ended at the latest.
    public var draftTokens: Int
    /// Where blocks ended otherwise.
    public var boundary: BlockBoundary
    /// What of a block was its score; nil in banks of an earlier version, where it was the mean.
    public var score: ScoreRule?
    /// Of the score `window`.
    public var scoreWindow: Int?
    /// How the draft's tokens were drawn.
    public var draftSampling: SamplingSettings
    public var rounds: [Round]

    public init(
        name: String, models: [RunModel], draftTokens: Int, boundary: BlockBoundary, score: ScoreRule? = nil,
        scoreWindow: Int? = nil, draftSampling: SamplingSettings, rounds: [Round]
    ) {
        self.name = name
        self.models = models
        self.draftTokens = draftTokens
        self.boundary = boundary
        self.score = score
        self.scoreWindow = scoreWindow
        self.draftSampling = draftSampling
        self.rounds = rounds
    }

    public var count: Int { rounds.reduce(0) { $0 + $1.scores.count } }

    /// By round, for the controller.
    public var scoresByRound: [Int: [Double]] {
        rounds.reduce(into: [:]) { $0[$1.round, default: []] += $1.scores }
    }

    /// What about it no bank can have; nil if it is one.
    public var fault: String? {
        if count == 0 { return "the bank \(name) has no scores" }
        for round in rounds {
            if round.round < 0 { return "the bank \(name) has a round \(round.round)" }
            if let score = round.scores.first(where: { !($0.isFinite && $0 >= 0) }) {
                return "the bank \(name) holds \(score), which is no score"
            }
        }
        return nil
    }

    /// Where these settings are others than those it was made with; empty if they are the same.
    public func differences(from settings: RunSettings) -> [String] {
        var found: [String] = []
        if settings.draftTokens != draftTokens {
            found.append("draft_tokens is \(settings.draftTokens), the bank's was \(draftTokens)")
        }
        if settings.boundary != boundary {
            found.append("boundary is \(settings.boundary.rawValue), the bank's was \(boundary.rawValue)")
        }
        let score = score ?? .mean
        if settings.score != score {
            found.append("score is \(settings.score.rawValue), the bank's was \(score.rawValue)")
        } else if score == .window, let scoreWindow, settings.scoreWindow != scoreWindow {
            found.append("score_window is \(settings.scoreWindow), the bank's was \(scoreWindow)")
        }
        if settings.draftSampling != draftSampling {
            found.append("draft_sampling is \(settings.draftSampling), the bank's was \(draftSampling)")
        }
        return found
    }

    /// The model of a role.
    public func model(_ role: Role) -> RunModel? { models.last { $0.role == role } }
}

/// Scores that have drifted, as the store keeps it.
public struct DriftRecord: Sendable, Codable, Hashable {
    public let run: RunID
    /// How many problems, from the first of the batch, had been looked at. Nil in records of earlier versions: they
    /// looked at verdicts.
    public let problems: Int?
    /// `round=3`, where an earlier version found drift in one stratum.
    public let stratum: String?
    /// How many verdicts the run, or that stratum, had then.
    public let verdicts: Int
    public let recordedWallMs: Int64

    public init(run: RunID, problems: Int?, stratum: String? = nil, verdicts: Int, recordedWallMs: Int64) {
        self.run = run
        self.problems = problems
        self.stratum = stratum
        self.verdicts = verdicts
        self.recordedWallMs = recordedWallMs
    }
}
