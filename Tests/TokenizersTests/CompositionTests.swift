import Foundation
import Testing
@testable import Tokenizers

/// Texts in composed form (NFC), against Python's (`composed_texts.py`).
@Suite struct CompositionTests {
    private struct Line: Decodable {
        var text: String
        var composed: String
    }

    private static let file = ReferenceFiles.packageRoot
        .appendingPathComponent("Tests/Fixtures/composed-texts.json")
    private let composition = Composition(classes: .shared)

    private func composed(_ text: [UInt8]) -> [UInt8] { composition.composed(text, 0..<text.count) ?? text }

    @Test func textsAreComposedAsByTheOtherProgram() throws {
        let lines = try JSONDecoder().decode([Line].self, from: Data(contentsOf: Self.file))
        #expect(lines.count == 500)
        for line in lines {
            // As bytes: strings that compose to the same are equal.
            let (text, expected) = (Array(line.text.utf8), Array(line.composed.utf8))
            #expect(composed(text) == expected, "\(line.text.unicodeScalars.map { String($0.value, radix: 16) })")
            #expect(composed(expected) == expected)
        }
    }

    @Test func onlyTheRangeIsComposed() {
        let text = Array("e\u{301}e\u{301}".utf8)
        #expect(composition.composed(text, 3..<6) == Array("é".utf8))
        #expect(composition.composed(text, 1..<3) == [0xCC, 0x81])
        #expect(composition.composed(text, 0..<1) == nil)
        #expect(composition.composed(Array("é, 你好, 한국 😀".utf8), 0..<8) == nil)
    }

    /// What is not UTF-8 stays, and nothing is joined across it.
    @Test func bytesThatAreNoCharactersStay() {
        #expect(composed([0x65, 0xCC, 0x81, 0xCC]) == [0xC3, 0xA9, 0xCC])
        #expect(composed([0x65, 0xCC, 0xCC, 0x81]) == [0x65, 0xCC, 0xCC, 0x81])
        #expect(composed([0xE4, 0xBD, 0xCC, 0x81, 0x65, 0xCC, 0x81]) == [0xE4, 0xBD, 0xCC, 0x81, 0xC3, 0xA9])
        var generator = SeededGenerator(seed: 31)
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                [0x65, 0xCC, 0x81, 0xE1, 0x84, 0x92, 0x85, 0xA1, 0xF0].randomElement(using: &generator)! as UInt8
            }
            #expect(composed(composed(text)) == composed(text), "\(text)")
        }
    }

    /// Sorting marks one by one would take hours.
    @Test func manyMarksTakeLinearTime() {
        let text = Array(("a" + String(repeating: "\u{301}\u{323}\u{F73}\u{334}\u{344}", count: 200_000)).utf8)
        #expect(composed(text).starts(with: Array("ạ".utf8)))
    }

    @Test(arguments: ["qwen2", "command-r"])
    func theseVocabulariesSeeComposedText(name: String) throws {
        let definition = SmallVocabularies.bytePair(merges: [], preTokenizer: name, control: ["<|x|>"])
        let tokenizer = try Tokenizer(definition)
        #expect(tokenizer.encode("e\u{301}", special: false) == [0xC3, 0xA9])
        // Each part between special tokens by itself.
        #expect(tokenizer.encode("e<|x|>\u{301}", special: true) == [0x65, 256, 0xCC, 0x81])
        var other = definition
        other.preTokenizer = "llama-bpe"
        #expect(try Tokenizer(other).encode("e\u{301}", special: false) == [0x65, 0xCC, 0x81])
    }
}
