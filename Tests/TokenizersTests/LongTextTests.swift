import Testing
@testable import Tokenizers

/// Texts that make a careless tokenizer quadratic (RELIABILITY G5, X2): each is done in a moment, whatever the length.
///
/// 32 KiB by default; 16 MiB with A1_HEAVY_TESTS, where a quadratic step would take hours. The same with the
/// vocabularies people have, and 64 MiB: docs/measurements/tokenizers.md.
@Suite(.serialized, .timeLimit(.minutes(20))) struct LongTextTests {
    private static let byteCount = ReferenceFiles.areHeavyTestsAsked ? 16 << 20 : 32 << 10

    private static func repeated(_ text: String) -> [UInt8] {
        let unit = Array(text.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount + unit.count)
        while bytes.count < byteCount { bytes += unit }
        return bytes
    }

    /// Letters drawn from `alphabet`.
    private static func mixed(_ alphabet: String) -> [UInt8] {
        var generator = SeededGenerator(seed: 30)
        let letters = alphabet.map { Array(String($0).utf8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount + 4)
        while bytes.count < byteCount { bytes += letters[Int(generator.next() % UInt64(letters.count))] }
        return bytes
    }

    private static let texts: [(name: String, bytes: [UInt8])] = [
        ("one letter", repeated("a")), ("two letters", mixed("ab")), ("spaces", repeated(" ")),
        ("line breaks", repeated("\n")), ("digits", repeated("1")), ("signs", repeated("'")),
        ("ideographs", repeated("你")), ("half a character", [UInt8](repeating: 0xE4, count: byteCount)),
        ("spaces and line breaks", mixed("   \t\n\r")),
        ("spaces before a letter", repeated(String(repeating: " ", count: 999) + "a")),
        ("beginnings of special tokens", repeated("<|")), ("overlapping special tokens", repeated("xy")),
        ("repeated special tokens", repeated("<|x|>")), ("special tokens of one letter", repeated("z")),
    ]

    private static let control = ["<|x|>", "<|<|<|<|y", "xy", "yxy", "yxyxyxyx!"]
        + (2...40).map { String(repeating: "z", count: $0) } + [String(repeating: "z", count: 255) + "!"]

    private static let bytePairMerges: [(String, String)] = {
        var merges = [("a", "b"), ("b", "a"), ("ab", "a")]
        for letter in ["a", " ", "\n", "1", "'"] {
            for power in 0..<6 {
                let part = String(repeating: letter, count: 1 << power)
                merges.append((part, part))
            }
        }
        return merges
    }()

    private static let definitions: [(name: String, definition: TokenizerDefinition)] = {
        let families = PreTokenizerFamily.allCases.map { family in
            let definition = SmallVocabularies.bytePair(
                merges: bytePairMerges, preTokenizer: family.names[0], control: control)
            return ("\(family)", definition)
        }
        let runs = ["a", "▁", "1", "'", "\n"].flatMap { letter in
            (0...6).map { (String(repeating: letter, count: 1 << $0), Float($0 - 9)) }
        }
        let texts = runs + [("b", -9), ("ab", -2), ("ba", -3), ("aba", -1), ("▁a", -4)]
        return families + [
            ("sentencePiece", SmallVocabularies.sentencePiece(texts, control: control)),
            ("sentencePiece with a space in front", SmallVocabularies.sentencePiece(
                texts, control: control, addsSpacePrefix: true)),
        ]
    }()

    @Test(arguments: definitions.indices)
    func everyTextIsDoneAndComesBack(index: Int) throws {
        let tokenizer = try Tokenizer(Self.definitions[index].definition)
        for (name, bytes) in Self.texts {
            let ids = tokenizer.encode(bytes, special: true)
            #expect(tokenizer.decode(ids, special: true) == bytes, "\(Self.definitions[index].name): \(name)")
        }
    }

    /// A million tokens that are looked for in every text, and texts full of their beginnings.
    @Test(.enabled(if: ReferenceFiles.areHeavyTestsAsked, "takes seconds: set A1_HEAVY_TESTS"))
    func aMillionUserDefinedTokens() throws { try manyUserDefinedTokens(1_000_000) }

    @Test func twentyThousandUserDefinedTokens() throws { try manyUserDefinedTokens(20_000) }

    private func manyUserDefinedTokens(_ count: Int) throws {
        let names = (0..<count).map { "<unused\($0)>" }
        let tokenizer = try Tokenizer(SmallVocabularies.bytePair(merges: [("a", "b")], userDefined: names))
        let first = tokenizer.vocabularySize - count
        #expect(tokenizer.encode("ab<unused7>ab<unused\(count - 1)>", special: false) == [
            256, Int32(first + 7), 256, Int32(first + count - 1),
        ])
        let text = Self.repeated("<unused1<unused12")
        #expect(tokenizer.decode(tokenizer.encode(text, special: false)) == text)
    }
}
