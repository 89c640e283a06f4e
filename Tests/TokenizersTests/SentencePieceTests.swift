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

    /// Whatever merges there are, a text never becomes a byte or a control token by what is written in it.
    @Test func bytesAndControlTokensAreNotFoundByTheirText() throws {
        let parts = ["<", "0", "x", "4", "1", ">", "s", "/", "<0", "x4", "1>", "<0x4", "</", "s>"]
        let definition = SmallVocabularies.sentencePiece(
            parts.enumerated().map { ($1, -Float($0)) }, control: ["</s>"], userDefined: ["s1>"])
        let tokenizer = try Tokenizer(definition)
        #expect(ids(tokenizer, "<0x41>") == ["<0x4", "1>"])
        let plain = tokenizer.encode("</s>", special: false)
        #expect(plain.count == 2 && tokenizer.decode(plain) == Array("</s>".utf8))
        #expect(ids(tokenizer, "</s>") == ["</s>"])
        var twice = definition
        twice.tokens.append(Array("</s>".utf8))
        twice.scores.append(0)
        twice.kinds.append(.normal)
        #expect(throws: TokenizerError.self) { _ = try Tokenizer(twice) }
    }

    /// A file that calls its bytes normal, or says nothing, has them all the same; a byte has exactly two digits.
    @Test func bytesAreKnownByTheirText() throws {
        var definition = SmallVocabularies.sentencePiece(texts)
        let expected = try Tokenizer(definition).encode("é你", special: false)
        for id in definition.kinds.indices where definition.kinds[id] == .byte { definition.kinds[id] = .normal }
        #expect(try Tokenizer(definition).encode("é你", special: false) == expected)
        #expect(try Tokenizer(definition).bytes(of: 0x0B) == [0x0A])
        definition.kinds = []
        #expect(try Tokenizer(definition).encode("é你", special: false) == expected)
        #expect(try Tokenizer(definition).decode(expected) == Array("é你".utf8))
        for text in ["<0x+A>", "<0xZZ>", "<0x0AB>", "<0xA>", "<0X0A>"] {
            definition.tokens[0x0B] = Array(text.utf8)
            let tokenizer = try Tokenizer(definition)
            #expect(tokenizer.bytes(of: 0x0B) == Array(text.utf8))
            #expect(!tokenizer.encode("\n", special: false).contains(0x0B))
        }
        definition.tokens[0x0B] = Array("<0x0a>".utf8)
        #expect(try Tokenizer(definition).encode("\n", special: false) == [0x0B])
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
