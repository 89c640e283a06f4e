import Domain
import Foundation
import GRDB

/// Puts the records of one transaction into their tables.
struct RecordInserter {
    let database: Database
    let path: String
    /// As it will be if the transaction is committed.
    var state: RunStore.State

    /// - Throws: `refused` for a record that contradicts what is stored, naming its place in the transaction.
    mutating func insert(_ record: Record, index: Int) throws {
        let sequence = state.nextSequence
        state.nextSequence += 1
        do {
            switch record {
            case .runSubmitted(let spec, let problems, let wallMs):
                try insert(spec, problems, sequence, wallMs)
            case .modelBegun(let run, let model): try insert(model, sequence, try row(run, index))
            case .blockAccepted(let block): try insert(block, sequence, try row(block.path.run, index))
            case .verdictReached(let verdict): try insert(verdict, sequence, try row(verdict.path.run, index))
            case .problemGated(let gate): try insert(gate, sequence, try row(gate.run, index))
            case .auditScored(let audit): try insert(audit, sequence, try row(audit.path.run, index))
            case .driftFound(let drift):
                try execute(
                    "INSERT INTO drift_alarms VALUES (?,?,?,?,?,?)",
                    [sequence, try row(drift.run, index), drift.stratum, drift.verdicts, drift.recordedWallMs,
                     drift.problems])
            case .strategyChosen(let choice): try insert(choice, sequence, try row(choice.run, index))
            case .pathEnded(let end): try insert(end, sequence, try row(end.path.run, index))
            case .problemEnded(let end): try insert(end, sequence, try row(end.run, index))
            case .measured(let run, let measures): try insert(measures, sequence, try row(run, index))
            case .runEnded(let run, let end, let wallMs):
                try execute(
                    "INSERT INTO run_ends VALUES (?,?,?,?)",
                    [sequence, try row(run, index), end.rawValue, wallMs])
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            let reason = "\(Self.name(of: record)): \(error.message ?? "\(error.extendedResultCode)")"
            throw RunStoreError.refused(index: index, reason: reason)
        } catch let error as EncodingError {
            throw RunStoreError.refused(index: index, reason: "\(Self.name(of: record)): \(error)")
        }
    }

    /// - Parameter index: how many records stand before it in the transaction.
    func insert(_ ended: EndedRun, after index: Int) throws {
        let text = String(decoding: try JSONEncoder().encode(ended), as: UTF8.self)
        try execute("INSERT OR REPLACE INTO run_summaries VALUES (?,?)", [try row(ended.status.run, index), text])
    }

    private func row(_ run: RunID, _ index: Int) throws -> Int64 {
        guard let row = state.rows[run] else {
            throw RunStoreError.refused(index: index, reason: "run \(run) is not in the store")
        }
        return row
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private mutating func insert(
        _ spec: RunSpec, _ problems: [ProblemSpec], _ sequence: Int64, _ wallMs: Int64
    ) throws {
        try execute(
            "INSERT INTO runs VALUES (?,?,CAST(? AS TEXT),CAST(? AS TEXT),?,?,?)",
            [sequence, spec.id.rawValue, spec.submissionKey.writtenData, spec.name.writtenData,
             try SettingsColumn.text(spec.settings), problems.count, wallMs])
        for (place, problem) in problems.enumerated() {
            try execute(
                """
                INSERT INTO problems (run, problem, id, text, answer)
                VALUES (?,?,CAST(? AS TEXT),CAST(? AS TEXT),CAST(? AS TEXT))
                """,
                [sequence, place, problem.id.writtenData, problem.text.writtenData, problem.answer?.writtenData])
            guard let request = StoredRequest(problem) else { continue }
            try execute(
                "UPDATE problems SET request = CAST(? AS TEXT) WHERE run = ? AND problem = ?",
                [try request.text.writtenData, sequence, place])
        }
        if let bank = spec.bank {
            let text = String(decoding: try JSONEncoder().encode(bank), as: UTF8.self)
            try execute(
                "INSERT INTO run_banks VALUES (?,CAST(? AS TEXT),?,?)",
                [sequence, bank.name.writtenData, bank.count, text])
        }
        state.rows[spec.id] = sequence
    }

    private func insert(_ model: RunModel, _ sequence: Int64, _ run: Int64) throws {
        try execute(
            "INSERT INTO run_models VALUES (?,?,?,CAST(? AS TEXT),?,?,?,?,?,?,?)",
            [sequence, run, model.role.rawValue, model.name.writtenData, model.digest, model.vocabulary,
             model.promptTemplate, model.worker, model.isDrift, model.recordedWallMs, model.kernels])
    }

    private func insert(_ block: BlockRecord, _ sequence: Int64, _ run: Int64) throws {
        var values: StatementArguments = [
            sequence, run, block.path.problem, block.path.path, block.round, Int64(bitPattern: block.block.id.rawValue),
            block.block.author.rawValue, block.finish.rawValue, block.worker, block.attempt,
            block.timing.startedWallMs, block.timing.finishedWallMs, block.timing.queuedMs, block.recordedWallMs,
            block.block.vocabulary, block.block.tokens.tokenData, Data(block.block.text),
        ]
        var columns = StoreTables.blockColumns
        if let gate = block.gate {
            columns += ", " + StoreTables.gateColumns
            values += [
                gate.score, gate.pValue, gate.tieBreak, gate.stratum, gate.bankCount, gate.rate, gate.decision.rawValue,
            ]
        }
        let places = databaseQuestionMarks(count: block.gate == nil ? 17 : 24)
        try execute("INSERT INTO blocks (\(columns)) VALUES (\(places))", values)
    }

    private func insert(_ record: ProblemGateRecord, _ sequence: Int64, _ run: Int64) throws {
        let gate = record.gate
        try execute(
            "INSERT INTO problem_gates VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            [sequence, run, record.problem, gate.score, gate.pValue, gate.tieBreak, gate.stratum, gate.bankCount,
             gate.rate, gate.decision.rawValue, record.recordedWallMs])
    }

    private func insert(_ audit: AuditRecord, _ sequence: Int64, _ run: Int64) throws {
        try execute(
            "INSERT INTO audits VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [sequence, run, audit.path.problem, audit.path.path, audit.round, Int64(bitPattern: audit.segment.rawValue),
             audit.score, audit.tokenCount, audit.worker, audit.timing.startedWallMs, audit.timing.finishedWallMs,
             audit.timing.queuedMs, audit.recordedWallMs])
    }

    private func insert(_ verdict: VerdictRecord, _ sequence: Int64, _ run: Int64) throws {
        try execute(
            "INSERT INTO verdicts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [sequence, run, verdict.path.problem, verdict.path.path, verdict.round,
             Int64(bitPattern: verdict.segment.rawValue), verdict.score, verdict.tokenCount, verdict.pValue,
             verdict.tieBreak, verdict.stratum, verdict.bankCount, verdict.rate, verdict.verdict.rawValue,
             verdict.worker, verdict.timing.startedWallMs, verdict.timing.finishedWallMs, verdict.timing.queuedMs,
             verdict.recordedWallMs, verdict.cut.map { Int64(bitPattern: $0.segment.rawValue) }, verdict.cut?.bytes,
             verdict.cut?.tokens, verdict.cut?.isExact])
    }

    private func insert(_ choice: StrategyChoice, _ sequence: Int64, _ run: Int64) throws {
        try execute(
            "INSERT INTO strategy_choices VALUES (?,?,?,?,?,?,?,?)",
            [sequence, run, choice.strategy.rawValue, choice.reason.rawValue, choice.targetTokensPerSecond,
             choice.draftedTokensPerSecond, choice.tokens, choice.recordedWallMs])
    }

    private func insert(_ end: PathRecord, _ sequence: Int64, _ run: Int64) throws {
        try execute(
            "INSERT INTO path_ends VALUES (?,?,?,?,?,CAST(? AS TEXT),CAST(? AS TEXT),?)",
            [sequence, run, end.path.problem, end.path.path, end.outcome.rawValue, end.answer?.writtenData,
             end.reason?.writtenData, end.recordedWallMs])
    }

    private func insert(_ end: ProblemRecord, _ sequence: Int64, _ run: Int64) throws {
        try execute(
            "INSERT INTO problem_ends VALUES (?,?,?,CAST(? AS TEXT),?,?,?)",
            [sequence, run, end.problem, end.answer?.writtenData, end.votes, end.isRight, end.recordedWallMs])
    }

    private func insert(_ measures: RunMeasures, _ sequence: Int64, _ run: Int64) throws {
        try execute("INSERT INTO busy_measures VALUES (?,?,?)", [sequence, run, measures.discardedTokens])
        for (place, share) in measures.workers.enumerated() {
            try execute(
                "INSERT INTO busy_shares VALUES (?,?,?,?,?,?,?,?,?)",
                [sequence, place, share.worker, share.role.rawValue, share.busy, share.memory, share.sync,
                 share.verdictWait, Int64(clamping: share.peakBytes)])
        }
    }

    private static func name(of record: Record) -> String {
        switch record {
        case .runSubmitted(let spec, _, _): "run \(spec.id)"
        case .modelBegun(let run, let model): "\(model.role.rawValue) model of run \(run)"
        case .blockAccepted(let block): "block of path \(block.path), round \(block.round)"
        case .verdictReached(let verdict): "verdict on path \(verdict.path), round \(verdict.round)"
        case .problemGated(let gate): "gate of problem \(gate.run.short)/\(gate.problem)"
        case .auditScored(let audit): "audit of path \(audit.path), round \(audit.round)"
        case .strategyChosen(let choice): "strategy of run \(choice.run)"
        case .driftFound(let drift): "drift of run \(drift.run)"
        case .pathEnded(let end): "end of path \(end.path)"
        case .problemEnded(let end): "end of problem \(end.run.short)/\(end.problem)"
        case .measured(let run, _): "measures of run \(run)"
        case .runEnded(let run, _, _): "end of run \(run)"
        }
    }
}
