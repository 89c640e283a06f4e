import Domain
import GRDB

/// What a run's gate left out.
struct GateQuery {
    let database: Database
    let run: StoredRun

    /// The blocks that the gate of run ?1 left out, each by itself or with its problem: round, problem, path, segment.
    static let leftOut = """
        SELECT round, problem, path, segment FROM blocks WHERE run = ?1 AND gate_decision IN ('leaveOut', 'audit')
        UNION ALL SELECT b.round, b.problem, b.path, b.segment FROM problem_gates g
          JOIN blocks b ON b.run = g.run AND b.problem = g.problem AND b.author = 'draft'
          WHERE g.run = ?1 AND g.decision <> 'score'
        """

    /// Blocks of run ?1 that were drafted before the gate let their problem through, and have not been judged. They
    /// stand only once they are.
    static let unjudged = """
        SELECT b.problem, b.path, b.segment FROM problem_gates g
          JOIN blocks b ON b.run = g.run AND b.problem = g.problem AND b.sequence < g.sequence
          LEFT JOIN verdicts v ON v.run = b.run AND v.problem = b.problem AND v.path = b.path AND v.segment = b.segment
          WHERE g.run = ?1 AND g.decision = 'score' AND v.segment IS NULL
        """

    /// Nil where everything is scored.
    ///
    /// - Parameter tokens: that stand.
    func figures(tokens: Int) throws -> GateFigures? {
        let settings = run.spec.settings
        guard settings.scoring == .gated else { return nil }
        var figures = GateFigures(unit: settings.gateBy, asked: settings.gate)
        figures.tokens = tokens
        (figures.units, figures.scored) = try units(settings.gateBy)
        figures.blocksLeftOut = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM (\(Self.leftOut))", arguments: [run.row]) ?? 0
        figures.tokensNeverRead = try tokensNeverRead()
        figures.audited = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM audits WHERE run = ?", arguments: [run.row]) ?? 0
        guard settings.audit > 0, figures.blocksLeftOut > 0 else { return figures }
        let estimate = AuditEstimate(
            try scoredBlocks(), leftOut: figures.blocksLeftOut, audit: settings.audit, rate: settings.rejectionRate)
        figures.missed = estimate.missed
        figures.missedInterval = estimate.interval
        figures.auc = estimate.auc
        return figures
    }

    /// How many were decided about, and scored.
    private func units(_ unit: GateUnit) throws -> (all: Int, scored: Int) {
        let sql =
            switch unit {
            case .block:
                "SELECT count(gate_decision), total(gate_decision = 'score') FROM blocks WHERE run = ?"
            // A path that has not come to its end may still be scored.
            case .path:
                """
                SELECT count(*), total(is_scored) FROM (
                  SELECT max(b.gate_decision = 'score') AS is_scored, max(e.sequence) IS NOT NULL AS has_ended
                  FROM blocks b LEFT JOIN path_ends e ON e.run = b.run AND e.problem = b.problem AND e.path = b.path
                    AND e.outcome IN ('answered', 'ended', 'roundsExhausted', 'tokensExhausted', 'contextFull')
                  WHERE b.run = ? AND b.gate_decision IS NOT NULL GROUP BY b.problem, b.path)
                WHERE is_scored OR has_ended
                """
            case .problem: "SELECT count(*), total(decision = 'score') FROM problem_gates WHERE run = ?"
            }
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [run.row]) else { return (0, 0) }
        var columns = RowColumns(row, table: "blocks")
        return (try columns.int(), Int(try columns.real()))
    }

    /// Tokens that stand and come after all that the target has read of their path or written.
    private func tokensNeverRead() throws -> Int {
        let sql = """
            WITH read AS (
              SELECT b.problem, b.path, max(b.sequence) AS last FROM blocks b
              LEFT JOIN verdicts v ON v.run = b.run AND v.problem = b.problem AND v.path = b.path
                AND v.segment = b.segment
              LEFT JOIN audits a ON a.run = b.run AND a.problem = b.problem AND a.path = b.path
                AND a.segment = b.segment
              WHERE b.run = ?1 AND (b.author = 'target' OR v.segment IS NOT NULL OR a.segment IS NOT NULL)
              GROUP BY b.problem, b.path)
            SELECT total(length(b.tokens) / 4) FROM blocks b
            LEFT JOIN read ON read.problem = b.problem AND read.path = b.path
            WHERE b.run = ?1 AND b.sequence > coalesce(read.last, 0)
              AND (b.problem, b.path, b.segment) NOT IN (\(Self.unjudged))
            """
        return Int(try Double.fetchOne(database, sql: sql, arguments: [run.row]) ?? 0)
    }

    /// Those whose scores under the target are known.
    private func scoredBlocks() throws -> [AuditEstimate.Block] {
        let sql = """
            SELECT s.round, s.score, b.gate_score, s.is_audited FROM (
              SELECT round, problem, path, segment, score, 0 AS is_audited FROM verdicts WHERE run = ?1
              UNION ALL SELECT round, problem, path, segment, score, 1 FROM audits WHERE run = ?1) s
            JOIN blocks b ON b.run = ?1 AND b.problem = s.problem AND b.path = s.path AND b.segment = s.segment
            """
        return try Row.fetchAll(database, sql: sql, arguments: [run.row]).map { row in
            var columns = RowColumns(row, table: "verdicts")
            return AuditEstimate.Block(
                round: try columns.int(), score: try columns.real(), gateScore: try columns.optionalReal(),
                isAudited: try columns.truth())
        }
    }
}
