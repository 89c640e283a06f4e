import Foundation
import Testing
import Tokenizers

/// The ids of the built-in pair, against those of the script that made it.
@Suite struct BuiltInTokenTests {
    private static let model = ReferenceFiles.packageRoot
        .appendingPathComponent("configs/models/small/small-target.gguf")
    private static let fixture = ReferenceFiles.packageRoot
        .appendingPathComponent("Tests/Fixtures/small-tokens.jsonl")

    @Test(
        .enabled(
            if: ReferenceFiles.exists(model) && ReferenceFiles.exists(fixture),
            "configs/models/small/small-target.gguf or Tests/Fixtures/small-tokens.jsonl is not there"))
    func idsAreThoseOfTheFixture() throws {
        let tokenizer = try Tokenizer(VocabularyFile.definition(at: Self.model.path))
        let lines = try ReferenceFiles.lines(of: Self.fixture, as: ReferenceTokens.self)
        #expect(!lines.isEmpty)
        for line in lines {
            let special = tokenizer.encode(line.text, special: true)
            #expect(tokenizer.encode(line.text, special: false) == line.ids, "\(line.text.debugDescription)")
            #expect(special == line.idsSpecial, "\(line.text.debugDescription)")
            let composed = line.text.precomposedStringWithCanonicalMapping
            #expect(tokenizer.decode(special, special: true) == Array(composed.utf8))
        }
    }
}
