@testable import Tokenizers

/// Vocabularies small enough to write down, or to make at random.
enum SmallVocabularies {
    /// Bytes in the printable alphabet of byte-level vocabularies.
    static func printable(_ bytes: [UInt8]) -> [UInt8] {
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(ByteAlphabet.scalars[Int(byte)])!) }
        return Array(text.utf8)
    }

    /// All bytes, the given merges in their order, then the special tokens.
    static func bytePair(
        merges: [(String, String)], preTokenizer: String = "qwen2", control: [String] = [], userDefined: [String] = []
    ) -> TokenizerDefinition {
        var tokens = (0..<256).map { printable([UInt8($0)]) }
        for (left, right) in merges {
            let product = printable(Array((left + right).utf8))
            if !tokens.contains(product) { tokens.append(product) }
        }
        var kinds = [TokenizerDefinition.TokenKind](repeating: .normal, count: tokens.count)
        tokens += control.map { Array($0.utf8) } + userDefined.map { Array($0.utf8) }
        kinds += control.map { _ in .control } + userDefined.map { _ in .userDefined }
        return TokenizerDefinition(
            model: .bytePair, preTokenizer: preTokenizer, tokens: tokens, kinds: kinds,
            merges: merges.map(line))
    }

    private static func line(_ left: String, _ right: String) -> [UInt8] {
        var line = printable(Array(left.utf8))
        line.append(UInt8(ascii: " "))
        line += printable(Array(right.utf8))
        return line
    }

    /// Byte tokens, then the given texts with scores, then the special tokens.
    static func sentencePiece(
        _ texts: [(String, Float)], control: [String] = [], userDefined: [String] = [], addsSpacePrefix: Bool = false
    ) -> TokenizerDefinition {
        let digits = Array("0123456789ABCDEF")
        var tokens = ["<unk>"] + (0..<256).map { "<0x\(digits[$0 / 16])\(digits[$0 % 16])>" }
        var kinds: [TokenizerDefinition.TokenKind] = [.unknown] + Array(repeating: .byte, count: 256)
        var scores = [Float](repeating: 0, count: 257)
        tokens += texts.map(\.0) + control + userDefined
        scores += texts.map(\.1) + (control + userDefined).map { _ in -1_000 }
        kinds += texts.map { _ in .normal } + control.map { _ in .control } + userDefined.map { _ in .userDefined }
        return TokenizerDefinition(
            model: .sentencePiece, preTokenizer: "default", tokens: tokens.map { Array($0.utf8) }, scores: scores,
            kinds: kinds, unknownToken: 0, addsSpacePrefix: addsSpacePrefix)
    }

    /// Merges over the letters of `alphabet`, each of parts that exist by then; with `shuffled`, in an order that no
    /// training gives.
    static func randomMerges(
        alphabet: String, count: Int, shuffled: Bool, using generator: inout SeededGenerator
    ) -> [(String, String)] {
        var parts = alphabet.map { String($0) }
        var merges: [(String, String)] = []
        for _ in 0..<count {
            let left = parts.randomElement(using: &generator)!
            let right = parts.randomElement(using: &generator)!
            guard left.count + right.count <= 12, !merges.contains(where: { $0 == (left, right) }) else { continue }
            merges.append((left, right))
            if !parts.contains(left + right) { parts.append(left + right) }
        }
        return shuffled ? merges.shuffled(using: &generator) : merges
    }

    static func randomText(_ alphabet: String, _ count: Int, using generator: inout SeededGenerator) -> String {
        String((0..<count).map { _ in alphabet.randomElement(using: &generator)! })
    }
}
