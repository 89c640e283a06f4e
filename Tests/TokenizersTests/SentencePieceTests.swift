import Testing
import Tokenizers

@Suite struct SentencePieceTests {
    private let texts: [(String, Float)] = [
        ("▁", -3), ("a", -3), ("b", -3), ("▁a", -1), ("ab", -2), ("▁ab", 0), ("é", -4), (">▁<", -1),
        (">", -5), ("<", -5), (">▁", -2),
    ]

    private func ids(_ tokenizer: Tokenizer, _ text: String) -> [String] {
        tokenizer.encode(text, special: true).map {
            String(decoding: tokenizer.bytes(of: $0, special: true), as: UTF8.self)
        }
    }

    @Test func theBestScoreMergesFirst() throws {
        let tokenizer = try Tokenizer(SmallVocabularies.sentencePiece(texts))
        #expect(ids(tokenizer, "ab ab aab") == ["ab", " ab", " a", "ab"])
    }

    @Test func wordsAreNotCutWhereATokenReachesAcross() throws {
        let tokenizer = try Tokenizer(SmallVocabularies.sentencePiece(texts))
        #expect(ids(tokenizer, "> <a a") == ["> <", "a", " a"])
    }

    @Test func missingCharactersAreWrittenAsBytes() throws {
        let tokenizer = try Tokenizer(SmallVocabularies.sentencePiece(texts))
        let ids = tokenizer.encode("é你", special: false)
        let bytesOfMissing: [Int32] = [0xE4, 0xBD, 0xA0]
        #expect(Array(ids.dropFirst()) == bytesOfMissing.map { $0 + 1 })
        #expect(tokenizer.encode([0xFF, 0x61], special: false).first == 0x100)
    }

    @Test func aSpaceIsPutBeforeATextAndTakenBack() throws {
        let definition = SmallVocabularies.sentencePiece(
            texts, control: ["<s>"], userDefined: ["\n\n"], addsSpacePrefix: true)
        let tokenizer = try Tokenizer(definition)
        #expect(ids(tokenizer, "a") == [" a"])
        #expect(tokenizer.encode("", special: true) == [])
        #expect(ids(tokenizer, "a<s>b\n\na") == [" a", "<s>", " ", "b", "\n\n", " a"])
        for text in ["a", " a", "  b", "a<s>b\n\na", "<s>", " "] {
            let tokens = tokenizer.encode(text, special: true)
            #expect(tokenizer.decode(tokens, special: true) == Array(text.utf8), "\(text.debugDescription)")
        }
    }
}
