public import Domain
import Foundation
import GRDB

extension RunStore {
    /// What a coordinator begins with.
    public struct Recovered: Sendable {
        /// Runs that are over and known from what was kept of them, in the order in which they ended.
        public let ended: [EndedRun]
        /// The records of all others, in the order of their appending.
        public let records: [Domain.Record]
    }

    /// What is needed to go on: of runs that are over a row each, of others all records. Runs of which an earlier
    /// version kept no row, or one that this version cannot read, are among the others.
    public func recover() throws(RunStoreError) -> Recovered {
        try read { database in
            let (rows, ended) = try self.endedRuns(database)
            return Recovered(ended: ended, records: try self.records(database, leavingOut: rows))
        }
    }

    /// Records as they were appended.
    ///
    /// - Parameter ofOpenRunsOnly: leaves out everything about runs that have ended.
    /// - Returns: in the order of their appending; fed back in that order they restore the coordinator's state.
    public func records(ofOpenRunsOnly: Bool) throws(RunStoreError) -> [Domain.Record] {
        try read { database in
            let ended = ofOpenRunsOnly ? try Set(Int64.fetchAll(database, sql: "SELECT run FROM run_ends")) : []
            return try self.records(database, leavingOut: ended)
        }
    }

    private func endedRuns(_ database: Database) throws -> (rows: Set<Int64>, ended: [EndedRun]) {
        let sql = """
            SELECT run_summaries.run, summary FROM run_summaries JOIN run_ends ON run_ends.run = run_summaries.run
            ORDER BY run_ends.sequence
            """
        var (found, ended): (Set<Int64>, [EndedRun]) = ([], [])
        let decoder = JSONDecoder()
        let rows = try Row.fetchCursor(database, sql: sql)
        while let row = try rows.next() {
            var columns = RowColumns(row, table: "run_summaries")
            let run = try columns.integer()
            // Another version's: its records say the same.
            let text = try columns.text()
            guard let summary = try? decoder.decode(EndedRun.self, from: Data(text.utf8)) else { continue }
            found.insert(run)
            ended.append(summary)
        }
        return (found, ended)
    }

    private func records(_ database: Database, leavingOut left: Set<Int64>) throws -> [Domain.Record] {
        let runs = try runIDs(database)
        let wanted = runs.keys.filter { !left.contains($0) }.sorted()
        var found: [(sequence: Int64, record: Record)] = []
        for run in wanted { found += try submission(database, run) }
        func fetch(
            _ table: String, _ decode: (inout RowColumns) throws -> Record
        ) throws {
            for run in wanted { found += try self.fetch(database, table, "WHERE run = \(run)", decode) }
        }
        try fetch("run_models") { .modelBegun(try self.run(&$0, runs), try Self.model(&$0)) }
        try fetch("blocks") { .blockAccepted(try self.block(&$0, runs)) }
        try fetch("verdicts") { .verdictReached(try self.verdict(&$0, runs)) }
        try fetch("problem_gates") { .problemGated(try self.problemGate(&$0, runs)) }
        try fetch("audits") { .auditScored(try self.audit(&$0, runs)) }
        try fetch("drift_alarms") { row in .driftFound(try Self.drift(&row, of: try self.run(&row, runs))) }
        try fetch("strategy_choices") { row in
            .strategyChosen(try Self.choice(&row, of: try self.run(&row, runs)))
        }
        try fetch("path_ends") { .pathEnded(try self.pathEnd(&$0, runs)) }
        try fetch("problem_ends") { .problemEnded(try self.problemEnd(&$0, runs)) }
        found += try measures(database, runs.filter { !left.contains($0.key) })
        try fetch("run_ends") { row in
            let run = try self.run(&row, runs)
            return .runEnded(run, try row.choice(RunState.self), recordedWallMs: try row.integer())
        }
        return found.sorted { $0.sequence < $1.sequence }.map(\.record)
    }

    private func runIDs(_ database: Database) throws -> [Int64: RunID] {
        var runs: [Int64: RunID] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT sequence, run FROM runs") {
            var columns = RowColumns(row, table: "runs")
            let sequence = try columns.integer()
            runs[sequence] = RunID(try columns.text())
        }
        return runs
    }

    /// Reads a table whose first column is the sequence.
    private func fetch(
        _ database: Database, _ table: String, _ condition: String, _ decode: (inout RowColumns) throws -> Record
    ) throws -> [(sequence: Int64, record: Record)] {
        var found: [(sequence: Int64, record: Record)] = []
        let columns = StoreTables.columns[table] ?? "*"
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(columns) FROM \(table) \(condition) ORDER BY sequence")
        while let row = try rows.next() {
            var columns = RowColumns(row, table: table)
            let sequence = try columns.integer()
            found.append((sequence, try decode(&columns)))
        }
        return found
    }

    private func submission(_ database: Database, _ run: Int64) throws -> [(sequence: Int64, record: Record)] {
        try StoredRun.fetch(database, "WHERE sequence = ?", [run]).map { run in
            let problems = try StoredProblem.fetch(database, run: run.row, range: nil).map(\.spec)
            var spec = run.spec
            spec.bank = try Self.bank(database, run: run.row)
            return (run.row, .runSubmitted(spec, problems: problems, recordedWallMs: run.submittedWallMs))
        }
    }

    /// The bank that a run began with.
    private static func bank(_ database: Database, run: Int64) throws -> CalibrationBank? {
        let sql = "SELECT bank FROM run_banks WHERE run = ?"
        guard let text = try String.fetchOne(database, sql: sql, arguments: [run]) else { return nil }
        guard let bank = try? JSONDecoder().decode(CalibrationBank.self, from: Data(text.utf8)) else {
            throw RowError(table: "run_banks", column: 4, wanted: "a calibration bank")
        }
        return bank
    }

    private func run(_ row: inout RowColumns, _ runs: [Int64: RunID]) throws -> RunID {
        let sequence = try row.integer()
        guard let run = runs[sequence] else { throw RowError(table: "runs", column: 1, wanted: "there") }
        return run
    }

    private func path(_ row: inout RowColumns, _ runs: [Int64: RunID]) throws -> PathKey {
        PathKey(run: try run(&row, runs), problem: try row.int(), path: try row.int())
    }

    private func timing(_ row: inout RowColumns) throws -> WorkTiming {
        WorkTiming(startedWallMs: try row.integer(), finishedWallMs: try row.integer(), queuedMs: try row.integer())
    }

    private func block(_ row: inout RowColumns, _ runs: [Int64: RunID]) throws -> BlockRecord {
        let path = try path(&row, runs)
        let round = try row.int()
        let segment = SegmentID(rawValue: try row.unsigned())
        let author = try row.choice(Author.self)
        let finish = try row.choice(FinishReason.self)
        let worker = try row.text()
        let attempt = try row.int()
        let timing = try timing(&row)
        let wallMs = try row.integer()
        let vocabulary = try row.text()
        let tokens = try row.tokens()
        let block = Segment(
            id: segment, author: author, text: try row.bytes(), tokens: tokens, vocabulary: vocabulary)
        return BlockRecord(
            path: path, round: round, block: block, finish: finish, worker: worker, attempt: attempt, timing: timing,
            recordedWallMs: wallMs, gate: try Self.gate(&row))
    }

    /// What the gate decided about a block: seven columns, none or all of them NULL.
    private static func gate(_ row: inout RowColumns) throws -> GateRecord? {
        let (score, pValue, tieBreak) = (try row.optionalReal(), try row.optionalReal(), try row.optionalReal())
        let (stratum, bankCount) = (try row.optionalText(), try row.optionalInteger())
        let (rate, decision) = (try row.optionalReal(), try row.optionalText())
        guard let score, let pValue, let tieBreak, let stratum, let bankCount, let rate,
            let decision = decision.flatMap({ GateDecision(rawValue: $0) })
        else { return nil }
        return GateRecord(
            score: score, pValue: pValue, tieBreak: tieBreak, stratum: stratum, bankCount: Int(bankCount), rate: rate,
            decision: decision)
    }

    private func problemGate(_ row: inout RowColumns, _ runs: [Int64: RunID]) throws -> ProblemGateRecord {
        let (run, problem) = (try run(&row, runs), try row.int())
        let gate = GateRecord(
            score: try row.real(), pValue: try row.real(), tieBreak: try row.real(), stratum: try row.text(),
            bankCount: try row.int(), rate: try row.real(), decision: try row.choice(GateDecision.self))
        return ProblemGateRecord(run: run, problem: problem, gate: gate, recordedWallMs: try row.integer())
    }

    private func audit(_ row: inout RowColumns, _ runs: [Int64: RunID]) throws -> AuditRecord {
        AuditRecord(
            path: try path(&row, runs), round: try row.int(), segment: SegmentID(rawValue: try row.unsigned()),
            score: try row.real(), tokenCount: try row.int(), worker: try row.text(), timing: try timing(&row),
            recordedWallMs: try row.integer())
    }

    private func verdict(_ row: inout RowColumns, _ runs: [Int64: RunID]) throws -> VerdictRecord {
        VerdictRecord(
            path: try path(&row, runs), round: try row.int(), segment: SegmentID(rawValue: try row.unsigned()),
            score: try row.real(), tokenCount: try row.int(), pValue: try row.real(), tieBreak: try row.real(),
            stratum: try row.text(), bankCount: try row.int(), rate: try row.real(),
            verdict: try row.choice(Verdict.self), worker: try row.text(), timing: try timing(&row),
            recordedWallMs: try row.integer(), cut: try Self.cut(&row))
    }

    /// What stays of a block that was taken over from a place within it: four columns, none or all of them NULL.
    static func cut(_ row: inout RowColumns) throws -> BlockCut? {
        let segment = try row.optionalInteger()
        let (bytes, tokens) = (try row.optionalInteger(), try row.optionalInteger())
        let isExact = try row.optionalTruth()
        guard let segment, let bytes, let tokens, let isExact else { return nil }
        return BlockCut(
            segment: SegmentID(rawValue: UInt64(bitPattern: segment)), bytes: Int(bytes), tokens: Int(tokens),
            isExact: isExact)
    }

    /// Reads the columns after the run.
    static func drift(_ row: inout RowColumns, of run: RunID) throws -> DriftRecord {
        let stratum = try row.optionalText()
        let (verdicts, wallMs) = (try row.int(), try row.integer())
        return DriftRecord(
            run: run, problems: try row.optionalInteger().map { Int($0) }, stratum: stratum, verdicts: verdicts,
            recordedWallMs: wallMs)
    }

    /// Reads the columns after the run.
    static func choice(_ row: inout RowColumns, of run: RunID) throws -> StrategyChoice {
        StrategyChoice(
            run: run, strategy: try row.choice(Strategy.self), reason: try row.choice(StrategyReason.self),
            targetTokensPerSecond: try row.optionalReal(), draftedTokensPerSecond: try row.optionalReal(),
            tokens: try row.int(), recordedWallMs: try row.integer())
    }

    private func pathEnd(_ row: inout RowColumns, _ runs: [Int64: RunID]) throws -> PathRecord {
        PathRecord(
            path: try path(&row, runs), outcome: try row.choice(PathOutcome.self), answer: try row.optionalWritten(),
            reason: try row.optionalWritten(), recordedWallMs: try row.integer())
    }

    private func problemEnd(_ row: inout RowColumns, _ runs: [Int64: RunID]) throws -> ProblemRecord {
        ProblemRecord(
            run: try run(&row, runs), problem: try row.int(), answer: try row.optionalWritten(),
            votes: try row.int(), isRight: try row.optionalTruth(), recordedWallMs: try row.integer())
    }

    /// What `model` reads, after the run.
    static let modelColumns = """
        sequence, run, role, CAST(name AS BLOB), digest, vocabulary, prompt_template, worker, is_drift,
        recorded_wall_ms, kernels
        """

    private static func model(_ row: inout RowColumns) throws -> RunModel {
        // In the order of the columns.
        let (role, name, digest) = (try row.choice(Role.self), try row.written(), try row.text())
        let (vocabulary, template, worker) = (try row.text(), try row.text(), try row.text())
        let (isDrift, recordedWallMs) = (try row.truth(), try row.integer())
        return RunModel(
            role: role, name: name, digest: digest, vocabulary: vocabulary, promptTemplate: template,
            kernels: try row.optionalText(), worker: worker, isDrift: isDrift, recordedWallMs: recordedWallMs)
    }

    /// The models of a run in the order of their recording.
    static func models(_ database: Database, run: Int64) throws -> [RunModel] {
        let sql = "SELECT \(modelColumns) FROM run_models WHERE run = ? ORDER BY sequence"
        return try Row.fetchAll(database, sql: sql, arguments: [run]).map { row in
            var columns = RowColumns(row, table: "run_models")
            _ = try (columns.integer(), columns.integer())
            return try model(&columns)
        }
    }

    private func measures(
        _ database: Database, _ runs: [Int64: RunID]
    ) throws -> [(sequence: Int64, record: Record)] {
        var found: [(sequence: Int64, record: Record)] = []
        for row in try Row.fetchAll(database, sql: "SELECT sequence, run FROM busy_measures") {
            var columns = RowColumns(row, table: "busy_measures")
            let sequence = try columns.integer()
            guard let run = runs[try columns.integer()] else { continue }
            found.append((sequence, .measured(run, try RunStore.measures(database, measure: sequence))))
        }
        return found
    }

    static func measures(_ database: Database, measure: Int64) throws -> RunMeasures {
        let sql = """
            SELECT worker, role, busy, memory, sync, verdict_wait, peak_bytes FROM busy_shares
            WHERE measure = ? ORDER BY place
            """
        let workers = try Row.fetchAll(database, sql: sql, arguments: [measure]).map { row in
            var columns = RowColumns(row, table: "busy_shares")
            return WorkerShare(
                worker: try columns.text(), role: try columns.choice(Role.self), busy: try columns.real(),
                memory: try columns.real(), sync: try columns.real(), verdictWait: try columns.real(),
                peakBytes: UInt64(clamping: try columns.integer()))
        }
        let discarded = try Int.fetchOne(
            database, sql: "SELECT discarded_tokens FROM busy_measures WHERE sequence = ?", arguments: [measure])
        return RunMeasures(workers: workers, discardedTokens: discarded ?? 0)
    }
}
