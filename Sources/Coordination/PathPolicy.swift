import Domain

/// What a run's settings mean for the life of each of its paths. The strategies are values of this type over one
/// state machine; none has code of its own.
struct PathPolicy: Sendable, Hashable {
    /// Who writes the block that opens a round.
    let opener: Author
    /// Whether that block is scored and judged, and taken over if the verdict says so.
    let isJudged: Bool
    let takeover: TakeoverRule
    /// T; nil where only the token budget bounds the path, because a round is not a unit of judgement.
    let rounds: Int?
    /// Tokens in standing blocks at most.
    let pathTokens: Int
    let boundary: BlockBoundary
    private let draftTokens: Int
    private let targetTokens: Int
    private let draftSampling: SamplingSettings
    private let targetSampling: SamplingSettings

    init(_ settings: RunSettings) {
        switch settings.strategy {
        case .async:
            opener = .draft
            isJudged = true
            rounds = settings.rounds
        case .target:
            opener = .target
            isJudged = false
            rounds = nil
        case .draft:
            opener = .draft
            isJudged = false
            rounds = nil
        }
        takeover = settings.takeover
        pathTokens = settings.pathTokens
        boundary = settings.boundary
        draftTokens = settings.draftTokens
        targetTokens = settings.targetTokens
        draftSampling = settings.draftSampling
        targetSampling = settings.targetSampling
    }

    /// Roles without which a run under this policy cannot end.
    var rolesNeeded: [Role] { isJudged ? Role.allCases : [opener.role] }

    /// K of an author.
    func blockTokens(_ author: Author) -> Int { author == .draft ? draftTokens : targetTokens }

    func sampling(_ author: Author) -> SamplingSettings { author == .draft ? draftSampling : targetSampling }

    /// The worker that a stage needs.
    func role(for stage: Stage) -> Role {
        switch stage {
        case .draft: opener.role
        case .score, .takeOver: .target
        }
    }
}

extension Author {
    /// The worker that writes for this author.
    var role: Role { self == .draft ? .draft : .target }

    var seedPurpose: SeedPurpose { self == .draft ? .draftSampling : .targetSampling }
}
