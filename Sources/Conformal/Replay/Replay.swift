import Domain

/// Recorded scores, judged by the code that the coordinator uses.
public struct Replay: Sendable {
    public let rows: [TraceRow]
    /// Of each row.
    public let judgements: [Judgement]
    public let settings: ConformalSettings
    /// In the order in which they were raised.
    public let alarms: [DriftAlarm]
    /// What its settings promise of the rate.
    let promise: RatePromise

    /// Judges the rows in their order.
    ///
    /// - Parameters:
    ///   - calibration: scores that the bank begins with.
    ///   - seed: of the uniform numbers that break ties. They depend on path and round, not on the order of rows.
    /// - Throws: for a score that is not one, with its place.
    public init(
        _ rows: [TraceRow], _ settings: ConformalSettings, calibration: [Double] = [], seed: UInt64 = 0
    ) throws(ReplayError) {
        self.rows = rows
        self.settings = settings
        promise = RatePromise(
            ranking: settings.rejectionRate, settings.pValue, settings.strata, settings.adaptation,
            frozenScores: settings.isFrozen ? calibration.count : nil)
        // Calibration passes score first blocks; later rounds borrow from them.
        var controller = ConformalController(settings, bank: calibration.isEmpty ? [:] : [0: calibration])
        var judgements: [Judgement] = []
        var alarms: [DriftAlarm] = []
        judgements.reserveCapacity(rows.count)
        var questions = Questions(rows)
        // Where several paths share a number, each draws its own tie breaks.
        var repeats: [[Int]: UInt64] = [:]
        for (place, row) in rows.enumerated() {
            let earlier = repeats[[row.question, row.path, row.round], default: 0]
            repeats[[row.question, row.path, row.round]] = earlier + 1
            let u = Seeds.uniform(
                Seeds.derive(
                    run: earlier == 0 ? seed : Seeds.mix(seed ^ Seeds.mix(earlier)), problem: row.question,
                    path: row.path, round: row.round, purpose: .pValue))
            do throws(ScoreError) {
                let judgement = try controller.assess(
                    score: row.score, round: row.round, problem: row.question, tieBreak: u)
                try controller.note(
                    score: row.score, pValue: judgement.pValue, judgement.verdict, round: row.round,
                    problem: row.question)
                judgements.append(judgement)
            } catch {
                throw ReplayError(row: place, reason: error)
            }
            if let firstScores = questions.take(row, at: place) {
                alarms += controller.endProblem(
                    row.question, firstScores: firstScores, tieBreak: Self.driftTieBreak(seed, row.question))
            }
        }
        self.judgements = judgements
        self.alarms = alarms
    }

    /// As a run draws it.
    private static func driftTieBreak(_ seed: UInt64, _ question: Int) -> Double {
        Seeds.uniform(Seeds.derive(run: seed, problem: question, path: 0, round: 0, purpose: .drift))
    }

    public var takeovers: [Bool] { judgements.map { $0.verdict == .takeOver } }
}

/// The questions of a trace, each over with its last row.
private struct Questions {
    private let lastRows: [Int: Int]
    private var firstScores: [Int: [Double]] = [:]

    init(_ rows: [TraceRow]) {
        lastRows = Dictionary(rows.enumerated().map { ($1.question, $0) }, uniquingKeysWith: max)
    }

    /// - Returns: the scores of its first blocks if the question is over with this row.
    mutating func take(_ row: TraceRow, at place: Int) -> [Double]? {
        if row.round == 0 { firstScores[row.question, default: []].append(row.score) }
        guard lastRows[row.question] == place else { return nil }
        return firstScores.removeValue(forKey: row.question) ?? []
    }
}

/// A row of a trace cannot be judged.
public struct ReplayError: Error, Sendable, CustomStringConvertible {
    /// Place among the rows, from 0.
    public let row: Int
    public let reason: ScoreError

    public var description: String { "row \(row): \(reason)" }
}
