import Domain
import Foundation
import GRDB

/// A problem's row.
struct StoredProblem {
    let problem: Int
    let spec: ProblemSpec

    /// - Parameter range: the places wanted; nil for all.
    static func fetch(_ database: Database, run: Int64, range: Range<Int>?) throws -> [StoredProblem] {
        let sql = """
            SELECT problem, CAST(id AS BLOB), CAST(text AS BLOB), CAST(answer AS BLOB), CAST(request AS BLOB)
            FROM problems
            WHERE run = ? AND problem >= ? AND problem < ? ORDER BY problem
            """
        let wanted = range ?? 0..<Int.max
        let statement = try database.cachedStatement(sql: sql)
        return try Row.fetchAll(statement, arguments: [run, wanted.lowerBound, wanted.upperBound]).map { row in
            var columns = RowColumns(row, table: "problems")
            let problem = try columns.int()
            var spec = ProblemSpec(
                id: try columns.written(), text: try columns.written(), answer: try columns.optionalWritten())
            if let request = try columns.optionalWritten().map({ try StoredRequest($0) }) {
                (spec.turns, spec.settings) = (request.turns, request.settings)
            }
            return StoredProblem(problem: problem, spec: spec)
        }
    }
}

/// The column `request`.
struct StoredRequest: Codable {
    let turns: [ConversationTurn]
    let settings: ProblemSettings?

    /// Nil for a problem that has neither.
    init?(_ problem: ProblemSpec) {
        if problem.turns.isEmpty, problem.settings == nil { return nil }
        (turns, settings) = (problem.turns, problem.settings)
    }

    init(_ text: String) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch {
            throw RowError(table: "problems", column: 4, wanted: "the JSON of a request")
        }
    }

    /// Which problems are ranked apart from the run's, by `SettingsGroups`.
    static func groups(_ database: Database, _ run: StoredRun) throws -> [Int: Int] {
        let sql = """
            SELECT problem, CAST(request AS BLOB) FROM problems WHERE run = ? AND request IS NOT NULL ORDER BY problem
            """
        var groups = SettingsGroups(run.spec.settings)
        var found: [Int: Int] = [:]
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [run.row])
        while let row = try rows.next() {
            var columns = RowColumns(row, table: "problems")
            let problem = try columns.int()
            guard let own = try StoredRequest(try columns.written()).settings else { continue }
            found[problem] = groups.number(of: own)
        }
        return found
    }

    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
