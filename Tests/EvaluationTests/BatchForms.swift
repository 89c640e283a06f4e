import Foundation

@testable import Evaluation

/// What Python wrote and read (`Tests/Fixtures/batch_forms.py`).
struct BatchForms: Decodable {
    struct Form: Decodable, CustomStringConvertible {
        let name: String
        /// Of the file's name.
        let ending: String
        let bytes: Data
        let rows: [[String?]]?

        var description: String { name }
    }

    struct Stream: Decodable, CustomStringConvertible {
        let name: String
        let bytes: Data
        /// Of the content.
        let length: Int
        let crc: UInt32

        var description: String { name }
    }

    struct Kind: Decodable {
        let kind: String
        let bytes: Data
    }

    /// Ids, questions and answers.
    let rows: [[String?]]
    let forms: [Form]
    let gzip: [Stream]
    let kinds: [Kind]

    static let fixture: BatchForms = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/batch-forms.json")
        do {
            return try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
        } catch { fatalError("\(file.path) cannot be read: \(error)") }
    }()

    func problems(of form: Form) -> [BatchProblem] {
        (form.rows ?? rows).map { BatchProblem(id: $0[0] ?? "", text: $0[1] ?? "", answer: $0[2]) }
    }
}

extension Array where Element == UInt8 {
    /// A text in UTF-16, without a mark.
    init(utf16 text: String, isBigEndian: Bool) {
        self = text.utf16.flatMap { unit -> [UInt8] in
            let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            return isBigEndian ? bytes : bytes.reversed()
        }
    }
}
