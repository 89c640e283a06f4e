import Foundation
import Testing

@testable import Transformer

/// The models that come with the project, against values made with PyTorch.
@Suite struct BuiltInModelTests {
    static let fixture = TestFiles.packageRoot.appendingPathComponent("Tests/Fixtures/small-logits.json")

    static func modelFile(_ name: String) -> URL {
        TestFiles.packageRoot.appendingPathComponent("configs/models/small/\(name).gguf")
    }

    @Test(.enabled(if: TestFiles.existing(fixture) != nil, "needs Tests/Fixtures/small-logits.json"))
    func theyMatchTheReference() throws {
        let lines = try JSONDecoder().decode([ReferenceLine].self, from: Data(contentsOf: Self.fixture))
        let models = Dictionary(grouping: lines) { $0.model ?? "" }
        #expect(models.count == 2)
        for (name, lines) in models {
            var check = try ReferenceCheck(SequenceRunner.load(Self.modelFile(name).path))
            for line in lines { check.check(line) }
            check.finish()
        }
    }

    @Test(
        .enabled(
            if: TestFiles.existing(modelFile("small-draft")) != nil, "needs configs/models/small/small-draft.gguf"),
        arguments: ["small-draft", "small-target"])
    func theyOpenWithTheirTokenizers(name: String) throws {
        let model = try LoadedModel(path: Self.modelFile(name).path)
        #expect(model.architecture == "llama")
        #expect(model.tokenizer.vocabularySize == model.transformer.vocabularySize)
        let text = "Tom has 23 marbles.\n\nSo the answer is \\boxed{42}."
        #expect(model.tokenizer.decode(model.tokenizer.encode(text, special: false)) == Array(text.utf8))
    }
}
