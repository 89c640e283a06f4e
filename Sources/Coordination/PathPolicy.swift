import Domain
import Evaluation

/// What a run's settings, or those of a problem with some of its own, mean for the life of each path. The strategies
/// are values of this type over one state machine; none has code of its own. A reference, since it never changes and is
/// asked for at every step.
final class PathPolicy: Sendable {
    /// Who writes the block that opens a round; under `auto` the target may as well.
    let opener: Author
    /// Whether it is chosen in the middle of the run who opens rounds.
    let isAuto: Bool
    /// Who decides whether that block is taken over, after it was scored; nil where every block stands.
    let judge: Judge?
    /// W: blocks that may be drafted beyond the one whose verdict is out.
    let runAhead: Int
    let score: ScoreRule
    let scoreWindow: Int
    let takeover: TakeoverRule
    /// Whether the target writes on where the draft's context is full: with common random numbers it is the same text.
    let outlivesDraft: Bool
    /// Whether every text is the target's own, whatever is drafted.
    let isExact: Bool
    /// Whether the draft takes up again behind the token where draft and target differ.
    let redrafts: Bool
    /// T; nil where only the token budget bounds the path, because a round is not a unit of judgement.
    let rounds: Int?
    /// m: candidate chains of a problem.
    let paths: Int
    /// Tokens in standing blocks at most.
    let pathTokens: Int
    /// Texts before which a path ends.
    let stop: StopSequences
    /// Of the tokens that are drawn, where the problem has a seed of its own; nil for the run's.
    let ownSeed: UInt64?
    /// Of `SettingsGroups`.
    let settingsGroup: Int
    let boundary: BlockBoundary
    let doubtShare: Double
    /// Whether draft and target draw with common random numbers, by a token's position in the path.
    let hasCommonDraws: Bool
    /// What is an answer where no box has closed.
    let answerPatterns: [AnswerPattern]
    /// What the gate decides about at once; nil where everything is scored.
    let gate: GateUnit?
    /// Of the draft's own score of a block.
    let gateScore: ScoreRule
    private let draftTokens: Int
    private let targetTokens: Int
    private let draftSampling: SamplingSettings
    private let targetSampling: SamplingSettings

    /// How verdicts are reached.
    enum Judge: Sendable, Hashable {
        /// Each block by its p-value among the earlier scores.
        case rank
        /// All blocks of a problem's round together: the worst are taken over.
        case barrier
        /// By a number that is drawn.
        case chance
    }

    /// - Parameters:
    ///   - own: what the problem sets for itself, which `settings` have taken in.
    ///   - group: as `settingsGroup`.
    init(_ settings: RunSettings, own: ProblemSettings? = nil, group: Int = 0) {
        paths = settings.paths
        stop = StopSequences(own?.stop ?? [])
        ownSeed = own?.seed
        settingsGroup = group
        opener = settings.strategy == .target ? .target : .draft
        isAuto = settings.strategy == .auto
        judge =
            switch settings.strategy {
            case .async, .auto: .rank
            case .sync: .barrier
            case .random: .chance
            case .target, .draft: nil
            }
        // Where every takeover is exact and every block is taken over, rounds are no unit of judgement either.
        gate = settings.scoring == .gated && settings.gate < 1 ? settings.gateBy : nil
        gateScore = settings.gateScore
        let isTakenOver = judge == .rank && settings.takeover == .coupled && settings.rejectionRate == 1
        isExact = opener == .target || isTakenOver && gate == nil
        rounds = judge == nil || isExact || isAuto ? nil : settings.rounds
        hasCommonDraws = judge == nil || settings.takeover == .coupled
        runAhead = settings.strategy.draftsAhead ? settings.runAhead : 0
        score = settings.score
        scoreWindow = settings.scoreWindow
        takeover = settings.takeover
        outlivesDraft = judge != nil && settings.takeover == .coupled
        redrafts = settings.takeover == .coupled && settings.afterMismatch == .redraft
        pathTokens = settings.pathTokens
        boundary = settings.boundary
        doubtShare = settings.doubtShare
        answerPatterns = settings.answerPattern.patterns
        draftTokens = settings.draftTokens
        targetTokens = settings.targetTokens
        draftSampling = settings.draftSampling
        targetSampling = settings.targetSampling
    }

    /// Whether blocks are scored and judged, and taken over if the verdict says so.
    var isJudged: Bool { judge != nil }

    /// Whether the draft's own scores of its blocks decide what is scored.
    var ranksDrafts: Bool { gate == .block || gate == .path }

    /// Whether no path of a problem begins a round before every open one has finished the round before.
    var hasBarrier: Bool { judge == .barrier }

    /// Roles without which a run under this policy cannot end.
    var rolesNeeded: [Role] { isAuto ? [.target] : isJudged ? Role.allCases : [opener.role] }

    /// K of an author.
    func blockTokens(_ author: Author) -> Int { author == .draft ? draftTokens : targetTokens }

    func sampling(_ author: Author) -> SamplingSettings { author == .draft ? draftSampling : targetSampling }
}

extension AnswerRule {
    var patterns: [AnswerPattern] {
        switch self {
        case .box: []
        case .general: AnswerPattern.general
        case .boxedWithoutBraces: [.boxedWithoutBraces]
        case .hashMarker: [.hashMarker]
        case .finalAnswer: [.finalAnswer]
        case .answerIs: [.answerIs]
        case .choiceLetter: [.choiceLetter]
        }
    }
}

extension Author {
    /// The worker that writes for this author.
    var role: Role { self == .draft ? .draft : .target }

    var seedPurpose: SeedPurpose { self == .draft ? .draftSampling : .targetSampling }
}
