/// FNV-1a over everything that decides which ids a text gets (Fowler, Noll, Vo; 64 bits).
///
/// It tells honest vocabularies apart; it is no protection against one made to collide.
struct VocabularyDigest {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The digest of a definition, as 16 hexadecimal digits. Every list carries its length, so that no two
    /// definitions give the same bytes; scores count for SentencePiece only, which alone asks for them.
    static func hex(of definition: TokenizerDefinition) -> String {
        var digest = VocabularyDigest()
        digest.add(Array(definition.model.rawValue.utf8))
        switch definition.model {
        case .bytePair:
            digest.add(Array(definition.preTokenizer.utf8))
            digest.add(definition.merges)
        case .sentencePiece:
            digest.add(number: definition.addsSpacePrefix ? 1 : 0)
            for score in definition.scores { digest.add(number: UInt64(score.bitPattern)) }
        }
        digest.add(definition.tokens)
        for id in definition.tokens.indices {
            let kind = definition.kinds.isEmpty ? .normal : definition.kinds[id]
            digest.add(byte: UInt8(truncatingIfNeeded: kind.rawValue))
        }
        let digits = String(digest.state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private mutating func add(_ strings: [[UInt8]]) {
        add(number: UInt64(strings.count))
        for string in strings { add(string) }
    }

    private mutating func add(_ bytes: [UInt8]) {
        add(number: UInt64(bytes.count))
        var index = 0
        while index < bytes.count {
            add(byte: bytes[index])
            index += 1
        }
    }

    private mutating func add(number: UInt64) {
        var shift: UInt64 = 0
        while shift < 64 {
            add(byte: UInt8(truncatingIfNeeded: number >> shift))
            shift += 8
        }
    }

    @inline(__always)
    private mutating func add(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
