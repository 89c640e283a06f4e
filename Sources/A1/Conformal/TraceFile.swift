import Conformal
import Evaluation
import Foundation

/// Recorded scores from a CSV file with a header.
enum TraceFile {
    /// Columns `problem_index`, `question`, `round`, `ppl`, and `taken_over` (0 or 1) where it is there.
    static func rows(_ path: String) throws -> [TraceRow] {
        let table = try read(path)
        do throws(CSVReader.Problem) {
            let columns = (
                path: try table.column("problem_index"), question: try table.column("question"),
                round: try table.column("round"), score: try table.column("ppl"))
            let decided = table.header.firstIndex(of: "taken_over")
            var questions: [String: Int] = [:]
            var rows: [TraceRow] = []
            rows.reserveCapacity(table.records.count)
            for record in table.records {
                let question = questions[record.cells[columns.question], default: questions.count]
                questions[record.cells[columns.question]] = question
                rows.append(
                    TraceRow(
                        path: try natural(record, columns.path, "problem_index"), question: question,
                        round: try natural(record, columns.round, "round"),
                        score: try score(record, columns.score),
                        wasTakenOver: try decided.map { place throws(CSVReader.Problem) in
                            try natural(record, place, "taken_over") != 0
                        }))
            }
            guard !rows.isEmpty else { throw CSVReader.Problem(line: 1, reason: "the trace has no rows") }
            return rows
        } catch {
            throw fail(.dataError, "\(path): \(error)", cause: error, file: path)
        }
    }

    /// The column `ppl`.
    static func scores(_ path: String) throws -> [Double] {
        let table = try read(path)
        do throws(CSVReader.Problem) {
            let column = try table.column("ppl")
            var scores: [Double] = []
            for record in table.records { scores.append(try score(record, column)) }
            guard !scores.isEmpty else { throw CSVReader.Problem(line: 1, reason: "there is no score") }
            return scores
        } catch {
            throw fail(.dataError, "\(path): \(error)", cause: error, file: path)
        }
    }

    private static func read(_ path: String) throws -> CSVReader {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw fail(.noInput, "cannot read \(path)")
        }
        do {
            return try CSVReader([UInt8](data))
        } catch {
            throw fail(.dataError, "\(path): \(error)", cause: error, file: path)
        }
    }

    private static func natural(
        _ record: CSVReader.Record, _ column: Int, _ name: String
    ) throws(CSVReader.Problem) -> Int {
        guard let value = Int(record.cells[column]), value >= 0 else {
            throw CSVReader.Problem(
                line: record.line, reason: "\(name) '\(record.cells[column])' is not a number from 0 up")
        }
        return value
    }

    private static func score(_ record: CSVReader.Record, _ column: Int) throws(CSVReader.Problem) -> Double {
        let text = record.cells[column]
        guard let value = Double(text) else {
            throw CSVReader.Problem(line: record.line, reason: "ppl '\(text)' is not a number")
        }
        guard value.isFinite, value >= 0 else {
            throw CSVReader.Problem(line: record.line, reason: "ppl is \(text); it must be finite and not negative")
        }
        return value
    }
}
