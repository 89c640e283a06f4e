import Domain

/// A group of scores that are ranked together.
public enum Stratum: Hashable, Sendable, CustomStringConvertible {
    /// Everything: the marginal stratum.
    case all
    case round(Int)
    case problem(Int)
    case roundAndProblem(round: Int, problem: Int)
    /// Blocks that would end their path, where these have a rate of their own.
    case final

    /// The group that a block belongs to.
    public init(_ strata: Strata, round: Int, problem: Int) {
        self =
            switch strata {
            case .marginal: .all
            case .round: .round(round)
            case .problem: .problem(problem)
            case .roundAndProblem: .roundAndProblem(round: round, problem: problem)
            }
    }

    /// The greater group that a small one borrows from.
    public var parent: Stratum? {
        switch self {
        case .all: nil
        case .round, .problem, .final: .all
        case .roundAndProblem(let round, _): .round(round)
        }
    }

    /// `all`, `round=3`, `problem=17`, `round=3,problem=17`, `final`.
    public var description: String {
        switch self {
        case .all: "all"
        case .round(let round): "round=\(round)"
        case .problem(let problem): "problem=\(problem)"
        case .final: "final"
        case .roundAndProblem(let round, let problem): "round=\(round),problem=\(problem)"
        }
    }
}
