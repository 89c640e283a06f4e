import Domain
import GRDB

/// A problem's row.
struct StoredProblem {
    let problem: Int
    let spec: ProblemSpec

    /// - Parameter range: the places wanted; nil for all.
    static func fetch(_ database: Database, run: Int64, range: Range<Int>?) throws -> [StoredProblem] {
        let sql = """
            SELECT problem, CAST(id AS BLOB), CAST(text AS BLOB), CAST(answer AS BLOB) FROM problems
            WHERE run = ? AND problem >= ? AND problem < ? ORDER BY problem
            """
        let wanted = range ?? 0..<Int.max
        let statement = try database.cachedStatement(sql: sql)
        return try Row.fetchAll(statement, arguments: [run, wanted.lowerBound, wanted.upperBound]).map { row in
            var columns = RowColumns(row, table: "problems")
            return StoredProblem(
                problem: try columns.int(),
                spec: ProblemSpec(
                    id: try columns.written(), text: try columns.written(), answer: try columns.optionalWritten()))
        }
    }
}
