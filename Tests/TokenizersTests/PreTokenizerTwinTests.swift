import Testing
@testable import Tokenizers

/// The scanners against the standard library's regular expressions, on random texts of awkward characters.
@Suite struct PreTokenizerTwinTests {
    static let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    static let contractions = "'[sS\u{17F}]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"
    static func llama3(_ digits: String) -> String {
        contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}\#(digits)| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
    static let deepSeekV3 = #"[!-\/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"#
        + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    static let patterns: [(family: PreTokenizerFamily, patterns: [String])] = [
        (.gpt2, [gpt2]),
        (.smolLM, [#"\p{N}"#, gpt2]),
        (.commandR, [#"\p{N}"#, gpt2]),
        (.qwen2, [llama3("")]),
        (.llama3, [llama3("{1,3}")]),
        (.cl100k, [llama3("{1,3}")]),
        (.deepSeekLLM, [
            #"[\r\n]"#, #"\s?"# + casedLetters + "+",
            #"\s?[!-\/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}]+"#, #"\s+\z"#,
            #"[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+"#, #"\p{N}"#,
        ]),
        (.deepSeekCoder, [
            #"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, #"[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+"#,
            #"\p{N}"#,
        ]),
        (.deepSeekV3, [#"\p{N}{1,3}"#, #"[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+"#, deepSeekV3]),
        (.unnamed, [#"[\p{P}\$\+<=>\^~\|]+"#, gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]),
    ]

    /// Those of DeepSeek's list among `characters` and `rareLetters`.
    static let casedLetters = #"[A-Za-z\u{B5}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{1BA}\u{1BC}-\u{1BF}\u{1C4}-\u{293}"#
        + #"\u{295}-\u{2AF}\u{531}-\u{556}\u{10A0}-\u{10C5}\u{1C90}-\u{1CBA}\u{FF21}-\u{FF3A}]"#
    /// Letters on both sides of the list's gaps: Armenian, Georgian, click, ordinal, full width.
    static let rareLetters: [Unicode.Scalar] = [
        "Ա", "ա", "Ⴀ", "ა", "Ა", "ƻ", "Ƽ", "ʔ", "ʕ", "ª", "Ａ", "！", "～", "‘", "。", "ア", "ࠀ",
    ]

    static let characters: [Unicode.Scalar] = [
        "a", "Z", "s", "l", "t", "ſ", "'", "'", " ", " ", " ", "\n", "\r", "\t", "1", "2", ".", "!", "=", "$", "(", "_", "é",
        "你", "か", "한", "\u{301}", "½", "²", "\u{3000}", "\u{A0}", "\u{85}", "😀", "\u{200D}", "\u{1}", "\u{FFFD}", "ǅ",
        "\u{E000}", "\u{0E40}", "٣", "”", "€", "\u{378}",
    ]

    @Test func everyFamilyHasATwin() {
        #expect(PreTokenizerFamily.allCases.allSatisfy { family in Self.patterns.contains { $0.family == family } })
    }

    @Test(arguments: patterns.indices)
    func cutsAsRegularExpressionsDo(index: Int) throws {
        let (family, patterns) = Self.patterns[index]
        let rules = try patterns.map { try Regex($0).matchingSemantics(.unicodeScalar) }
        var generator = SeededGenerator(seed: UInt64(10 + index))
        for _ in 0..<400 {
            var text = ""
            for _ in 0..<Int.random(in: 1...14, using: &generator) {
                let letters = Int.random(in: 0..<4, using: &generator) == 0 ? Self.rareLetters : Self.characters
                text.unicodeScalars.append(letters.randomElement(using: &generator)!)
            }
            var expected = [text[...]]
            for rule in rules { expected = expected.flatMap { Self.split($0, rule) } }
            let pieces = PieceList.pieces(of: Array(text.utf8), family)
            #expect(pieces == expected.map { Array($0.utf8) }, "\(family) \(text.debugDescription)")
        }
    }

    private static func split(_ piece: Substring, _ rule: Regex<AnyRegexOutput>) -> [Substring] {
        // As a text of its own, so that look-ahead ends where the piece does.
        let text = String(piece)
        var pieces: [Substring] = []
        var gap = text.startIndex
        for match in text.matches(of: rule) where !match.range.isEmpty {
            if gap < match.range.lowerBound { pieces.append(text[gap..<match.range.lowerBound]) }
            pieces.append(text[match.range])
            gap = match.range.upperBound
        }
        if gap < text.endIndex { pieces.append(text[gap...]) }
        return pieces
    }

    @Test func everyFamilyKeepsEveryByte() {
        var generator = SeededGenerator(seed: 20)
        for family in PreTokenizerFamily.allCases {
            for _ in 0..<300 {
                let text = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                let pieces = PieceList.pieces(of: text, family)
                #expect(pieces.flatMap { $0 } == text)
                #expect(!pieces.contains { $0.isEmpty })
            }
        }
    }
}
