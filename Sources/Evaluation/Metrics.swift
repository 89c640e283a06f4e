/// What is known of one problem with a known answer, for the tables of a run.
public struct ProblemOutcome: Equatable, Sendable {
    /// One value a path: its answer is right. A path without an answer is wrong.
    public let pathsCorrect: [Bool]
    /// The majority answer is right; false if there is none.
    public let isMajorityCorrect: Bool

    /// An outcome with its parts.
    public init(pathsCorrect: [Bool], isMajorityCorrect: Bool) {
        self.pathsCorrect = pathsCorrect
        self.isMajorityCorrect = isMajorityCorrect
    }
}

/// Shares over the problems of a run; nil where there is no problem to take a share of.
public enum Metrics {
    /// pass@1: the mean over problems of the share of right paths. A problem without paths counts as 0.
    public static func passAt1(_ outcomes: [ProblemOutcome]) -> Double? {
        mean(outcomes) { outcome in
            let paths = outcome.pathsCorrect
            return paths.isEmpty ? 0 : Double(paths.count(where: { $0 })) / Double(paths.count)
        }
    }

    /// maj@m: the share of problems whose majority answer is right.
    public static func majorityAccuracy(_ outcomes: [ProblemOutcome]) -> Double? {
        mean(outcomes) { $0.isMajorityCorrect ? 1 : 0 }
    }

    /// pass@m: the share of problems with at least one right path.
    public static func passAtM(_ outcomes: [ProblemOutcome]) -> Double? {
        mean(outcomes) { $0.pathsCorrect.contains(true) ? 1 : 0 }
    }

    /// The Wilson score interval at 95 % for a share of `successes` in `trials` (Wilson 1927); inside 0...1.
    /// nil without trials or where the counts contradict each other.
    public static func wilsonInterval(successes: Int, trials: Int) -> ClosedRange<Double>? {
        guard trials > 0, successes >= 0, successes <= trials else { return nil }
        return wilsonInterval(share: Double(successes) / Double(trials), trials: Double(trials))
    }

    /// The same for a share that need not be a whole count: of as many trials as a sample is worth.
    static func wilsonInterval(share: Double, trials n: Double) -> ClosedRange<Double>? {
        guard n > 0, (0...1).contains(share) else { return nil }
        // The 97.5 % quantile of the normal distribution.
        let z = 1.959_963_984_540_054
        let scale = 1 + z * z / n
        let centre = (share + z * z / (2 * n)) / scale
        let half = z / scale * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let lower = share <= 0 ? 0 : max(0, centre - half)
        let upper = share >= 1 ? 1 : min(1, centre + half)
        return lower...upper
    }

    private static func mean(_ outcomes: [ProblemOutcome], _ value: (ProblemOutcome) -> Double) -> Double? {
        outcomes.isEmpty ? nil : outcomes.map(value).reduce(0, +) / Double(outcomes.count)
    }
}
