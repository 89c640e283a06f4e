public import Domain
import Foundation
import GRDB
import Synchronization

/// Everything that must survive the coordinator, in one SQLite file with one writer. An append that returned is on
/// disk. Calls may come from any thread and wait for each other; none is for the cooperative pool.
public final class RunStore: Sendable {
    struct State {
        /// Place of the next record among all ever appended.
        var nextSequence: Int64
        /// A run's row.
        var rows: [RunID: Int64]
        /// Why nothing more is taken.
        var failure: RunStoreError?
    }

    public let path: String
    let queue: DatabaseQueue
    /// Held over a whole append, so that it always agrees with what is committed.
    private let state: Mutex<State>

    /// Opens the store and makes it if there is none, or an empty file.
    ///
    /// - Throws: `foreign` and `newerSchema` with the file left as it is, `unusable`, `corrupt`, `failed`.
    public convenience init(path: String) throws(RunStoreError) {
        try self.init(path: path, steps: StoreSchema.steps)
    }

    init(path: String, steps: [String]) throws(RunStoreError) {
        self.path = path
        let queue = try StoreOpening(path: path, steps: steps).open()
        self.queue = queue
        do {
            state = Mutex(try queue.read { database in
                let tables = try StoreTables.recordTables.filter { try database.tableExists($0) }
                let last = try tables.compactMap { table in
                    try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM \(table)")
                }.max()
                let rows = try Row.fetchAll(database, sql: "SELECT sequence, run FROM runs")
                var known: [RunID: Int64] = [:]
                for row in rows {
                    var columns = RowColumns(row, table: "runs")
                    let sequence = try columns.integer()
                    known[RunID(try columns.text())] = sequence
                }
                return State(nextSequence: (last ?? 0) + 1, rows: known)
            })
        } catch {
            throw Self.translated(error, path: path)
        }
    }

    /// Stores records in one transaction: all or none, and on disk when it returns.
    ///
    /// - Parameter ended: of runs that are over with these records or were before, what they come to.
    /// - Throws: `refused` for a record that contradicts the store, `diskFull`: then nothing was stored and the store
    ///   is as before. `failed`, `corrupt`: then nothing more will be taken.
    public func append(_ records: [Domain.Record], ended: [EndedRun] = []) throws(RunStoreError) {
        guard !records.isEmpty || !ended.isEmpty else { return }
        let failure: RunStoreError? = state.withLock { state in
            if let failure = state.failure { return failure }
            do {
                state = try queue.write { database in
                    var inserter = RecordInserter(database: database, path: path, state: state)
                    for (index, record) in records.enumerated() { try inserter.insert(record, index: index) }
                    for run in ended { try inserter.insert(run, after: records.count) }
                    return inserter.state
                }
                return nil
            } catch {
                let failure = Self.translated(error, path: path)
                if failure.isFatal { state.failure = failure }
                return failure
            }
        }
        if let failure { throw failure }
    }

    /// Counts the coordinator's starts: durably one more at every call, beginning with 1.
    public func nextEpoch() throws(RunStoreError) -> UInt64 {
        try write { database in
            let epoch = try Int64.fetchOne(
                database, sql: "UPDATE meta SET value = value + 1 WHERE name = 'epoch' RETURNING value")
            guard let epoch else { throw RunStoreError.corrupt(path: self.path, reason: "it has no epoch") }
            return UInt64(epoch)
        }
    }

    /// Closes the file; also done when the last reference goes.
    public func close() throws(RunStoreError) {
        do {
            try queue.close()
        } catch {
            throw Self.translated(error, path: path)
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(RunStoreError) -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw Self.translated(error, path: path)
        }
    }

    private func write<Value>(_ body: (Database) throws -> Value) throws(RunStoreError) -> Value {
        do {
            return try queue.write(body)
        } catch {
            throw Self.translated(error, path: path)
        }
    }

    private static func translated(_ error: any Error, path: String) -> RunStoreError {
        switch error {
        case let error as RunStoreError: error
        case let error as RowError: .corrupt(path: path, reason: error.description)
        case _: RunStoreError(error, path: path)
        }
    }
}

/// Names of tables that several queries use.
enum StoreTables {
    /// Those whose rows are records.
    static let recordTables = [
        "runs", "run_models", "blocks", "verdicts", "problem_gates", "audits", "drift_alarms", "path_ends",
        "problem_ends", "busy_measures", "run_ends",
    ]

    /// Of a block, and of what a gate decided about it.
    static let blockColumns = """
        sequence, run, problem, path, round, segment, author, finish, worker, attempt, started_wall_ms,
        finished_wall_ms, queued_ms, recorded_wall_ms, vocabulary, tokens, text
        """
    static let gateColumns = """
        gate_score, gate_p_value, gate_tie_break, gate_stratum, gate_bank_count, gate_rate, gate_decision
        """

    /// How to select those that hold texts people or models wrote.
    static let columns = [
        "run_models": RunStore.modelColumns,
        "path_ends": """
            sequence, run, problem, path, outcome, CAST(answer AS BLOB), CAST(reason AS BLOB), recorded_wall_ms
            """,
        "problem_ends": "sequence, run, problem, CAST(answer AS BLOB), votes, is_right, recorded_wall_ms",
    ]
}
