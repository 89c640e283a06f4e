import Foundation
import Testing
import Tokenizers

/// Vocabularies that other programs trained on a few lines, and the ids these give (`small_vocabularies.py`).
@Suite struct SmallVocabularyTests {
    private struct Fixture: Decodable {
        struct Vocabulary: Decodable {
            var model: String
            var pre: String
            var tokens: [String]
            var merges: [String]?
            var scores: [Float]?
            var kinds: [Int32]?
            /// For each text.
            var ids: [[Int32]]

            func tokenizer() throws -> Tokenizer {
                try Tokenizer(TokenizerDefinition(
                    model: #require(TokenizerDefinition.Model(rawValue: model)), preTokenizer: pre,
                    tokens: tokens.map { Array($0.utf8) }, scores: scores ?? [],
                    kinds: (kinds ?? []).map { try #require(TokenizerDefinition.TokenKind(rawValue: $0)) },
                    merges: (merges ?? []).map { Array($0.utf8) }, unknownToken: model == "llama" ? 0 : nil,
                    addsSpacePrefix: model == "llama"))
            }
        }

        var texts: [String]
        var vocabularies: [Vocabulary]
    }

    private static let file = ReferenceFiles.packageRoot
        .appendingPathComponent("Tests/Fixtures/small-vocabularies.json")

    @Test func idsAreThoseOfTheOtherProgram() throws {
        let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: Self.file))
        #expect(Set(fixture.vocabularies.map(\.pre)) == [
            "gpt-2", "smollm", "command-r", "qwen2", "llama-bpe", "dbrx", "deepseek-llm", "deepseek-coder",
            "deepseek-v3", "default",
        ])
        for vocabulary in fixture.vocabularies {
            let tokenizer = try vocabulary.tokenizer()
            #expect(vocabulary.ids.count == fixture.texts.count)
            for (text, ids) in zip(fixture.texts, vocabulary.ids) {
                #expect(tokenizer.encode(text, special: false) == ids, "\(vocabulary.pre): \(text.debugDescription)")
            }
        }
    }
}
