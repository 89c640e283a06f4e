/// Whether a path is right, as every figure counts it.
public enum PathJudgement {
    /// - Parameter equality: whether a path's answer (first) equals the known one (second).
    /// - Returns: nil when it does not count: no answer is known, the path is open, or it was ended from outside
    ///   before it could answer (its problem was decided without it, or the run was cancelled). A path that came to
    ///   an end of its own without an answer, or failed, counts as wrong.
    public static func isRight(
        _ outcome: PathOutcome?, answer: String?, known: String?, _ equality: (String, String) -> Bool
    ) -> Bool? {
        guard let known, let outcome else { return nil }
        switch outcome {
        case .undecisive, .cancelled: return nil
        case .answered, .ended, .roundsExhausted, .tokensExhausted, .contextFull, .quarantined, .failed:
            return answer.map { equality($0, known) } ?? false
        }
    }
}

/// Which tokens make up the text of paths, and which were written for nothing.
public struct StandingTokens: Sendable, Hashable {
    public private(set) var standing = TokenCounts()
    /// In draft blocks that the target's replaced.
    public private(set) var replaced = 0

    public init(standing: TokenCounts = TokenCounts(), replaced: Int = 0) {
        self.standing = standing
        self.replaced = replaced
    }

    /// Whether a block stands. A draft block that is taken over is replaced, in whole or but for its beginning, unless
    /// the rule is `continue`; every other block stands, and so does a block that was not judged.
    public static func stands(_ author: Author, _ verdict: Verdict?, _ rule: TakeoverRule) -> Bool {
        !(author == .draft && verdict == .takeOver && rule != .continue)
    }

    /// Counts a block, or several with the same verdict.
    ///
    /// - Parameters:
    ///   - tokens: all of them.
    ///   - kept: of those, how many stand where the rest is replaced.
    public mutating func add(_ author: Author, _ tokens: Int, _ verdict: Verdict?, kept: Int, _ rule: TakeoverRule) {
        let stands = Self.stands(author, verdict, rule)
        replaced += stands ? 0 : tokens - kept
        switch author {
        case .draft: standing.draft += stands ? tokens : kept
        case .target: standing.target += tokens
        }
    }

    public static func += (left: inout StandingTokens, right: StandingTokens) {
        left.standing += right.standing
        left.replaced += right.replaced
    }
}

/// What is counted of one problem: of one run, or summed over runs of the same problem.
public struct ProblemFigures: Sendable, Hashable {
    /// Runs in which it has ended, if its answer is known; and of these, those whose majority was right, and those in
    /// which a path was.
    public var judged = 0
    public var majorityRight = 0
    public var passed = 0
    /// In these runs: paths that count (`PathJudgement`), and the right ones among them.
    public var paths = 0
    public var rightPaths = 0
    public var verdicts = 0
    public var takeovers = 0
    public var tokens = StandingTokens()

    public init() {}

    /// Of one run.
    ///
    /// - Parameters:
    ///   - isMajorityRight: nil while the problem is open, and where its answer is not known.
    ///   - paths: of each path, whether it is right; nil for those that do not count.
    public init(isMajorityRight: Bool?, paths: [Bool?]) {
        guard let isMajorityRight else { return }
        let counted = paths.compactMap(\.self)
        judged = 1
        majorityRight = isMajorityRight ? 1 : 0
        passed = counted.contains(true) ? 1 : 0
        self.paths = counted.count
        rightPaths = counted.count { $0 }
    }

    public static func += (left: inout ProblemFigures, right: ProblemFigures) {
        left.judged += right.judged
        left.majorityRight += right.majorityRight
        left.passed += right.passed
        left.paths += right.paths
        left.rightPaths += right.rightPaths
        left.verdicts += right.verdicts
        left.takeovers += right.takeovers
        left.tokens += right.tokens
    }

    /// The share of verdicts that took over; nil without a verdict.
    public var rejectionRate: Double? { verdicts == 0 ? nil : Double(takeovers) / Double(verdicts) }
}

/// The figures of a run, or of several runs of the same problems: the one place in which they are worked out, for
/// results, comparisons and their reports. Shares are nil where nothing was counted.
///
/// How right the answers are is a mean over problems: a problem counts once, however many paths it has and however
/// often it is run, and only once it has ended and if its answer is known.
public struct RunFigures: Sendable, Hashable {
    /// By place in the batch.
    public private(set) var problems: [ProblemFigures]
    /// Verdicts and takeovers of each round, by round; without intervals.
    public private(set) var rounds: [RoundRate]

    public init(_ problems: [ProblemFigures], rounds: [RoundRate]) {
        self.problems = problems
        self.rounds = rounds.sorted { $0.round < $1.round }
    }

    /// Sums of several runs of the same problems.
    public init(runs: [RunFigures]) {
        problems = Array(repeating: ProblemFigures(), count: runs.map(\.problems.count).max() ?? 0)
        for run in runs {
            for (place, problem) in run.problems.enumerated() { problems[place] += problem }
        }
        rounds = Self.sums(runs.flatMap(\.rounds))
    }

    /// Of runs of different problems, one after the other.
    public init(parts: [RunFigures]) {
        problems = parts.flatMap(\.problems)
        rounds = Self.sums(parts.flatMap(\.rounds))
    }

    private static func sums(_ rounds: [RoundRate]) -> [RoundRate] {
        Dictionary(grouping: rounds, by: \.round).sorted { $0.key < $1.key }.map { round, rates in
            RoundRate(
                round: round, verdicts: rates.reduce(0) { $0 + $1.verdicts },
                takeovers: rates.reduce(0) { $0 + $1.takeovers })
        }
    }

    // MARK: How right

    /// How right a problem's answers are, as successes of trials.
    public enum Accuracy: Sendable, CaseIterable {
        /// Of its paths.
        case passAt1
        /// Of its majorities.
        case majority
        /// Of the times that any of its paths was right.
        case passAtM
    }

    /// Of each problem that counts: trials above 0.
    public func trials(_ accuracy: Accuracy) -> [(successes: Int, trials: Int)] {
        problems.map { problem in
            switch accuracy {
            case .passAt1: (problem.rightPaths, problem.paths)
            case .majority: (problem.majorityRight, problem.judged)
            case .passAtM: (problem.passed, problem.judged)
            }
        }.filter { $0.trials > 0 }
    }

    /// The mean over problems of their shares.
    public func share(_ accuracy: Accuracy) -> Double? {
        // Added up from the smallest, so that the sum does not depend on the problems' order.
        let shares = trials(accuracy).map { Double($0.successes) / Double($0.trials) }.sorted()
        return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    }

    // MARK: What was taken over and written

    public var verdicts: Int { rounds.reduce(0) { $0 + $1.verdicts } }
    public var takeovers: Int { rounds.reduce(0) { $0 + $1.takeovers } }

    /// The share of judged blocks that was taken over.
    public var rejectionRate: Double? { verdicts == 0 ? nil : Double(takeovers) / Double(verdicts) }

    public var tokens: StandingTokens { problems.reduce(into: StandingTokens()) { $0 += $1.tokens } }

    /// How the rates of problems spread around the one asked for; nil without verdicts.
    public func rateByProblem(asked: Double) -> ProblemRates? {
        let rates = problems.compactMap(\.rejectionRate)
        guard !rates.isEmpty else { return nil }
        let count = Double(rates.count)
        let mean = rates.reduce(0, +) / count
        let variance = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        return ProblemRates(
            problems: rates.count, mean: mean, sd: variance.squareRoot(),
            outside: Double(rates.count { abs($0 - asked) > 0.2 }) / count)
    }
}

extension RunFigures {
    /// Of results that hold all problems of a run.
    public init(_ results: RunResults) {
        self.init(
            results.problems.map { problem in
                let isMajorityRight = problem.isEnded && problem.knownAnswer != nil ? problem.isRight ?? false : nil
                var figures = ProblemFigures(isMajorityRight: isMajorityRight, paths: problem.paths.map(\.isRight))
                figures.verdicts = problem.verdicts
                figures.takeovers = problem.takeovers
                for path in problem.paths {
                    figures.tokens += StandingTokens(standing: path.tokens, replaced: path.tokensReplaced)
                }
                return figures
            },
            rounds: results.summary.rateByRound.map {
                RoundRate(round: $0.round, verdicts: $0.verdicts, takeovers: $0.takeovers)
            })
    }
}

extension TokenCounts {
    public static func += (left: inout TokenCounts, right: TokenCounts) {
        left.draft += right.draft
        left.target += right.target
    }
}
