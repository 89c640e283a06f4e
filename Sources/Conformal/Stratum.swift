import Domain

/// A group of scores that are ranked together.
public struct Stratum: Hashable, Sendable, CustomStringConvertible {
    /// Which blocks, of those with the same settings.
    private enum Blocks: Hashable, Sendable {
        case all
        case round(Int)
        case problem(Int)
        case roundAndProblem(round: Int, problem: Int)
        case final
    }

    private let blocks: Blocks
    /// Of `SettingsGroups`: 0 for problems with the run's sampling and limits.
    let settingsGroup: Int

    private init(_ blocks: Blocks, settingsGroup: Int = 0) {
        self.blocks = blocks
        self.settingsGroup = settingsGroup
    }

    /// Everything: the marginal stratum.
    public static let all = Stratum(.all)
    /// Blocks that would end their path, where these have a rate of their own.
    public static let final = Stratum(.final)

    public static func round(_ round: Int) -> Stratum { Stratum(.round(round)) }

    /// The group that a block belongs to.
    ///
    /// - Parameter settingsGroup: of the block's problem; scores of two groups are never ranked together.
    public init(_ strata: Strata, round: Int, problem: Int, settingsGroup: Int = 0) {
        let blocks: Blocks =
            switch strata {
            case .marginal: .all
            case .round: .round(round)
            case .problem: .problem(problem)
            case .roundAndProblem: .roundAndProblem(round: round, problem: problem)
            }
        self.init(blocks, settingsGroup: settingsGroup)
    }

    /// Blocks that would end their path, of one group.
    static func final(settingsGroup: Int) -> Stratum { Stratum(.final, settingsGroup: settingsGroup) }

    /// The greater group that a small one borrows from.
    public var parent: Stratum? {
        switch blocks {
        case .all: nil
        case .round, .problem, .final: Stratum(.all, settingsGroup: settingsGroup)
        case .roundAndProblem(let round, _): Stratum(.round(round), settingsGroup: settingsGroup)
        }
    }

    /// Whether its blocks would end their paths.
    var isFinal: Bool { blocks == .final }

    /// `all`, `round=3`, `problem=17`, `round=3,problem=17`, `final`; with `settings=1` behind it for a group of its
    /// own.
    public var description: String {
        let name =
            switch blocks {
            case .all: "all"
            case .round(let round): "round=\(round)"
            case .problem(let problem): "problem=\(problem)"
            case .final: "final"
            case .roundAndProblem(let round, let problem): "round=\(round),problem=\(problem)"
            }
        return settingsGroup == 0 ? name : "\(name),settings=\(settingsGroup)"
    }
}
