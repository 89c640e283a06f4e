import Testing
import Tokenizers

@Suite struct StreamingDetokenizerTests {
    private func tokenizer() throws -> Tokenizer {
        try Tokenizer(SmallVocabularies.bytePair(merges: [("a", "b")], control: ["<|end|>"]))
    }

    @Test func aCharacterComesWhole() throws {
        var stream = StreamingDetokenizer(tokenizer: try tokenizer())
        let pieces = Array("é😀".utf8).map { stream.append(Int32($0)) }
        #expect(pieces == ["", "é", "", "", "", "😀"])
        #expect(stream.finish() == "")
    }

    @Test func leftoversAreReplaced() throws {
        var stream = StreamingDetokenizer(tokenizer: try tokenizer())
        #expect(stream.append(bytes: [0x61, 0xF0, 0x9F]) == "a")
        #expect(stream.finish() == "\u{FFFD}")
        #expect(stream.append(bytes: [0x61]) == "a")
    }

    @Test func controlTokensAreShownOnRequest() throws {
        let tokenizer = try tokenizer()
        let end = Int32(tokenizer.vocabularySize - 1)
        var hidden = StreamingDetokenizer(tokenizer: tokenizer)
        var shown = StreamingDetokenizer(tokenizer: tokenizer, special: true)
        #expect(hidden.append(end) == "")
        #expect(shown.append(end) == "<|end|>")
    }

    /// However the bytes are split, the pieces joined are the decoding of the whole, and no piece ends or begins in
    /// the middle of a character.
    @Test func anySplitGivesTheSameText() throws {
        var generator = SeededGenerator(seed: 8)
        let tokenizer = try tokenizer()
        let broken: [[UInt8]] = [
            [0xE0], [0xE0, 0x80], [0xED, 0xA0], [0xF0, 0x9F], [0xF4, 0x90], [0xF5], [0x80], [0xC1],
            [0xF0, 0x80, 0x80, 0x80],
        ]
        let parts = ["x", "é", "你", "😀"].map { Array($0.utf8) } + broken
        for _ in 0..<3_000 {
            let text = (0..<6).flatMap { _ in parts.randomElement(using: &generator)! }
            var stream = StreamingDetokenizer(tokenizer: tokenizer)
            var pieces: [String] = []
            var position = 0
            while position < text.count {
                let end = min(text.count, position + Int.random(in: 1...3, using: &generator))
                pieces.append(stream.append(bytes: Array(text[position..<end])))
                position = end
            }
            let whole = String(decoding: text, as: UTF8.self)
            #expect(Array((pieces.joined() + stream.finish()).utf8) == Array(whole.utf8), "\(text)")
            let isValid = String(validating: text, as: UTF8.self) != nil
            if isValid { #expect(!pieces.contains { $0.unicodeScalars.contains("\u{FFFD}") }) }
        }
    }
}
