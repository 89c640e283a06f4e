import Tokenizers

/// Vocabularies for scripted models: every byte is a token of the same number, one pair of letters is a token too, and
/// there is an end token. Two with different pairs are different vocabularies.
public enum ByteVocabulary {
    /// After the bytes and the pair.
    static let endToken: Int32 = 257

    /// - Parameter pair: two letters.
    public static func tokenizer(pair: String) throws(TokenizerError) -> Tokenizer {
        // GPT-2's printable alphabet: bytes that print stand for themselves, the others are moved up from U+0100.
        var tokens: [[UInt8]] = []
        var next: UInt32 = 0x100
        for byte in UInt8.min...UInt8.max {
            if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE {
                tokens.append(Array(String(Character(Unicode.Scalar(byte))).utf8))
            } else {
                tokens.append(Array(String(Character(Unicode.Scalar(next)!)).utf8))
                next += 1
            }
        }
        tokens.append(Array(pair.utf8))
        tokens.append(Array("<|im_end|>".utf8))
        var kinds = [TokenizerDefinition.TokenKind](repeating: .normal, count: tokens.count)
        kinds[Int(endToken)] = .control
        let letters = pair.map(String.init)
        return try Tokenizer(
            TokenizerDefinition(
                model: .bytePair, preTokenizer: "qwen2", tokens: tokens, kinds: kinds,
                merges: [Array("\(letters[0]) \(letters[1])".utf8)], endToken: endToken))
    }
}
