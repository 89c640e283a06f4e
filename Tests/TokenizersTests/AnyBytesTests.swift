import Testing
import Tokenizers

/// Any bytes have ids, and the ids give the bytes back.
@Suite struct AnyBytesTests {
    private static let control = ["<|x|>"]

    private static func definitions() -> [TokenizerDefinition] {
        var generator = SeededGenerator(seed: 6)
        let families = [
            "gpt2", "smollm", "qwen2", "llama-bpe", "deepseek-llm", "deepseek-coder", "deepseek-v3", "default",
        ]
        let merges = SmallVocabularies.randomMerges(alphabet: "ab 1'", count: 60, shuffled: false, using: &generator)
        let bytePair = families.map {
            SmallVocabularies.bytePair(merges: merges, preTokenizer: $0, control: control, userDefined: ["\n\n", "  "])
        }
        let texts: [(String, Float)] = [("▁", 0), ("a", -1), ("b", -1), ("ab", -2), ("▁a", -1), ("é", -1)]
        return bytePair + [false, true].map {
            SmallVocabularies.sentencePiece(texts, control: control, userDefined: ["\n\n", "  "], addsSpacePrefix: $0)
        }
    }

    @Test func roundTripOfRandomBytes() throws {
        var generator = SeededGenerator(seed: 7)
        let whole = ["ab", " a", "<|x|>", "\n\n\n", "é你😀", "'s 12 ", "▁"].map { Array($0.utf8) }
        let broken: [[UInt8]] = [[0xE4, 0xBD], [0xF0, 0x9F], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0], [0xFF]]
        let pieces = whole + broken
        for definition in Self.definitions() {
            let tokenizer = try Tokenizer(definition)
            for round in 0..<500 {
                var text: [UInt8] = []
                for _ in 0..<Int.random(in: 0...12, using: &generator) {
                    if round % 2 == 0 {
                        text += pieces.randomElement(using: &generator)!
                    } else {
                        text.append(UInt8.random(in: 0...255, using: &generator))
                    }
                }
                for special in [false, true] {
                    let ids = tokenizer.encode(text, special: special)
                    #expect(ids.allSatisfy { $0 >= 0 && $0 < Int32(tokenizer.vocabularySize) })
                    // `▁` itself is written back as the space it stands for: SentencePiece cannot tell them apart.
                    let expected = definition.model == .sentencePiece ? Self.spaced(text) : text
                    #expect(tokenizer.decode(ids, special: true) == expected, "\(definition.preTokenizer) \(text)")
                }
            }
        }
    }

    private static func spaced(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position < text.count {
            let isMark = text[position...].starts(with: Array("▁".utf8))
            result.append(isMark ? 0x20 : text[position])
            position += isMark ? 3 : 1
        }
        return result
    }

    @Test func theSameTextHasTheSameIdsAgain() throws {
        // The second time words come from the cache; a long text and its parts must not disturb each other.
        let tokenizer = try Tokenizer(SmallVocabularies.bytePair(merges: [("a", "b"), ("ab", "a")]))
        let text = String(repeating: "aba abab ba ", count: 300)
        let first = tokenizer.encode(text, special: false)
        for _ in 0..<3 { #expect(tokenizer.encode(text, special: false) == first) }
        #expect(tokenizer.encode("aba", special: false) == Array(first.prefix(1)))
    }

    @Test func textsCanBeEncodedAtOnce() async throws {
        let tokenizer = try Tokenizer(SmallVocabularies.bytePair(merges: [("a", "b"), ("ab", "a")]))
        let text = String(repeating: "aba abab ba ", count: 50)
        let expected = tokenizer.encode(text, special: false)
        await withTaskGroup(of: [Int32].self) { group in
            for _ in 0..<16 { group.addTask { tokenizer.encode(text, special: false) } }
            for await ids in group { #expect(ids == expected) }
        }
    }

    @Test func oneLongWordOfOneLetter() throws {
        let merges = [("a", "a"), ("aa", "aa"), ("aaaa", "aaaa"), ("aaaaaaaa", "aaaaaaaa")]
        let tokenizer = try Tokenizer(SmallVocabularies.bytePair(merges: merges))
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 100_007)
        // 6,250 sixteens, a four, a two and a one.
        let ids = tokenizer.encode(text, special: false)
        #expect(ids.count == 6_250 + 3)
        #expect(Array(ids.suffix(3)) == [257, 256, Int32(UInt8(ascii: "a"))])
        #expect(tokenizer.decode(ids) == text)
    }
}
