import Domain
import GRDB

/// Puts the rows of some of a run's problems together into results.
struct ResultAssembly {
    private struct PathPlace: Hashable {
        let problem: Int
        let path: Int
    }

    private struct BlockPlace: Hashable {
        let path: PathPlace
        let segment: UInt64
    }

    private let run: StoredRun
    private let carriesBlocks: Bool
    private let problems: [StoredProblem]
    private var problemEnds: [Int: (answer: String?, votes: Int, isRight: Bool?)] = [:]
    private var pathEnds: [PathPlace: (outcome: PathOutcome, answer: String?, reason: String?)] = [:]
    /// In the order of their recording.
    private var blocks: [PathPlace: [BlockResult]] = [:]
    /// Bytes of blocks that may have been cut.
    private var texts: [BlockPlace: [UInt8]] = [:]

    init(database: Database, run: StoredRun, range: Range<Int>, blocks: Bool) throws {
        self.run = run
        carriesBlocks = blocks
        problems = try StoredProblem.fetch(database, run: run.row, range: range)
        let arguments: StatementArguments = [run.row, range.lowerBound, range.upperBound]
        try readEnds(database, arguments)
        try readBlocks(database, arguments)
        try readVerdicts(database, arguments)
        if run.spec.settings.scoring == .gated { try readGates(database, range) }
    }

    func problems(_ equality: (String, String) -> Bool) -> [ProblemResult] {
        problems.map { problem in
            let pathCount = problem.spec.paths(in: run.spec.settings)
            let paths = (0..<pathCount).map { path(problem, $0, equality) }
            let end = problemEnds[problem.problem]
            let timings = (0..<pathCount).flatMap { path in
                blocks[PathPlace(problem: problem.problem, path: path), default: []].map(\.timing)
            }
            let begin = timings.map(\.startedWallMs).min()
            let finish = timings.map(\.finishedWallMs).max()
            return ProblemResult(
                problem: problem.problem, id: problem.spec.id, text: problem.spec.text,
                turns: problem.spec.turns.isEmpty ? nil : problem.spec.turns, settings: problem.spec.settings,
                knownAnswer: problem.spec.answer, answer: end?.answer,
                isRight: end.flatMap { $0.isRight ?? (problem.spec.answer == nil ? nil : false) },
                votes: end?.votes ?? 0, isEnded: end != nil, rounds: paths.map(\.rounds).max() ?? 0,
                takeovers: paths.reduce(0) { $0 + $1.takeovers },
                verdicts: verdicts(of: problem.problem, pathCount),
                tokens: paths.reduce(into: TokenCounts()) { $0 += $1.tokens },
                seconds: Double((finish ?? 0) - (begin ?? 0)) / 1_000, paths: paths)
        }
    }

    private func verdicts(of problem: Int, _ paths: Int) -> Int {
        (0..<paths).reduce(0) { sum, path in
            sum + blocks[PathPlace(problem: problem, path: path), default: []].count {
                $0.verdict != nil || $0.isLeftOut == true
            }
        }
    }

    private func path(
        _ problem: StoredProblem, _ path: Int, _ equality: (String, String) -> Bool
    ) -> PathResult {
        let place = PathPlace(problem: problem.problem, path: path)
        let blocks = blocks[place] ?? []
        let end = pathEnds[place]
        // Cancelling ends every open path with one record, that of the run.
        let outcome = end?.outcome ?? (run.state == .cancelled ? .cancelled : nil)
        var tokens = StandingTokens()
        for block in blocks where block.stands || block.verdict != nil {
            tokens.add(
                block.author, block.tokens, block.verdict, kept: block.keptTokens ?? 0, run.spec.settings.takeover)
        }
        return PathResult(
            path: path, outcome: outcome, answer: end?.answer,
            isRight: PathJudgement.isRight(
                outcome, answer: end?.answer, known: problem.spec.answer, equality),
            reason: end?.reason, rounds: blocks.map { $0.round + 1 }.max() ?? 0,
            takeovers: blocks.count { $0.verdict == .takeOver }, tokens: tokens.standing,
            tokensReplaced: tokens.replaced,
            blocks: carriesBlocks ? Self.beforeStop(blocks, StopSequences(problem.spec.settings?.stop ?? [])) : [])
    }

    /// The blocks of a path whose text ends before the first stop sequence, without what was written of it.
    private static func beforeStop(_ blocks: [BlockResult], _ stop: StopSequences) -> [BlockResult] {
        let text = blocks.filter(\.hasStandingText).flatMap { Array($0.standingText.utf8) }
        guard let start = stop.start(in: text) else { return blocks }
        var blocks = blocks
        var left = start
        for index in blocks.indices where blocks[index].hasStandingText {
            let bytes = Array(blocks[index].standingText.utf8)
            blocks[index].standingText = String(decoding: bytes.prefix(max(0, left)), as: UTF8.self)
            left -= bytes.count
        }
        return blocks
    }

    private mutating func readEnds(_ database: Database, _ arguments: StatementArguments) throws {
        let ends = """
            SELECT problem, CAST(answer AS BLOB), votes, is_right FROM problem_ends
            WHERE run = ? AND problem >= ? AND problem < ?
            """
        for row in try Row.fetchAll(database, sql: ends, arguments: arguments) {
            var columns = RowColumns(row, table: "problem_ends")
            let problem = try columns.int()
            problemEnds[problem] = (
                try columns.optionalWritten(), try columns.int(), try columns.optionalTruth()
            )
        }
        let paths = """
            SELECT problem, path, outcome, CAST(answer AS BLOB), CAST(reason AS BLOB) FROM path_ends
            WHERE run = ? AND problem >= ? AND problem < ?
            """
        for row in try Row.fetchAll(database, sql: paths, arguments: arguments) {
            var columns = RowColumns(row, table: "path_ends")
            let place = PathPlace(problem: try columns.int(), path: try columns.int())
            pathEnds[place] = (
                try columns.choice(PathOutcome.self), try columns.optionalWritten(), try columns.optionalWritten()
            )
        }
    }

    private mutating func readBlocks(_ database: Database, _ arguments: StatementArguments) throws {
        let sql = """
            SELECT problem, path, round, segment, author, \(carriesBlocks ? "text" : "x''"), length(tokens) / 4, finish,
              worker, attempt, started_wall_ms, finished_wall_ms, queued_ms, gate_decision, gate_score
            FROM blocks WHERE run = ? AND problem >= ? AND problem < ? ORDER BY sequence
            """
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        while let row = try rows.next() {
            var columns = RowColumns(row, table: "blocks")
            let place = PathPlace(problem: try columns.int(), path: try columns.int())
            let (round, segment) = (try columns.int(), try columns.unsigned())
            let (author, text) = (try columns.choice(Author.self), try columns.bytes())
            if carriesBlocks, run.spec.settings.takeover.keepsBeginning, author == .draft {
                texts[BlockPlace(path: place, segment: segment)] = text
            }
            var block = BlockResult(
                round: round, segment: segment, author: author, text: String(decoding: text, as: UTF8.self),
                tokens: try columns.int(),
                finish: try columns.choice(FinishReason.self), worker: try columns.text(),
                attempt: try columns.int(), timing: try Self.timing(&columns), stands: true)
            block.gate = try columns.optionalText().flatMap { GateDecision(rawValue: $0) }
            block.gateScore = try columns.optionalReal()
            blocks[place, default: []].append(block)
        }
    }

    private mutating func readVerdicts(_ database: Database, _ arguments: StatementArguments) throws {
        var indices: [BlockPlace: Int] = [:]
        for (path, blocks) in blocks {
            for (index, block) in blocks.enumerated() {
                indices[BlockPlace(path: path, segment: block.segment)] = index
            }
        }
        let sql = """
            SELECT problem, path, segment, score, p_value, verdict, stratum, bank_count, rate, worker,
              started_wall_ms, finished_wall_ms, queued_ms, cut_tokens, cut_bytes, cut_segment
            FROM verdicts WHERE run = ? AND problem >= ? AND problem < ?
            """
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        while let row = try rows.next() {
            var columns = RowColumns(row, table: "verdicts")
            let path = PathPlace(problem: try columns.int(), path: try columns.int())
            let place = BlockPlace(path: path, segment: try columns.unsigned())
            guard let index = indices[place], var block = blocks[path]?[index] else { continue }
            block.score = try columns.real()
            block.pValue = try columns.real()
            let verdict = try columns.choice(Verdict.self)
            block.verdict = verdict
            block.stratum = try columns.text()
            block.bankCount = try columns.int()
            block.rate = try columns.real()
            block.scoredBy = try columns.text()
            block.scoredTiming = try Self.timing(&columns)
            block.stands = StandingTokens.stands(block.author, verdict, run.spec.settings.takeover)
            block.keptTokens = try columns.optionalInteger().map { Int($0) }
            if let bytes = try columns.optionalInteger(), let text = texts[place] {
                block.keptText = String(decoding: text.prefix(Int(bytes)), as: UTF8.self)
            }
            // A takeover that changes nothing.
            if let segment = try columns.optionalInteger(), UInt64(bitPattern: segment) == place.segment {
                block.stands = true
                block.keptText = nil
            }
            blocks[path]?[index] = block
        }
    }

    /// What was left out counts as decided about, what was drafted for nothing does not stand.
    private mutating func readGates(_ database: Database, _ range: Range<Int>) throws {
        func places(_ sql: String) throws -> Set<BlockPlace> {
            let rows = try Row.fetchAll(
                database, sql: "SELECT problem, path, segment FROM (\(sql)) WHERE problem >= ?2 AND problem < ?3",
                arguments: [run.row, range.lowerBound, range.upperBound])
            return Set(
                try rows.map { row in
                    var columns = RowColumns(row, table: "blocks")
                    let path = PathPlace(problem: try columns.int(), path: try columns.int())
                    return BlockPlace(path: path, segment: try columns.unsigned())
                })
        }
        let audits = """
            SELECT problem, path, segment, score FROM audits WHERE run = ? AND problem >= ? AND problem < ?
            """
        var scores: [BlockPlace: Double] = [:]
        let arguments: StatementArguments = [run.row, range.lowerBound, range.upperBound]
        for row in try Row.fetchAll(database, sql: audits, arguments: arguments) {
            var columns = RowColumns(row, table: "audits")
            let path = PathPlace(problem: try columns.int(), path: try columns.int())
            scores[BlockPlace(path: path, segment: try columns.unsigned())] = try columns.real()
        }
        let (leftOut, unjudged) = (try places(GateQuery.leftOut), try places(GateQuery.unjudged))
        for (path, found) in blocks {
            for (index, block) in found.enumerated() {
                let place = BlockPlace(path: path, segment: block.segment)
                if block.author == .draft { blocks[path]?[index].isLeftOut = leftOut.contains(place) }
                blocks[path]?[index].auditScore = scores[place]
                if unjudged.contains(place) { blocks[path]?[index].stands = false }
            }
        }
    }

    private static func timing(_ columns: inout RowColumns) throws -> WorkTiming {
        WorkTiming(
            startedWallMs: try columns.integer(), finishedWallMs: try columns.integer(),
            queuedMs: try columns.integer())
    }
}

extension BlockResult {
    /// Whether any of it is part of the path's text.
    fileprivate var hasStandingText: Bool { stands || keptText != nil }

    /// What of it is part of the path's text.
    fileprivate var standingText: String {
        get { stands ? text : keptText ?? "" }
        set { if stands { text = newValue } else { keptText = newValue } }
    }
}
