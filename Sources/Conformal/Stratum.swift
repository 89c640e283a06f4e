import Domain

/// A group of scores that are ranked together.
public enum Stratum: Hashable, Sendable, CustomStringConvertible {
    /// Everything: the marginal stratum.
    case all
    case round(Int)
    case problem(Int)
    case roundAndProblem(round: Int, problem: Int)

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

    /// `all`, `round=3`, `problem=17`, `round=3,problem=17`.
    public var description: String {
        switch self {
        case .all: "all"
        case .round(let round): "round=\(round)"
        case .problem(let problem): "problem=\(problem)"
        case .roundAndProblem(let round, let problem): "round=\(round),problem=\(problem)"
        }
    }
}

/// What is kept of one stratum.
struct StratumState: Sendable {
    var bank = ScoreBank()
    /// The rejection rate in force here. Constant as long as no rule adapts it.
    var rate: Double

    init(rate: Double) { self.rate = rate }
}
