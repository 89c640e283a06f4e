public import Domain

/// One way of running the problems: what a row of the comparison is about.
public struct ComparisonCell: Sendable, Hashable {
    public var strategy: Strategy
    /// m.
    public var paths: Int
    /// r as asked; nil for a strategy without verdicts.
    public var rejectionRate: Double?
    /// W; nil for a strategy that does not draft ahead.
    public var runAhead: Int?

    public init(strategy: Strategy, paths: Int, rejectionRate: Double? = nil, runAhead: Int? = nil) {
        self.strategy = strategy
        self.paths = paths
        self.rejectionRate = rejectionRate
        self.runAhead = runAhead
    }

    /// `async m=4 r=0.25 W=2`.
    public var name: String {
        var parts = [strategy.rawValue, "m=\(paths)"]
        if let rejectionRate { parts.append("r=\(rejectionRate)") }
        if let runAhead { parts.append("W=\(runAhead)") }
        return parts.joined(separator: " ")
    }

    /// The cell of another strategy that this one is compared with.
    public func baseline(_ strategy: Strategy) -> ComparisonCell {
        ComparisonCell(
            strategy: strategy, paths: paths, rejectionRate: strategy.isJudged ? rejectionRate : nil)
    }
}
