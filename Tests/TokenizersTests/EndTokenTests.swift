import Testing
import Tokenizers

/// Which tokens end a text or a turn, whatever the file says of their kinds.
@Suite struct EndTokenTests {
    private static let texts = [
        "<|im_end|>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|eot|>", "<|eom|>", "<|end|>",
        "<eos>", "</s>", "<end_of_turn>", "<｜end▁of▁sentence｜>", "<EOT>", "_<EOT>", "▁<EOT>", "<|EOT|>", "[EOT]",
        "[EOS]", "<|return|>", "<end_of_utterance>", "<|END_OF_TURN_TOKEN|>", "[|endofturn|]", "<|end_of_turn|>",
    ]

    private static func definition(_ tokens: [String], _ kind: TokenizerDefinition.TokenKind) -> TokenizerDefinition {
        var definition = SmallVocabularies.bytePair(merges: [])
        definition.tokens += tokens.map { Array($0.utf8) }
        definition.kinds += tokens.map { _ in kind }
        return definition
    }

    @Test(arguments: texts, [TokenizerDefinition.TokenKind.control, .userDefined, .normal])
    func aKnownTextEndsWhateverItsKind(text: String, kind: TokenizerDefinition.TokenKind) throws {
        let tokenizer = try Tokenizer(Self.definition(["<|im_start|>", text, "<|fim_pad|>"], kind))
        #expect(tokenizer.endTokens == [257])
        #expect(tokenizer.kind(of: 257) == .control)
        #expect(tokenizer.encode("a" + text, special: true) == [0x61, 257])
        #expect(!tokenizer.encode("a" + text, special: false).contains(257))
        #expect(tokenizer.decode([0x61, 257]) == [0x61])
        #expect(tokenizer.decode([257], special: true) == Array(text.utf8))
    }

    @Test(arguments: texts)
    func aFileWithoutKindsHasThemToo(text: String) throws {
        var definition = Self.definition([text], .normal)
        definition.kinds = []
        #expect(try Tokenizer(definition).endTokens == [256])
        var other = SmallVocabularies.sentencePiece([("▁", -1), (text, -2)])
        #expect(try Tokenizer(other).endTokens == [258])
        other.kinds = []
        #expect(try Tokenizer(other).endTokens == [258])
    }

    @Test func anUnusedIdWithSuchATextEndsToo() throws {
        let tokenizer = try Tokenizer(Self.definition(["<|eot_id|>", "<|eot_id|>"], .unused))
        #expect(tokenizer.endTokens == [256, 257])
        #expect(tokenizer.kind(of: 256) == .unused)
    }

    @Test func tokensNamedByTheFileEndWhateverTheirText() throws {
        var definition = Self.definition(["<stop>", "<over>", "<out>"], .normal)
        definition.endToken = 256
        definition.extraEndTokens = [257, 97]
        #expect(try Tokenizer(definition).endTokens == [97, 256, 257])
    }

    @Test(arguments: ["<|im_start|>", "<|im_end|", "im_end", "<|fim_pad|>", "<|endofprompt|>", "<s>", "</S>", "<|END|>"])
    func otherTextsDoNotEnd(text: String) throws {
        #expect(try Tokenizer(Self.definition([text], .control)).endTokens.isEmpty)
    }

    /// Vocabularies of Gemma have the tags of HTML as tokens, Qwen's an ordinary word `</s>`.
    @Test func theEndOfStruckTextIsText() throws {
        let gemma = Self.definition(["<s>", "</s>", "</b>", "</code>"], .userDefined)
        let tokenizer = try Tokenizer(gemma)
        #expect(tokenizer.endTokens.isEmpty)
        #expect(tokenizer.encode("</s>", special: false) == [257])
        var named = gemma
        named.endToken = 257
        #expect(try Tokenizer(named).endTokens == [257])
        var control = gemma
        control.kinds[257] = .control
        #expect(try Tokenizer(control).endTokens == [257])

        let qwen = SmallVocabularies.bytePair(
            merges: [("<", "/"), ("</", "s"), ("</s", ">")], preTokenizer: "default", control: ["<|im_end|>"])
        #expect(try Tokenizer(qwen).endTokens == [259])
        #expect(try Tokenizer(qwen).kind(of: 258) == .normal)
    }

    /// In the harmony format `<|end|>` ends a message, and the turn goes on.
    @Test func aMessageWithinATurnDoesNotEndIt() throws {
        let harmony = try Tokenizer(Self.definition(["<|end|>", "<|return|>", "<|call|>"], .control))
        #expect(harmony.endTokens == [257, 258])
        let phi = try Tokenizer(Self.definition(["<|end|>", "<|endoftext|>"], .userDefined))
        #expect(phi.endTokens == [256, 257])
    }
}
