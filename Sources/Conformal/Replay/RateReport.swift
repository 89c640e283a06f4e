import Domain

/// How well decisions kept the rate, and whether they took over the blocks that hindsight would have.
public struct RateReport: Sendable, Codable, Hashable {
    public struct Round: Sendable, Codable, Hashable {
        public var round: Int
        public var verdicts: Int
        public var rate: Double
    }

    /// Rates of the questions.
    public struct Questions: Sendable, Codable, Hashable {
        public var count: Int
        public var mean: Double
        /// Standard deviation.
        public var sd: Double
        /// Share of questions whose rate is further than 0.2 from r.
        public var outside: Double
    }

    public struct WorstRound: Sendable, Codable, Hashable {
        public var round: Int
        /// Distance of its rate from r.
        public var deviation: Double
    }

    /// A round with fewer verdicts says nothing yet of its rate.
    public static let verdictsThatCount = 50

    public var rejectionRate: Double
    public var rate: Double
    public var verdicts: Int
    public var rounds: [Round]
    public var questions: Questions
    /// Among rounds with at least `verdictsThatCount` verdicts; nil where there is none.
    public var worstRound: WorstRound?
    /// Greatest distance of the p-values' distribution from the uniform one (Kolmogorov-Smirnov); nil without
    /// p-values.
    public var ks: Double?
    public var alarms: Int
    /// After how many questions each alarm was raised.
    public var alarmsAfter: [Int]
    /// The shares that so many verdicts allow by what is promised (`RatePromise`); nil for decisions of others.
    public var interval: ClosedRange<Double>?
    /// When the interval holds.
    public var intervalHolds: RateInterval.Condition?
    /// Of the blocks taken over, the share that is among the worst r of its round's scores once all are known; nil
    /// where nothing was taken over.
    public var overlap: Double?

    enum CodingKeys: String, CodingKey {
        case rejectionRate = "rejection_rate"
        case rate, verdicts, rounds, questions
        case worstRound = "worst_round"
        case ks, alarms
        case alarmsAfter = "alarms_after"
        case interval
        case intervalHolds = "interval_holds"
        case overlap
    }

    /// A report on a replay. At least one row.
    public init(_ replay: Replay) {
        self.init(
            rows: replay.rows, takeovers: replay.takeovers, rejectionRate: replay.settings.rejectionRate,
            pValues: replay.judgements.map(\.pValue), alarms: replay.alarms)
        let cells = Dictionary(grouping: replay.rows) { [$0.round, $0.question] }.map { place, rows in
            RatePromise.Cell(round: place[0], problem: place[1], verdicts: rows.count)
        }
        let allowed = replay.promise.interval(cells)
        interval = allowed?.shares
        intervalHolds = allowed?.holds
    }

    /// A report on any decisions about at least one row.
    public init(
        rows: [TraceRow], takeovers: [Bool], rejectionRate r: Double, pValues: [Double] = [],
        alarms: [DriftAlarm] = []
    ) {
        precondition(!rows.isEmpty && rows.count == takeovers.count, "a report is on the decision of each row")
        rejectionRate = r
        verdicts = rows.count
        rate = Self.share(takeovers)
        let byRound = Dictionary(grouping: rows.indices) { rows[$0].round }.sorted { $0.key < $1.key }
        rounds = byRound.map { round, places in
            Round(round: round, verdicts: places.count, rate: Self.share(places.map { takeovers[$0] }))
        }
        let rates = Dictionary(grouping: rows.indices) { rows[$0].question }.values.map { places in
            Self.share(places.map { takeovers[$0] })
        }
        questions = Self.questions(rates.sorted(), r)
        worstRound =
            rounds.filter { $0.verdicts >= Self.verdictsThatCount }
            .max { abs($0.rate - r) < abs($1.rate - r) }
            .map { WorstRound(round: $0.round, deviation: abs($0.rate - r)) }
        ks = pValues.isEmpty ? nil : Self.distanceFromUniform(pValues)
        self.alarms = alarms.count
        alarmsAfter = alarms.map(\.problems)
        overlap = Self.overlap(byRound.map(\.value), rows, takeovers, r)
    }

    private static func share(_ values: [Bool]) -> Double { Double(values.count { $0 }) / Double(values.count) }

    private static func questions(_ rates: [Double], _ r: Double) -> Questions {
        let mean = rates.reduce(0, +) / Double(rates.count)
        let variance = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rates.count)
        return Questions(
            count: rates.count, mean: mean, sd: variance.squareRoot(), outside: share(rates.map { abs($0 - r) > 0.2 }))
    }

    /// Kolmogorov's statistic: the greatest distance of the empirical distribution from the uniform one.
    static func distanceFromUniform(_ values: [Double]) -> Double {
        let count = Double(values.count)
        return values.sorted().enumerated().reduce(0) { greatest, entry in
            let (index, value) = entry
            return max(greatest, Double(index + 1) / count - value, value - Double(index) / count)
        }
    }

    private static func overlap(
        _ rounds: [[Int]], _ rows: [TraceRow], _ takeovers: [Bool], _ r: Double
    ) -> Double? {
        var taken = 0
        var rightly = 0
        for places in rounds {
            let worstFirst = places.map { rows[$0].score }.sorted(by: >)
            let count = Int((r * Double(worstFirst.count)).rounded())
            let limit = count > 0 ? worstFirst[count - 1] : .infinity
            for place in places where takeovers[place] {
                taken += 1
                rightly += rows[place].score >= limit ? 1 : 0
            }
        }
        return taken > 0 ? Double(rightly) / Double(taken) : nil
    }
}
