import Conformal
import Foundation

/// The scores of 1,600 real paths, beside the project.
enum ReferenceTrace {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let isThere = FileManager.default.fileExists(atPath: file.path)
    private static let shared =
        ProcessInfo.processInfo.environment["A1_SHARED"].map { URL(fileURLWithPath: $0) }
        ?? root.deletingLastPathComponent().appending(path: "shared")
    private static let file = shared.appending(path: "reference/traces/math500-ct0.csv")

    /// The lines of a CSV file without quotes, by the names in its header.
    static func read(_ file: URL) throws -> [[String: String]] {
        let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
            .map { $0.split(separator: ",").map(String.init) }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
    }

    static func rows() throws -> [TraceRow] {
        var questions: [String: Int] = [:]
        return try read(file).map { line in
            let question = questions[line["question"]!, default: questions.count]
            questions[line["question"]!] = question
            return TraceRow(
                path: Int(line["problem_index"]!)!, question: question, round: Int(line["round"]!)!,
                score: Double(line["ppl"]!)!)
        }
    }
}
