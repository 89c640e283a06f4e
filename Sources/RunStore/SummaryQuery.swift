import Domain
import GRDB

/// The summary of one run: the figures that `RunFigures` makes of what is counted here, and what was measured.
///
/// - `wallSeconds`: from the submission to the run's end; of an open run, to its latest record.
struct SummaryQuery {
    let database: Database
    let run: StoredRun

    func summary(_ equality: (String, String) -> Bool) throws -> RunSummary {
        var summary = RunSummary(
            run: run.spec.id, name: run.spec.name, state: run.state, settings: run.spec.settings)
        let cells = try verdictCells()
        let figures = try figures(cells, equality)
        summary.models = try RunStore.models(database, run: run.row)
        summary.problems = run.problemCount
        summary.problemsEnded = try count("problem_ends")
        summary.passAt1 = figures.share(.passAt1)
        summary.majority = figures.share(.majority)
        summary.passAtM = figures.share(.passAtM)
        summary.rejectionRateGot = figures.rejectionRate
        summary.verdicts = figures.verdicts
        summary.takeovers = figures.takeovers
        summary.rateByRound = figures.rounds
        summary.rateByProblem = figures.rateByProblem(asked: run.spec.settings.rejectionRate)
        try addIntervals(&summary, cells)
        summary.gate = try GateQuery(database: database, run: run).figures(tokens: figures.tokens.standing.total)
        summary.strategyChoices = try strategyChoices()
        summary.driftAlarms = try driftAlarms()
        summary.bank = try bank().map { "\($0.name) (\($0.scores) scores)" }
        summary.tokens = figures.tokens.standing
        summary.tokensReplaced = figures.tokens.replaced
        summary.takeoverCosts = try takeoverCosts(figures)
        summary.wallSeconds = try wallSeconds()
        summary.tokensPerSecond =
            summary.wallSeconds > 0 ? Double(summary.tokens.total) / summary.wallSeconds : 0
        if let measures = try measures() {
            summary.busy = measures.workers
            summary.discardedTokens = measures.discardedTokens
            summary.draftWaitShare = measures.draftWaitShare
            summary.arithmeticIntensity = measures.arithmeticIntensity
        }
        return summary
    }

    private func count(_ table: String) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE run = ?", arguments: [run.row]) ?? 0
    }

    // MARK: Counts

    /// The verdicts of a problem's round; a block that the gate left out counts as kept.
    private struct VerdictCell {
        let round: Int
        let problem: Int
        let verdicts: Int
        let takeovers: Int
    }

    private func verdictCells() throws -> [VerdictCell] {
        let sql = """
            SELECT round, problem, count(*), total(is_taken_over) FROM (
              SELECT round, problem, verdict = 'takeOver' AS is_taken_over FROM verdicts WHERE run = ?1
              UNION ALL SELECT round, problem, 0 FROM (\(GateQuery.leftOut)))
            GROUP BY round, problem ORDER BY round, problem
            """
        return try Row.fetchAll(database, sql: sql, arguments: [run.row]).map { row in
            var columns = RowColumns(row, table: "verdicts")
            return VerdictCell(
                round: try columns.int(), problem: try columns.int(), verdicts: try columns.int(),
                takeovers: Int(try columns.real()))
        }
    }

    private func figures(_ cells: [VerdictCell], _ equality: (String, String) -> Bool) throws -> RunFigures {
        let judgements = try judgements(equality)
        let tokens = try tokens()
        var problems = (0..<run.problemCount).map { problem in
            let judged = judgements[problem]
            var figures = ProblemFigures(isMajorityRight: judged?.isMajorityRight, paths: judged?.paths ?? [])
            figures.tokens = tokens[problem] ?? StandingTokens()
            return figures
        }
        for cell in cells where problems.indices.contains(cell.problem) {
            problems[cell.problem].verdicts += cell.verdicts
            problems[cell.problem].takeovers += cell.takeovers
        }
        let rounds = Dictionary(grouping: cells, by: \.round).map { round, cells in
            RoundRate(
                round: round, verdicts: cells.reduce(0) { $0 + $1.verdicts },
                takeovers: cells.reduce(0) { $0 + $1.takeovers })
        }
        return RunFigures(problems, rounds: rounds)
    }

    /// Of the problems that have ended and whose answers are known, by their places: whether the majority and each path
    /// is right.
    private func judgements(
        _ equality: (String, String) -> Bool
    ) throws -> [Int: (isMajorityRight: Bool, paths: [Bool?])] {
        let sql = """
            SELECT e.problem, CAST(p.answer AS BLOB), e.outcome, CAST(e.answer AS BLOB), x.is_right
            FROM path_ends e
            JOIN problems p ON p.run = e.run AND p.problem = e.problem
            JOIN problem_ends x ON x.run = e.run AND x.problem = e.problem
            WHERE e.run = ? AND p.answer IS NOT NULL
            """
        var judgements: [Int: (isMajorityRight: Bool, paths: [Bool?])] = [:]
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [run.row])
        while let row = try rows.next() {
            var columns = RowColumns(row, table: "path_ends")
            let problem = try columns.int()
            let known = try columns.written()
            let outcome = try columns.choice(PathOutcome.self)
            let answer = try columns.optionalWritten()
            let isMajorityRight = try columns.optionalTruth() ?? false
            let isRight = PathJudgement.isRight(outcome, answer: answer, known: known, equality)
            judgements[problem, default: (isMajorityRight, [])].paths.append(isRight)
        }
        return judgements
    }

    /// By problem.
    private func tokens() throws -> [Int: StandingTokens] {
        // The length of a blob is known without reading it. Joined in this way round because most blocks of the
        // draft have a verdict.
        let sql = """
            SELECT b.problem, b.author, v.verdict, sum(length(b.tokens) / 4), total(v.cut_tokens) FROM blocks b
            LEFT JOIN verdicts v ON v.run = b.run AND v.problem = b.problem AND v.path = b.path
              AND v.segment = b.segment
            WHERE b.run = ?1 AND (b.problem, b.path, b.segment) NOT IN (\(GateQuery.unjudged))
            GROUP BY b.problem, b.author, v.verdict
            """
        var tokens: [Int: StandingTokens] = [:]
        for row in try Row.fetchAll(database, sql: sql, arguments: [run.row]) {
            var columns = RowColumns(row, table: "blocks")
            let problem = try columns.int()
            let author = try columns.choice(Author.self)
            let verdict = try columns.optionalText().flatMap { Verdict(rawValue: $0) }
            let count = try columns.int()
            tokens[problem, default: StandingTokens()].add(
                author, count, verdict, kept: Int(try columns.real()), run.spec.settings.takeover)
        }
        return tokens
    }

    /// Nil with other takeovers than exact ones.
    private func takeoverCosts(_ figures: RunFigures) throws -> TakeoverCosts? {
        let settings = run.spec.settings
        guard settings.strategy.isJudged, settings.takeover == .coupled else { return nil }
        let sql = """
            SELECT total(cut_segment = segment), total(cut_tokens) FROM verdicts
            WHERE run = ? AND verdict = 'takeOver'
            """
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [run.row]) else { return nil }
        var columns = RowColumns(row, table: "verdicts")
        return TakeoverCosts(
            changedNothing: Int(try columns.real()), tokensKept: Int(try columns.real()),
            tokensWritten: figures.tokens.standing.target)
    }

    /// What is promised of the rates, for the numbers of verdicts that there are.
    private func addIntervals(_ summary: inout RunSummary, _ cells: [VerdictCell]) throws {
        guard let promise = RatePromise(run.spec.settings, bankScores: try bank()?.scores ?? 0) else { return }
        let groups = try StoredRequest.groups(database, run)
        let cells = cells.map {
            RatePromise.Cell(
                round: $0.round, problem: $0.problem, group: groups[$0.problem] ?? 0, verdicts: $0.verdicts)
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

    /// Without its scores, which may be many.
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

    private func strategyChoices() throws -> [StrategyChoice] {
        guard run.spec.settings.strategy == .auto else { return [] }
        let sql = """
            SELECT strategy, reason, target_tokens_per_second, drafted_tokens_per_second, tokens, recorded_wall_ms
            FROM strategy_choices WHERE run = ? ORDER BY sequence
            """
        return try Row.fetchAll(database, sql: sql, arguments: [run.row]).map { row in
            var columns = RowColumns(row, table: "strategy_choices")
            return try RunStore.choice(&columns, of: run.spec.id)
        }
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
}
