import Testing
@testable import Tokenizers

@Suite struct SpecialTokenTests {
    private let definition = SmallVocabularies.bytePair(
        merges: [("a", "b")], control: ["<|end|>", "<|e"], userDefined: ["<tool>", "\n\n", "\n\n\n"])

    @Test func controlTokensAreTextUnlessAskedFor() throws {
        let tokenizer = try Tokenizer(definition)
        let end = Int32(definition.tokens.firstIndex(of: Array("<|end|>".utf8))!)
        let parsed = tokenizer.encode("ab<|end|>ab", special: true)
        #expect(parsed == [256, end, 256])
        #expect(tokenizer.encode("ab<|end|>ab", special: false).count == 9)
        #expect(tokenizer.decode(parsed) == Array("abab".utf8))
        #expect(tokenizer.decode(parsed, special: true) == Array("ab<|end|>ab".utf8))
    }

    @Test func userDefinedTokensAreFoundInEveryText() throws {
        let tokenizer = try Tokenizer(definition)
        let tool = Int32(definition.tokens.firstIndex(of: Array("<tool>".utf8))!)
        #expect(tokenizer.encode("ab<tool>ab", special: false) == [256, tool, 256])
        #expect(tokenizer.encode("ab<tool>ab", special: true) == [256, tool, 256])
        #expect(tokenizer.decode([256, tool]) == Array("ab<tool>".utf8))
    }

    @Test func theLongerTokenGoesFirstAnywhere() {
        let trie = SpecialTokenTrie([(Array("ab".utf8), 0), (Array("bcd".utf8), 1), (Array("\n\n".utf8), 2)])
        func tokens(_ text: String) -> [Int32] {
            SpecialTokenSearch.places(of: trie, in: Array(text.utf8)).map(\.match.token)
        }
        #expect(tokens("abcd") == [1])
        #expect(tokens("abc") == [0])
        #expect(tokens("ababcdab") == [0, 1, 0])
        #expect(tokens("\n\n\n\n\n") == [2, 2])
    }

    /// The places against the plainest search: each token in turn, the longest first, in what is left over.
    @Test func placesAreThoseOfTheTwin() {
        var generator = SeededGenerator(seed: 5)
        for round in 0..<400 {
            var texts: Set<String> = []
            for _ in 0..<(1 + round % 9) {
                texts.insert(
                    SmallVocabularies.randomText("abc", Int.random(in: 1...5, using: &generator), using: &generator))
            }
            let tokens = texts.sorted { ($1.count, $0) < ($0.count, $1) }.map { Array($0.utf8) }
            let trie = SpecialTokenTrie(tokens.enumerated().map { ($1, Int32($0)) })
            let text = Array(SmallVocabularies.randomText("abcd", 30, using: &generator).utf8)
            let places = SpecialTokenSearch.places(of: trie, in: text)
            for place in places {
                #expect(Array(text[place.start..<place.end]) == tokens[Int(place.match.token)])
            }
            #expect(places.map { $0.start..<$0.end } == Self.twin(tokens, text))
        }
    }

    /// Tokens of one length go together: between them, the first from the left.
    private static func twin(_ tokens: [[UInt8]], _ text: [UInt8]) -> [Range<Int>] {
        var taken = [Bool](repeating: false, count: text.count)
        var ranges: [Range<Int>] = []
        for length in Set(tokens.map(\.count)).sorted(by: >) {
            for start in text.indices where start + length <= text.count {
                let range = start..<start + length
                guard tokens.contains(Array(text[range])), !range.contains(where: { taken[$0] }) else { continue }
                for position in range { taken[position] = true }
                ranges.append(range)
            }
        }
        return ranges.sorted { $0.lowerBound < $1.lowerBound }
    }
}
