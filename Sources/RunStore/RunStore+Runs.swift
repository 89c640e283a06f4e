public import Domain
import GRDB

extension RunStore {
    /// The latest runs at a glance, from what is stored: the newest first. What only the coordinator's memory knows,
    /// stages and what is waited for, is empty.
    ///
    /// - Parameter limit: at most so many.
    public func runs(limit: Int = Limits.standard.openRuns) throws(RunStoreError) -> [RunStatus] {
        try read { database in
            try StoredRun.fetch(database, "ORDER BY sequence DESC LIMIT ?", [limit]).map { run in
                let counts = try RunCounts(database, run)
                return RunStatus(
                    run: run.spec.id, name: run.spec.name, state: run.state, problems: run.problemCount,
                    problemsEnded: counts.problemsEnded, paths: run.problemCount * run.spec.settings.paths,
                    pathsEnded: counts.pathsEnded, verdicts: counts.verdicts, takeovers: counts.takeovers,
                    rejectionRate: run.spec.settings.rejectionRate, tokens: counts.tokens, pathsByStage: [:],
                    driftAlarms: counts.driftAlarms, driftAfterProblems: counts.driftAfterProblems, waitingFor: [],
                    submittedWallMs: run.submittedWallMs, endedWallMs: run.end?.wallMs)
            }
        }
    }

    /// One run's submission; nil when it is not in the store.
    public func spec(of run: RunID) throws(RunStoreError) -> RunSpec? {
        try read { database in try StoredRun.fetch(database, run)?.spec }
    }

    /// The run that was submitted with a key; nil when none was.
    public func run(submittedAs key: String) throws(RunStoreError) -> RunID? {
        try read { database in
            try String.fetchOne(
                database, sql: "SELECT run FROM runs WHERE submission_key = CAST(? AS TEXT)",
                arguments: [key.writtenData]).map { RunID($0) }
        }
    }

    /// Every submission key ever taken, so that submitting twice stays one run after a restart.
    public func submissionKeys() throws(RunStoreError) -> [String: RunID] {
        try read { database in
            var keys: [String: RunID] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT CAST(submission_key AS BLOB), run FROM runs") {
                var columns = RowColumns(row, table: "runs")
                let key = try columns.written()
                keys[key] = RunID(try columns.text())
            }
            return keys
        }
    }

    /// Runs whose id begins with what someone typed, the newest first; more than one means that it is ambiguous.
    ///
    /// - Parameter limit: at most so many; enough to list the candidates.
    public func findRun(prefix: String, limit: Int = 16) throws(RunStoreError) -> [RunID] {
        try read { database in
            let sql = """
                SELECT run FROM runs WHERE substr(run, 1, ?) = ? ORDER BY sequence DESC LIMIT ?
                """
            let wanted = prefix.lowercased()
            return try String.fetchAll(
                database, sql: sql, arguments: [wanted.unicodeScalars.count, wanted, limit]).map { RunID($0) }
        }
    }
}
