import Testing
import Tokenizers

/// Vocabularies no model should have: each is refused with an error that names the key and the place.
@Suite struct BadVocabularyTests {
    private typealias Definition = TokenizerDefinition

    private func refuses(
        _ expected: TokenizerError, location: SourceLocation = #_sourceLocation, _ change: (inout Definition) -> Void
    ) {
        var definition = SmallVocabularies.bytePair(merges: [("a", "b"), ("ab", "c")], control: ["<|end|>"])
        change(&definition)
        #expect(throws: expected, sourceLocation: location) { _ = try Tokenizer(definition) }
    }

    private func refusesSentencePiece(
        _ expected: TokenizerError, location: SourceLocation = #_sourceLocation, _ change: (inout Definition) -> Void
    ) {
        var definition = SmallVocabularies.sentencePiece([("a", -1), ("b", -2)])
        change(&definition)
        #expect(throws: expected, sourceLocation: location) { _ = try Tokenizer(definition) }
    }

    @Test func tokens() {
        refuses(.vocabularyEmpty) { $0.tokens = [] }
        refuses(.tokenEmpty(id: 7)) { $0.tokens[7] = [] }
        refuses(.tokenDuplicate(id: 257, earlier: 256)) { $0.tokens[257] = $0.tokens[256] }
        refuses(.tokenDuplicate(id: 259, earlier: 258)) {
            $0.tokens[258] = Array("<｜x｜>".utf8)
            $0.tokens.append($0.tokens[258])
            $0.kinds.append(.control)
        }
        refuses(.tokenNotUTF8(id: 9, offset: 1)) { $0.tokens[9] = [0x61, 0xFF] }
        refuses(.tokenTooLong(id: 9, byteCount: 10 << 20, limit: TokenizerLimits.tokenBytes)) {
            $0.tokens[9] = [UInt8](repeating: 0x61, count: 10 << 20)
        }
        let most = TokenizerLimits.vocabularyTokens
        refuses(.vocabularyTooLarge(count: most + 1, limit: most)) {
            $0.tokens = Array(repeating: [0x61], count: most + 1)
        }
    }

    @Test func theLongestTokenIsTaken() throws {
        var definition = SmallVocabularies.bytePair(merges: [])
        definition.tokens.append([UInt8](repeating: 0x61, count: TokenizerLimits.tokenBytes))
        definition.kinds.append(.normal)
        #expect(try Tokenizer(definition).vocabularySize == 257)
        let special = [UInt8](repeating: 0x62, count: TokenizerLimits.specialTokenBytes)
        definition.tokens.append(special)
        definition.kinds.append(.control)
        #expect(try Tokenizer(definition).encode(special, special: true) == [257])
        definition.tokens[257].append(0x62)
        #expect(throws: TokenizerError.tokenTooLong(id: 257, byteCount: 257, limit: 256)) {
            _ = try Tokenizer(definition)
        }
    }

    @Test func unusedIdsMayRepeatOrBeEmpty() throws {
        var definition = SmallVocabularies.bytePair(merges: [])
        definition.tokens += [[], [], Array("a".utf8), Array("<｜x｜>".utf8), Array("<｜x｜>".utf8)]
        definition.kinds += Array(repeating: .unused, count: 5)
        let tokenizer = try Tokenizer(definition)
        #expect(tokenizer.encode("a", special: true) == [0x61])
        #expect(tokenizer.bytes(of: 258) == [])
    }

    @Test func kindsAndScores() {
        refuses(.kindCountMismatch(kinds: 1, tokens: 259)) { $0.kinds = [.normal] }
        refusesSentencePiece(.scoreCountMismatch(scores: 0, tokens: 259)) { $0.scores = [] }
        refusesSentencePiece(.scoreNotFinite(id: 257)) { $0.scores[257] = .nan }
        refusesSentencePiece(.scoreNotFinite(id: 258)) { $0.scores[258] = -.infinity }
        for text in ["<0xZZ>", "<0x+A>", "<0x-1>", "<0x A>", "<0xA>", "<0x0AB>", "<0X0A>", "0x0A", "<0x0A", "<0x１>"] {
            refusesSentencePiece(.byteTokenMalformed(id: 3)) { $0.tokens[3] = Array(text.utf8) }
        }
        refusesSentencePiece(.tokenDuplicate(id: 3, earlier: 2)) { $0.tokens[3] = $0.tokens[2] }
        refusesSentencePiece(.tokenDuplicate(id: 258, earlier: 257)) { $0.tokens[258] = $0.tokens[257] }
    }

    @Test func namedTokens() {
        refuses(.namedTokenOutOfRange(name: "eos_token_id", id: 259, vocabularySize: 259)) { $0.endToken = 259 }
        refuses(.namedTokenOutOfRange(name: "bos_token_id", id: -1, vocabularySize: 259)) { $0.beginToken = -1 }
        refuses(.namedTokenOutOfRange(name: "padding_token_id", id: .max, vocabularySize: 259)) { $0.padToken = .max }
        refuses(.namedTokenOutOfRange(name: "unknown_token_id", id: 300, vocabularySize: 259)) { $0.unknownToken = 300 }
        refuses(.namedTokenOutOfRange(name: "eot_token_id", id: 300, vocabularySize: 259)) { $0.extraEndTokens = [300] }
    }

    @Test func merges() {
        refuses(.mergeOfMissingToken(index: 2, part: "\"xyz\"")) { $0.merges.append(Array("xyz a".utf8)) }
        refuses(.mergeOfMissingToken(index: 2, part: "\"xyz\"")) { $0.merges.append(Array("a xyz".utf8)) }
        refuses(.mergeOfMissingToken(index: 2, part: "\"ba\"")) { $0.merges.append(Array("b a".utf8)) }
        refuses(.mergeOfMissingToken(index: 2, part: "\"你\"")) { $0.merges.append(Array("你 a".utf8)) }
        for line in ["", "a", "a ", " a", "a b c", "  "] {
            refuses(.mergeMalformed(index: 2)) { $0.merges.append(Array(line.utf8)) }
        }
    }

    @Test func preTokenizer() {
        refuses(.preTokenizerUnknown(name: "tekken")) { $0.preTokenizer = "tekken" }
        let message = TokenizerError.preTokenizerUnknown(name: "x\u{1B}[2J").description
        #expect(message.contains("qwen2"))
        #expect(!message.contains("\u{1B}"))
    }

    @Test func messagesNameKeyAndPlace() {
        #expect("\(TokenizerError.tokenNotUTF8(id: 9, offset: 1))".contains("tokenizer.ggml.tokens[9]"))
        #expect("\(TokenizerError.mergeMalformed(index: 2))".contains("tokenizer.ggml.merges[2]"))
    }

    /// Whatever the parts are, the answer is a tokenizer that works or an error.
    @Test func randomDefinitionsNeverCrash() {
        var generator = SeededGenerator(seed: 9)
        let parts = ["a", "b", "ab", "Ġ", "<0x61>", "<s>", "", "é", "▁", "▁a", "你", "x y", "\u{10FFFF}"]
            .map { Array($0.utf8) }
        func pick(_ most: Int) -> [[UInt8]] {
            (0..<Int.random(in: 0...most, using: &generator)).map { _ in parts.randomElement(using: &generator)! }
        }
        for _ in 0..<3_000 {
            let tokens = pick(6)
            var definition = TokenizerDefinition(
                model: Bool.random(using: &generator) ? .bytePair : .sentencePiece,
                preTokenizer: ["qwen2", "default", "nope"].randomElement(using: &generator)!, tokens: tokens)
            definition.scores = tokens.map { _ in Float.random(in: -2...0, using: &generator) }
            definition.kinds = tokens.map { _ in Definition.TokenKind.allCases.randomElement(using: &generator)! }
            definition.merges = pick(2).map { $0 + [0x20] + parts.randomElement(using: &generator)! }
            definition.endToken = Int32.random(in: -1...6, using: &generator)
            guard let tokenizer = try? Tokenizer(definition) else { continue }
            let ids = tokenizer.encode("ab <s> aé你\n", special: true)
            #expect(ids.allSatisfy { $0 >= 0 && $0 < Int32(tokens.count) })
            _ = tokenizer.decode(ids + [-1, .max, .min], special: true)
        }
    }
}
