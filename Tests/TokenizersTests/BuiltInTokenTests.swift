import Foundation
import Testing
import Tokenizers

/// The ids of the built-in pair, against those of the script that made it.
@Suite struct BuiltInTokenTests {
    private static let model = ReferenceFiles.packageRoot
        .appendingPathComponent("configs/models/builtin/a1-target.gguf")
    private static let fixture = ReferenceFiles.packageRoot
        .appendingPathComponent("Tests/Fixtures/builtin-tokens.jsonl")

    private struct Line: Decodable {
        var text: String
        var ids: [Int32]
    }

    @Test(
        .enabled(
            if: ReferenceFiles.exists(model) && ReferenceFiles.exists(fixture),
            "configs/models/builtin/a1-target.gguf or Tests/Fixtures/builtin-tokens.jsonl is not there"))
    func idsAreThoseOfTheFixture() throws {
        let tokenizer = try Tokenizer(VocabularyFile.definition(at: Self.model.path))
        for line in try ReferenceFiles.lines(of: Self.fixture, as: Line.self) {
            let ids = tokenizer.encode(line.text, special: true)
            #expect(ids == line.ids, "\(line.text.debugDescription)")
            #expect(tokenizer.decode(ids, special: true) == Array(line.text.utf8))
        }
    }
}
