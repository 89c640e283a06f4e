import Tokenizers

/// A vocabulary in which every byte is a token and "ab" is one too, with an end token.
func byteTokenizer() throws -> Tokenizer {
    // GPT-2's printable alphabet: bytes that print stand for themselves, the others are moved up from U+0100.
    var printable: [UInt8: Unicode.Scalar] = [:]
    var next: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
        if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE {
            printable[byte] = Unicode.Scalar(byte)
        } else {
            printable[byte] = Unicode.Scalar(next)
            next += 1
        }
    }
    var tokens = (UInt8.min...UInt8.max).map { Array(String(Character(printable[$0]!)).utf8) }
    tokens.append(Array("ab".utf8))
    tokens.append(Array("<|im_end|>".utf8))
    var kinds = [TokenizerDefinition.TokenKind](repeating: .normal, count: tokens.count)
    kinds[257] = .control
    return try Tokenizer(
        TokenizerDefinition(
            model: .bytePair, preTokenizer: "qwen2", tokens: tokens, kinds: kinds, merges: [Array("a b".utf8)],
            endToken: 257))
}
