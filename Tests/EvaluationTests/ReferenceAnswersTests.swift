import Foundation
import Testing

@testable import Evaluation

/// Where the reference data lies: beside the project, or where `A1_SHARED` says.
enum ReferenceData {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["A1_SHARED"] { return URL(fileURLWithPath: path) }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.deletingLastPathComponent().appendingPathComponent("shared/reference")
    }()

    static func has(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path)
    }
}

@Suite struct ReferenceAnswersTests {
    private static let file = "answers/math500-ct0.csv"

    @Test(.enabled(if: ReferenceData.has(file), "no ../shared/reference/answers"))
    func agreesWithTheJudgedAnswersOfAPublishedRun() throws {
        let bytes = try Data(contentsOf: ReferenceData.folder.appendingPathComponent(Self.file))
        let rows = Self.records(of: String(decoding: bytes, as: UTF8.self)).dropFirst()
            .filter { $0.count == 3 && !$0[2].isEmpty }
        let wrong = rows.filter { AnswerEquality.areEqual($0[0], $0[1]) != ($0[2] == "1") }
            .map { $0[0] + " | " + $0[1] }
        #expect(rows.count >= 250)
        // Both labels are errors of the judge: it rounds to six decimals, and it equates "12^{th} grade" and "12th"
        // with 12, but not "12th grade".
        #expect(Set(wrong) == [".0000672 | 0.000067", "12 | 12th grade"])
        for row in rows {
            #expect(AnswerEquality.areEqual(row[0], row[1]) == AnswerEquality.areEqual(row[1], row[0]), "\(row)")
        }
    }

    @Test(.enabled(if: ReferenceData.has("datasets/math500-even.jsonl"), "no ../shared/reference/datasets"))
    func theDataSetsAreReadAndTheirAnswersAreToldApart() throws {
        for (name, count) in [("aime24", 30), ("amc2023", 40), ("gsm8k-400", 400), ("math500-even", 250)] {
            let path = ReferenceData.folder.appendingPathComponent("datasets/\(name).jsonl").path
            let batch = try BatchReader.read(file: path)
            #expect(batch.problems.count == count)
            let answers = Array(Set(batch.problems.compactMap(\.answer)))
            let read = answers.map { ComparedAnswer($0) }
            var pairs: [String] = []
            for first in read.indices {
                for second in 0..<first where read[first].isEqual(to: read[second]) {
                    pairs.append([answers[first], answers[second]].sorted().joined(separator: " | "))
                }
            }
            // The same value with and without a unit, a base or brackets.
            #expect(pairs.allSatisfy { Self.knownPairs.contains($0) }, "\(name): \(pairs)")
        }
    }

    private static let knownPairs: Set<String> = [
        "40 | 40_9", "30 | 30^\\circ", "120 | 120^\\circ", "(-2,1) | -2,1", "36 | \\$36", "\\frac14 | \\frac{1}{4}",
    ]

    /// Records of a CSV document with quotes, by counting them.
    private static func records(of text: String) -> [[String]] {
        text.split(whereSeparator: \.isNewline).map { line in
            var cells = [""]
            var isQuoted = false
            for character in line {
                if character == "\"" {
                    isQuoted.toggle()
                } else if character == ",", !isQuoted {
                    cells.append("")
                } else {
                    cells[cells.count - 1].append(character)
                }
            }
            return cells
        }
    }
}
