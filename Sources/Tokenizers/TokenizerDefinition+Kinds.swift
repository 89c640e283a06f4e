/// The kinds of tokens as they count, which files do not always tell.
extension TokenizerDefinition {
    /// The kind that the file gives; `normal` where it gives none. `id` is in the vocabulary.
    func kind(of id: Int) -> TokenKind { kinds.isEmpty ? .normal : kinds[id] }

    /// The kind of each token. End tokens that are known by their text steer the model, whatever the file says, and
    /// so count as control tokens: a prompt finds them where special tokens are asked for, and only there. In
    /// SentencePiece vocabularies a normal token that is written as a byte is that byte.
    var effectiveKinds: [TokenKind] {
        var kinds = kinds.isEmpty ? Array(repeating: TokenKind.normal, count: tokens.count) : kinds
        for id in EndTokens.idsByText(self) where kinds[id] == .normal || kinds[id] == .userDefined {
            kinds[id] = .control
        }
        guard model == .sentencePiece else { return kinds }
        for id in tokens.indices where kinds[id] == .normal && Self.byte(writtenAs: tokens[id]) != nil {
            kinds[id] = .byte
        }
        return kinds
    }

    /// The byte of `<0xNN>`, with exactly two hexadecimal digits.
    static func byte(writtenAs token: [UInt8]) -> UInt8? {
        guard token.count == 6, token.starts(with: Array("<0x".utf8)), token[5] == UInt8(ascii: ">"),
            let high = digit(token[3]), let low = digit(token[4])
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
