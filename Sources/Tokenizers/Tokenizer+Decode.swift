/// From ids to bytes.
extension Tokenizer {
    /// What a token writes: bytes, maybe only a part of a character.
    ///
    /// Control and unknown tokens write nothing unless `special` is true, which renders them as they are written in
    /// prompts. Unused ids and ids outside of the vocabulary write nothing.
    public func bytes(of token: Int32, special: Bool = false) -> [UInt8] { Array(slice(of: token, special: special)) }

    /// What a token writes, as `bytes(of:special:)` says, in the memory of the vocabulary.
    public func slice(of token: Int32, special: Bool = false) -> ArraySlice<UInt8> {
        guard let kind = kind(of: token) else { return [] }
        switch kind {
        case .normal, .userDefined, .byte: return tables.vocabulary.surfaces[Int(token)]
        case .control, .unknown: return special ? tables.vocabulary.surfaces[Int(token)] : []
        case .unused: return []
        }
    }

    /// What the tokens write together. Takes back the space that encoding has put before a text.
    public func decode(_ tokens: [Int32], special: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        var followsSpecial = true
        for token in tokens {
            var piece = slice(of: token, special: special)
            let isSpecial = kind(of: token).map { $0 != .normal && $0 != .byte } ?? false
            if tables.addsSpacePrefix, followsSpecial, !isSpecial, piece.first == UInt8(ascii: " ") {
                piece = piece.dropFirst()
            }
            output.append(contentsOf: piece)
            followsSpecial = isSpecial
        }
        return output
    }
}
