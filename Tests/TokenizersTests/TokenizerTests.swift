import Foundation
import Testing
import Tokenizers

@Suite struct TokenizerTests {
    @Test func theBeginTokenIsAddedOnceAndByTheRule() throws {
        var definition = SmallVocabularies.bytePair(merges: [("a", "b")], control: ["<s>"])
        definition.beginToken = 257
        #expect(try Tokenizer(definition).encodeWithBegin("ab", special: true) == [256])
        definition.addsBeginToken = true
        let tokenizer = try Tokenizer(definition)
        #expect(tokenizer.encodeWithBegin("ab", special: true) == [257, 256])
        #expect(tokenizer.encodeWithBegin("<s>ab", special: true) == [257, 256])
        #expect(tokenizer.encodeWithBegin("", special: true) == [257])
        #expect(tokenizer.encode("ab", special: true) == [256])
        #expect(TokenizerDefinition.addsBeginTokenByDefault(model: .bytePair, preTokenizer: "llama-bpe"))
        #expect(!TokenizerDefinition.addsBeginTokenByDefault(model: .bytePair, preTokenizer: "qwen2"))
        #expect(TokenizerDefinition.addsBeginTokenByDefault(model: .sentencePiece, preTokenizer: ""))
    }

    @Test func llama3TakesWholeWordsWithoutMerges() throws {
        var definition = SmallVocabularies.bytePair(merges: [("a", "b")], preTokenizer: "llama-bpe")
        definition.tokens.append(Array("cab".utf8))
        definition.kinds.append(.normal)
        #expect(try Tokenizer(definition).encode("cab", special: false) == [257])
        definition.preTokenizer = "qwen2"
        #expect(try Tokenizer(definition).encode("cab", special: false) == [Int32(UInt8(ascii: "c")), 256])
    }

    @Test func aByteWithoutATokenIsLeftOut() throws {
        let definition = TokenizerDefinition(
            model: .bytePair, preTokenizer: "gpt2", tokens: ["a", "b"].map { Array($0.utf8) })
        #expect(try Tokenizer(definition).encode("axb", special: false) == [0, 1])
    }

    @Test func endTokensAreThoseNamedAndThoseKnownByTheirText() throws {
        var definition = SmallVocabularies.bytePair(
            merges: [], control: ["<|im_end|>", "<|endoftext|>", "<|fim_pad|>", "<|fim_pre|>"], userDefined: ["</s>"])
        definition.endToken = 256
        definition.extraEndTokens = [258]
        #expect(try Tokenizer(definition).endTokens == [256, 257, 258, 260])
    }

    @Test func theDigestTellsVocabulariesApart() throws {
        let definition = SmallVocabularies.bytePair(merges: [("a", "b"), ("b", "a")], control: ["<s>"])
        let digest = try Tokenizer(definition).vocabularyDigest
        #expect(digest.count == 16)
        var changes = [definition, definition, definition, definition, definition, definition]
        changes[0].merges.reverse()
        changes[1].preTokenizer = "gpt2"
        changes[2].tokens.swapAt(256, 257)
        changes[3].kinds[258] = .userDefined
        changes[4].tokens.append(Array("zz".utf8))
        changes[4].kinds.append(.normal)
        changes[5].merges.removeLast()
        for change in changes { #expect(try Tokenizer(change).vocabularyDigest != digest) }
        var same = definition
        same.chatTemplate = "x"
        same.endToken = 3
        same.scores = [1]
        #expect(try Tokenizer(same).vocabularyDigest == digest)
    }

    @Test func kindsMissingMeansAllNormal() throws {
        var definition = SmallVocabularies.bytePair(merges: [("a", "b")])
        let digest = try Tokenizer(definition).vocabularyDigest
        definition.kinds = []
        #expect(try Tokenizer(definition).vocabularyDigest == digest)
        #expect(try Tokenizer(definition).kind(of: 256) == .normal)
        #expect(try Tokenizer(definition).kind(of: 257) == nil)
    }
}
