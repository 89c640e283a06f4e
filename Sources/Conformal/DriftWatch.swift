import Glibc

/// Watches whether the problems of a batch are exchangeable: whether their order says nothing.
///
/// Blocks of one problem depend on each other, and problems that are worked on at the same time end in an order of
/// their own, easy ones first. So the unit is the problem, and the order that of the batch. Each problem has one
/// number, made of its own blocks alone; its p-value is its smoothed rank among those of the problems before it. If
/// the problems are exchangeable, these p-values are independent and uniform at every n (`PValue.smoothed`), and the
/// capital of a test martingale ever reaches 100 with a probability of at most 1 % (Ville's inequality), however long
/// the batch is.
struct DriftWatch: Sendable {
    /// The capital that is an alarm: a false one has a probability of at most 1 / this.
    static let alarmCapital = 100.0
    private static let logAlarmCapital = log(alarmCapital)

    private var martingale = CompositeJumper()
    /// The statistics of the problems that were looked at since the beginning, or since the last alarm.
    private var earlier = ScoreBank()
    /// Problems that have ended before one that stands before them in the batch, by their place in it.
    private var waiting: [Int: Ending] = [:]
    /// How many problems, from the first of the batch, have been looked at.
    private(set) var problems = 0
    private(set) var alarms = 0

    private struct Ending: Sendable {
        /// Nil places no bet.
        let statistic: Double?
        let tieBreak: Double
    }

    /// A problem has ended, for the first time.
    ///
    /// - Parameters:
    ///   - problem: its place in the batch, from 0.
    ///   - statistic: what it is ranked by, a number; nil where it has none.
    ///   - u: uniform on [0, 1), drawn for this problem alone.
    /// - Returns: for each alarm that follows, how many problems had been looked at. Everything begins anew after an
    ///   alarm: what comes next is compared with what came since.
    mutating func end(_ problem: Int, statistic: Double?, tieBreak u: Double) -> [Int] {
        precondition(problem >= problems && waiting[problem] == nil, "a problem ends once")
        waiting[problem] = Ending(statistic: statistic, tieBreak: u)
        var raised: [Int] = []
        while let next = waiting.removeValue(forKey: problems) {
            problems += 1
            if let statistic = next.statistic, bet(statistic, next.tieBreak) { raised.append(problems) }
        }
        alarms += raised.count
        return raised
    }

    /// - Returns: whether the capital is an alarm now.
    private mutating func bet(_ statistic: Double, _ u: Double) -> Bool {
        martingale.note(PValue.smoothed(earlier.rank(of: statistic), tieBreak: u))
        earlier.insert(statistic)
        guard martingale.logCapital >= Self.logAlarmCapital else { return false }
        martingale = CompositeJumper()
        earlier = ScoreBank()
        return true
    }

    /// Equal texts mean equal alarms from here on.
    var description: String {
        let ended = waiting.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return "\(martingale.description) \(earlier.sortedScores) waiting=\(ended) problems=\(problems) "
            + "alarms=\(alarms)"
    }
}
