import Domain
import GRDB

/// A run's row and the row of its end.
struct StoredRun {
    let row: Int64
    let spec: RunSpec
    let problemCount: Int
    let submittedWallMs: Int64
    let end: (state: RunState, wallMs: Int64)?

    var state: RunState { end?.state ?? .open }

    static func fetch(_ database: Database, _ run: RunID) throws -> StoredRun? {
        try fetch(database, "WHERE run = ?", [run.rawValue]).first
    }

    /// - Parameters:
    ///   - condition: what follows the table's name.
    ///   - arguments: what its question marks stand for.
    static func fetch(
        _ database: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [StoredRun] {
        let sql = """
            SELECT sequence, run, CAST(submission_key AS BLOB), CAST(name AS BLOB), settings, problem_count,
              recorded_wall_ms
            FROM runs \(condition)
            """
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            var columns = RowColumns(row, table: "runs")
            let sequence = try columns.integer()
            return StoredRun(
                row: sequence, spec: try spec(&columns), problemCount: try columns.int(),
                submittedWallMs: try columns.integer(), end: try end(database, sequence))
        }
    }

    private static func spec(_ columns: inout RowColumns) throws -> RunSpec {
        let run = RunID(try columns.text())
        let key = try columns.written()
        let name = try columns.written()
        let text = try columns.text()
        guard let settings = try? SettingsColumn.settings(text) else {
            throw RowError(table: "runs", column: 5, wanted: "a run's settings")
        }
        return RunSpec(id: run, submissionKey: key, name: name, settings: settings)
    }

    private static func end(_ database: Database, _ run: Int64) throws -> (state: RunState, wallMs: Int64)? {
        let sql = "SELECT state, recorded_wall_ms FROM run_ends WHERE run = ?"
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [run]) else { return nil }
        var columns = RowColumns(row, table: "run_ends")
        return (try columns.choice(RunState.self), try columns.integer())
    }
}

/// Counts over a whole run.
struct RunCounts {
    var problemsEnded = 0
    var pathsEnded = 0
    var driftAlarms = 0
    /// Of the first alarm.
    var driftAfterProblems: Int?
    var rateByRound: [RoundRate] = []
    /// In standing blocks.
    var tokens = TokenCounts()
    /// In draft blocks that the target's replaced.
    var tokensReplaced = 0

    var verdicts: Int { rateByRound.reduce(0) { $0 + $1.verdicts } }
    var takeovers: Int { rateByRound.reduce(0) { $0 + $1.takeovers } }
    var rejectionRate: Double? { verdicts == 0 ? nil : Double(takeovers) / Double(verdicts) }

    init(_ database: Database, _ run: StoredRun) throws {
        func count(_ table: String) throws -> Int {
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE run = ?", arguments: [run.row]) ?? 0
        }
        problemsEnded = try count("problem_ends")
        pathsEnded = try count("path_ends")
        driftAlarms = try count("drift_alarms")
        let first = "SELECT problems FROM drift_alarms WHERE run = ? ORDER BY sequence LIMIT 1"
        driftAfterProblems = try Int.fetchOne(database, sql: first, arguments: [run.row])
        let rounds = """
            SELECT round, count(*), total(verdict = 'takeOver') FROM verdicts
            WHERE run = ? GROUP BY round ORDER BY round
            """
        rateByRound = try Row.fetchAll(database, sql: rounds, arguments: [run.row]).map { row in
            var columns = RowColumns(row, table: "verdicts")
            return RoundRate(
                round: try columns.int(), verdicts: try columns.int(), takeovers: Int(try columns.real()))
        }
        // The length of a blob is known without reading it. Joined in this way round because most blocks of the
        // draft have a verdict.
        let sums = """
            SELECT b.author, v.verdict, sum(length(b.tokens) / 4), total(v.cut_tokens) FROM blocks b
            LEFT JOIN verdicts v ON v.run = b.run AND v.problem = b.problem AND v.path = b.path
              AND v.segment = b.segment
            WHERE b.run = ? GROUP BY b.author, v.verdict
            """
        for row in try Row.fetchAll(database, sql: sums, arguments: [run.row]) {
            var columns = RowColumns(row, table: "blocks")
            let author = try columns.choice(Author.self)
            let verdict = try columns.optionalText().flatMap { Verdict(rawValue: $0) }
            let count = try columns.int()
            if !BlockStanding.stands(author, verdict, run.spec.settings.takeover) {
                let kept = Int(try columns.real())
                tokens.draft += kept
                tokensReplaced += count - kept
            } else {
                switch author {
                case .draft: tokens.draft += count
                case .target: tokens.target += count
                }
            }
        }
    }
}

/// Which blocks make up a path's text.
enum BlockStanding {
    /// A draft block that is taken over is replaced, in whole or but for its beginning, unless the rule is `continue`;
    /// every other block stands, and so does a block that was not judged.
    static func stands(_ author: Author, _ verdict: Verdict?, _ rule: TakeoverRule) -> Bool {
        !(author == .draft && verdict == .takeOver && rule != .continue)
    }
}
