import Domain
import GRDB

/// The figures of one run, over all of it.
///
/// - `passAt1`: the share of right paths among those that count (`PathJudgement`), all problems together. Where
///   problems are decided early, easy ones count fewer paths than hard ones; compare strategies with
///   `vote: all`.
/// - `majority`, `passAtM`: over problems with a known answer that have ended.
/// - `wallSeconds`: from the submission to the run's end; of an open run, to its latest record.
struct SummaryQuery {
    let database: Database
    let run: StoredRun

    func summary(_ equality: (String, String) -> Bool) throws -> RunSummary {
        var summary = RunSummary(
            run: run.spec.id, name: run.spec.name, state: run.state, settings: run.spec.settings)
        let counts = try RunCounts(database, run)
        summary.models = try RunStore.models(database, run: run.row)
        summary.problems = run.problemCount
        summary.problemsEnded = counts.problemsEnded
        summary.rejectionRateGot = counts.rejectionRate
        summary.verdicts = counts.verdicts
        summary.takeovers = counts.takeovers
        summary.rateByRound = counts.rateByRound
        try addIntervals(&summary)
        summary.rateByProblem = try rateByProblem()
        summary.driftAlarms = try driftAlarms()
        summary.bank = try bank().map { "\($0.name) (\($0.scores) scores)" }
        summary.tokens = counts.tokens
        summary.tokensReplaced = counts.tokensReplaced
        summary.wallSeconds = try wallSeconds()
        summary.tokensPerSecond =
            summary.wallSeconds > 0 ? Double(counts.tokens.total) / summary.wallSeconds : 0
        if let measures = try measures() {
            summary.busy = measures.workers
            summary.discardedTokens = measures.discardedTokens
            summary.draftWaitShare = measures.draftWaitShare
            summary.arithmeticIntensity = measures.arithmeticIntensity
        }
        let majority = try majority()
        summary.majority = share(majority.right, of: majority.judged)
        let passes = try passes(equality)
        summary.passAt1 = share(passes.rightPaths, of: passes.paths)
        summary.passAtM = share(passes.rightProblems, of: majority.judged)
        return summary
    }

    /// What is promised of the rates, for the numbers of verdicts that there are.
    private func addIntervals(_ summary: inout RunSummary) throws {
        guard let promise = RatePromise(run.spec.settings, bankScores: try bank()?.scores ?? 0) else { return }
        let sql = "SELECT round, problem, count(*) FROM verdicts WHERE run = ? GROUP BY round, problem"
        let cells = try Row.fetchAll(database, sql: sql, arguments: [run.row]).map { row in
            var columns = RowColumns(row, table: "verdicts")
            return RatePromise.Cell(
                round: try columns.int(), problem: try columns.int(), verdicts: try columns.int())
        }
        let interval = promise.interval(cells)
        summary.rejectionRateInterval = interval?.shares
        summary.rejectionRateIntervalHolds = interval?.holds
        let rounds = Dictionary(grouping: cells, by: \.round)
        for index in summary.rateByRound.indices {
            let round = rounds[summary.rateByRound[index].round] ?? []
            summary.rateByRound[index].interval = promise.interval(ofRound: round)?.shares
        }
    }

    private func rateByProblem() throws -> ProblemRates? {
        let sql = "SELECT total(verdict = 'takeOver') / count(*) FROM verdicts WHERE run = ? GROUP BY problem"
        let rates = try Double.fetchAll(database, sql: sql, arguments: [run.row])
        guard !rates.isEmpty else { return nil }
        let count = Double(rates.count)
        let mean = rates.reduce(0, +) / count
        let variance = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        let asked = run.spec.settings.rejectionRate
        return ProblemRates(
            problems: rates.count, mean: mean, sd: variance.squareRoot(),
            outside: Double(rates.count { abs($0 - asked) > 0.2 }) / count)
    }

    /// Without its scores: every page of results asks this.
    private func bank() throws -> (name: String, scores: Int)? {
        let sql = "SELECT CAST(name AS BLOB), score_count FROM run_banks WHERE run = ?"
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [run.row]) else { return nil }
        var columns = RowColumns(row, table: "run_banks")
        return (try columns.written(), try columns.int())
    }

    private func driftAlarms() throws -> [DriftRecord] {
        let sql = """
            SELECT stratum, verdicts, recorded_wall_ms, problems FROM drift_alarms WHERE run = ? ORDER BY sequence
            """
        return try Row.fetchAll(database, sql: sql, arguments: [run.row]).map { row in
            var columns = RowColumns(row, table: "drift_alarms")
            return try RunStore.drift(&columns, of: run.spec.id)
        }
    }

    private func share(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }

    private func wallSeconds() throws -> Double {
        let latest = """
            SELECT max(wall) FROM (
              SELECT max(recorded_wall_ms) AS wall FROM blocks WHERE run = ?1
              UNION ALL SELECT max(recorded_wall_ms) FROM verdicts WHERE run = ?1
              UNION ALL SELECT max(recorded_wall_ms) FROM path_ends WHERE run = ?1)
            """
        let end = try run.end?.wallMs ?? Int64.fetchOne(database, sql: latest, arguments: [run.row])
        return max(0, Double((end ?? run.submittedWallMs) - run.submittedWallMs) / 1_000)
    }

    private func measures() throws -> RunMeasures? {
        let measure = try Int64.fetchOne(
            database, sql: "SELECT sequence FROM busy_measures WHERE run = ?", arguments: [run.row])
        return try measure.map { try RunStore.measures(database, measure: $0) }
    }

    private func majority() throws -> (judged: Int, right: Int) {
        let sql = """
            SELECT count(*), total(e.is_right) FROM problem_ends e
            JOIN problems p ON p.run = e.run AND p.problem = e.problem
            WHERE e.run = ? AND p.answer IS NOT NULL
            """
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [run.row]) else { return (0, 0) }
        var columns = RowColumns(row, table: "problem_ends")
        return (try columns.int(), Int(try columns.real()))
    }

    private func passes(
        _ equality: (String, String) -> Bool
    ) throws -> (paths: Int, rightPaths: Int, rightProblems: Int) {
        let sql = """
            SELECT e.problem, CAST(p.answer AS BLOB), e.outcome, CAST(e.answer AS BLOB), x.problem IS NOT NULL
            FROM path_ends e
            JOIN problems p ON p.run = e.run AND p.problem = e.problem
            LEFT JOIN problem_ends x ON x.run = e.run AND x.problem = e.problem
            WHERE e.run = ? AND p.answer IS NOT NULL
            """
        var paths = 0
        var rightPaths = 0
        var rightProblems: Set<Int> = []
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [run.row])
        while let row = try rows.next() {
            var columns = RowColumns(row, table: "path_ends")
            let problem = try columns.int()
            let known = try columns.written()
            let outcome = try columns.choice(PathOutcome.self)
            let answer = try columns.optionalWritten()
            let isEnded = try columns.optionalTruth() ?? false
            guard let isRight = PathJudgement.isRight(outcome, answer: answer, known: known, equality) else {
                continue
            }
            paths += 1
            if isRight {
                rightPaths += 1
                if isEnded { rightProblems.insert(problem) }
            }
        }
        return (paths, rightPaths, rightProblems.count)
    }
}
