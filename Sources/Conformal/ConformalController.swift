import Domain

/// Decides which draft blocks are taken over, so that their share is the rejection rate: ALGORITHM.md, sections 3
/// and 4. Online, which is to say that each score is ranked among the earlier ones of its stratum and then joins
/// them.
public struct ConformalController: Sendable {
    /// A stratum with fewer scores ranks among those of its parent.
    public static let enoughScores = 16
    /// Scores that a stratum keeps after an alarm whose response is `window`.
    public static let driftWindow = 256

    public let settings: ConformalSettings
    /// What is kept of each stratum that a block has belonged to, in the order of their first blocks.
    private(set) var states: [StratumState] = []
    private var numbers: [Stratum: Int] = [:]
    /// Scores of parents that have too many children to ask each of them.
    private var parents: [Stratum: ScoreWindow] = [:]
    /// Of all strata together.
    private var tally = VerdictTally()
    /// Of blocks that would end their path.
    private var finalVerdicts = 0
    private var watch = DriftWatch()

    /// - Parameter bank: scores of each round to begin with, each finite and not negative. Strata by problem borrow
    ///   from them: a bank does not know the run's problems.
    public init(_ settings: ConformalSettings, bank: [Int: [Double]] = [:]) {
        precondition(bank.values.joined().allSatisfy { $0.isFinite && $0 >= 0 }, "a bank holds scores")
        self.settings = settings
        let rounds = bank.sorted { $0.key < $1.key }
        switch settings.strata {
        case _ where rounds.isEmpty: break
        case .marginal: states[numberOf(.all)].window = settings.window(rounds.flatMap(\.value))
        case .round:
            for (round, scores) in rounds { states[numberOf(.round(round))].window = settings.window(scores) }
        case .problem: parents[.all] = settings.window(rounds.flatMap(\.value))
        case .roundAndProblem:
            for (round, scores) in rounds { parents[.round(round)] = settings.window(scores) }
        }
    }

    /// Judges a block and adds its score to the bank.
    ///
    /// - Parameters:
    ///   - score: mean negative log-likelihood of the block under the target, nats a token.
    ///   - group: of the problem's settings, as in `Stratum.init`.
    ///   - u: uniform on [0, 1), drawn for this block alone.
    ///   - isFinal: whether the block would end its path; counts where such blocks have a rate of their own.
    /// - Throws: when the score is not one; nothing is changed then.
    @discardableResult
    public mutating func judge(
        score: Double, round: Int, problem: Int, group: Int = 0, tieBreak u: Double, isFinal: Bool = false
    ) throws(ScoreError) -> Judgement {
        let judgement = try assess(
            score: score, round: round, problem: problem, group: group, tieBreak: u, isFinal: isFinal)
        try note(
            score: score, pValue: judgement.pValue, judgement.verdict, round: round, problem: problem, group: group,
            isFinal: isFinal)
        return judgement
    }

    /// What the judgement would be; nothing changes. `judge` is this and then `note`.
    public func assess(
        score: Double, round: Int, problem: Int, group: Int = 0, tieBreak u: Double, isFinal: Bool = false
    ) throws(ScoreError) -> Judgement {
        let score = try Self.checked(score)
        let stratum = stratum(round: round, problem: problem, group: group, isFinal: isFinal)
        let number = numbers[stratum]
        let ranked = rank(score, stratum, number)
        let rate = rateInForce(stratum, number)
        let value =
            switch settings.pValue {
            case .smoothed: PValue.smoothed(ranked.rank, tieBreak: u)
            case .paper: PValue.paper(ranked.rank)
            }
        let isTakenOver = PValue.takesOver(value, rule: settings.pValue, rate: rate)
        return Judgement(
            pValue: value, verdict: isTakenOver ? .takeOver : .keep, stratum: stratum, rankedIn: ranked.stratum,
            rank: ranked.rank, rate: min(max(rate, 0), 1))
    }

    /// Takes a judgement in: one just made, or one of an earlier life.
    ///
    /// - Throws: when the score or the p-value is not one; nothing is changed then.
    public mutating func note(
        score: Double, pValue: Double, _ verdict: Verdict, round: Int, problem: Int, group: Int = 0,
        isFinal: Bool = false
    ) throws(ScoreError) {
        let score = try Self.checked(score)
        guard (0...1).contains(pValue) else { throw .noPValue(pValue) }
        let stratum = stratum(round: round, problem: problem, group: group, isFinal: isFinal)
        let number = numberOf(stratum)
        if !settings.isFrozen {
            states[number].window.add(score)
            if keepsParents, let parent = states[number].stratum.parent {
                parents[parent, default: settings.window()].add(score)
            }
        }
        tally.note(isTakenOver: verdict == .takeOver)
        if stratum.isFinal { finalVerdicts += 1 }
        states[number].tally.note(isTakenOver: verdict == .takeOver)
    }

    /// Takes in a block that the gate left out: it is kept, and has no score.
    public mutating func noteLeftOut(round: Int, problem: Int, group: Int = 0) {
        let number = numberOf(stratum(round: round, problem: problem, group: group, isFinal: false))
        tally.noteLeftOut()
        states[number].tally.noteLeftOut()
    }

    // MARK: Ranks

    /// Rounds are few, problems may be many.
    private var keepsParents: Bool { settings.strata == .problem || settings.strata == .roundAndProblem }

    /// - Parameter number: of the stratum, if a block has belonged to it.
    private func rank(_ score: Double, _ stratum: Stratum, _ number: Int?) -> (rank: Rank, stratum: Stratum) {
        let own = number.map { states[$0].window.bank.rank(of: score) } ?? Rank(less: 0, equal: 0, greater: 0)
        guard own.count < Self.enoughScores, let parent = stratum.parent else { return (own, stratum) }
        let lent = rank(score, inParent: parent)
        return lent.count > own.count ? (lent, parent) : (own, stratum)
    }

    /// Among the scores of all its children.
    private func rank(_ score: Double, inParent parent: Stratum) -> Rank {
        if keepsParents { return parents[parent]?.bank.rank(of: score) ?? Rank(less: 0, equal: 0, greater: 0) }
        return states.reduce(Rank(less: 0, equal: 0, greater: 0)) {
            $1.stratum.settingsGroup == parent.settingsGroup ? $0 + $1.window.bank.rank(of: score) : $0
        }
    }

    private mutating func numberOf(_ stratum: Stratum) -> Int {
        if let number = numbers[stratum] { return number }
        let number = states.count
        states.append(StratumState(stratum: stratum, window: settings.window()))
        numbers[stratum] = number
        return number
    }

    // MARK: The rate in force

    private func rateInForce(_ stratum: Stratum, _ number: Int?) -> Double {
        let isWhole = settings.gate == .path || settings.gate == .problem
        let held = isWhole ? tally : number.map { states[$0].tally } ?? VerdictTally()
        let rate = rateOfAll(held, asked: rateAsked(stratum))
        // What is left out is kept, so more of what is scored is taken over.
        return rate <= 0 || rate >= 1 ? rate : rate / held.scoredShare
    }

    /// As a share of all blocks, scored or not.
    private func rateOfAll(_ held: VerdictTally, asked r: Double) -> Double {
        switch settings.effectiveAdaptation {
        case .off, .automatic: return r
        case .step(let gamma):
            // The sum of all steps so far: r + gamma (r - R_1) + ... + gamma (r - R_t).
            return r - gamma * held.excess(over: r)
        case .band:
            let correction = ToleranceBand.stratum.correction(held, rate: r)
            if correction <= -r { return 0 }
            if correction >= 1 - r { return 1 }
            return r + correction + ToleranceBand.whole.correction(tally, rate: settings.rejectionRate)
        }
    }

    /// What is asked of a stratum so that the whole comes out as asked. Where blocks that would end their path have a
    /// rate of their own, the others get what these leave, by their share among the blocks so far (one in eight to
    /// begin with).
    private func rateAsked(_ stratum: Stratum) -> Double {
        guard let finalRate = settings.finalRejectionRate else { return settings.rejectionRate }
        guard !stratum.isFinal else { return finalRate }
        let share = Double(finalVerdicts + 1) / Double(tally.verdicts + 8)
        return min(max((settings.rejectionRate - share * finalRate) / (1 - share), 0), 1)
    }

    private func stratum(round: Int, problem: Int, group: Int, isFinal: Bool) -> Stratum {
        guard isFinal, settings.finalRejectionRate != nil else {
            return Stratum(settings.strata, round: round, problem: problem, settingsGroup: group)
        }
        return .final(settingsGroup: group)
    }

    // MARK: Drift

    /// A problem has ended. Each problem of the batch ends once, in any order.
    ///
    /// - Parameters:
    ///   - problem: its place in the batch, from 0.
    ///   - firstScores: the scores of the first blocks of its paths, those that were judged. The draft writes them
    ///     before any verdict on them, so they say nothing of what the run has decided.
    ///   - u: uniform on [0, 1), drawn for this problem alone.
    /// - Returns: the alarms that it raises.
    @discardableResult
    public mutating func endProblem(_ problem: Int, firstScores: [Double], tieBreak u: Double) -> [DriftAlarm] {
        let mean = firstScores.isEmpty ? nil : firstScores.reduce(0, +) / Double(firstScores.count)
        let raised = watch.end(problem, statistic: mean, tieBreak: u)
        // A frozen bank stays as it is.
        if !raised.isEmpty, !settings.isFrozen {
            for number in states.indices { Self.respond(settings.onDrift, &states[number].window) }
            for parent in Array(parents.keys) { Self.respond(settings.onDrift, &parents[parent]!) }
        }
        return raised.map { DriftAlarm(problems: $0, verdicts: tally.verdicts) }
    }

    private static func respond(_ response: DriftResponse, _ window: inout ScoreWindow) {
        switch response {
        case .tell: break
        case .restart: window.removeAll()
        case .window: window.bound(to: Self.driftWindow)
        }
    }

    // MARK: What is known

    /// The scores of a stratum, ascending.
    public func scores(in stratum: Stratum) -> [Double] {
        numbers[stratum].map { states[$0].window.bank.sortedScores } ?? []
    }

    /// How many drift alarms were raised.
    public var alarms: Int { watch.alarms }

    /// Everything as text; equal texts mean equal judgements from here on. Numbers are written so that they read
    /// back to the same bits.
    public var durableDescription: String {
        let lines =
            states.map(\.description)
            + parents.map { "parent \($0.key): \($0.value.description)" }.sorted()
            + ["whole: \(tally)", "drift: \(watch.description)"]
        return lines.joined(separator: "\n")
    }

    private static func checked(_ score: Double) throws(ScoreError) -> Double {
        guard score.isFinite else { throw .notFinite }
        guard score >= 0 else { throw .negative(score) }
        // The mean of zeros may come out as -0.
        return score == 0 ? 0 : score
    }
}

/// The scores of a run have drifted.
public struct DriftAlarm: Sendable, Hashable, CustomStringConvertible {
    /// How many problems, from the first of the batch, had been looked at.
    public let problems: Int
    /// How many verdicts the run had then.
    public let verdicts: Int

    public var description: String { "after problem \(problems), \(verdicts) verdicts" }
}

/// What is kept of one stratum.
struct StratumState: Sendable, CustomStringConvertible {
    let stratum: Stratum
    var window: ScoreWindow
    var tally = VerdictTally()

    init(stratum: Stratum, window: ScoreWindow) {
        self.stratum = stratum
        self.window = window
    }

    var description: String { "stratum \(stratum): \(window.description) \(tally)" }
}
