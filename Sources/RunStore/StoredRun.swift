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
