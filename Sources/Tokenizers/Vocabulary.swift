/// The checked strings of a vocabulary.
struct Vocabulary: Sendable {
    /// What each token is in the text that is encoded: bytes for byte-level BPE (nothing for a token outside of the
    /// byte alphabet), the file's own text for SentencePiece.
    let strings: ByteStrings
    /// Finds `strings`, those that texts may hold.
    let index: ByteStringIndex
    /// What each token writes.
    let surfaces: ByteStrings
    let kinds: [TokenizerDefinition.TokenKind]
    /// The token of each byte that has one of kind `byte`.
    let byteTokens: [Int32?]

    init(_ definition: TokenizerDefinition) throws(TokenizerError) {
        try Self.checkSizes(definition)
        let tokens = definition.tokens
        kinds = definition.effectiveKinds
        let byteCount = tokens.reduce(0) { $0 + $1.count }
        guard byteCount <= TokenizerLimits.vocabularyBytes else {
            throw .vocabularyTooLong(byteCount: byteCount, limit: TokenizerLimits.vocabularyBytes)
        }
        var strings = ByteStrings(count: tokens.count, byteCount: byteCount)
        var surfaces = ByteStrings(count: tokens.count, byteCount: byteCount)
        var index = ByteStringIndex(count: tokens.count)
        var outside: [[UInt8]: Int] = [:]
        var byteTokens = [Int32?](repeating: nil, count: 256)
        for id in tokens.indices {
            let token = tokens[id]
            try Self.check(token, id, kinds[id])
            let bytes = Self.string(of: token, definition.model)
            strings.append(bytes)
            if bytes.isEmpty, kinds[id] == .unused { surfaces.append(token); continue }
            if bytes.isEmpty || !Self.isFoundByText(kinds[id], definition.model) {
                let earlier = outside.updateValue(id, forKey: token)
                    ?? index.find(token, 0, token.count, in: strings).map { Int($0) }
                if let earlier { throw .tokenDuplicate(id: id, earlier: earlier) }
            } else {
                if !outside.isEmpty, kinds[id] != .unused, let earlier = outside[token] {
                    throw .tokenDuplicate(id: id, earlier: earlier)
                }
                try Self.enter(id, into: &index, of: strings, kinds)
            }
            if kinds[id] == .byte {
                guard let byte = TokenizerDefinition.byte(writtenAs: token) else { throw .byteTokenMalformed(id: id) }
                byteTokens[Int(byte)] = byteTokens[Int(byte)] ?? Int32(id)
                surfaces.append([byte])
            } else {
                surfaces.append(Self.surface(of: token, bytes: bytes, kinds[id], definition.model))
            }
        }
        self.strings = strings
        self.index = index
        self.surfaces = surfaces
        self.byteTokens = byteTokens
    }

    private static func checkSizes(_ definition: TokenizerDefinition) throws(TokenizerError) {
        let count = definition.tokens.count
        if count == 0 { throw .vocabularyEmpty }
        if count > TokenizerLimits.vocabularyTokens {
            throw .vocabularyTooLarge(count: count, limit: TokenizerLimits.vocabularyTokens)
        }
        if !definition.kinds.isEmpty, definition.kinds.count != count {
            throw .kindCountMismatch(kinds: definition.kinds.count, tokens: count)
        }
        if definition.model == .sentencePiece {
            if definition.scores.count != count {
                throw .scoreCountMismatch(scores: definition.scores.count, tokens: count)
            }
            if let id = definition.scores.firstIndex(where: { !$0.isFinite }) { throw .scoreNotFinite(id: id) }
        }
        if definition.merges.count > TokenizerLimits.vocabularyMerges {
            throw .mergesTooMany(count: definition.merges.count, limit: TokenizerLimits.vocabularyMerges)
        }
        var named = [
            ("bos_token_id", definition.beginToken), ("eos_token_id", definition.endToken),
            ("unknown_token_id", definition.unknownToken), ("padding_token_id", definition.padToken),
        ]
        named += definition.extraEndTokens.map { ("eot_token_id", $0) }
        for (name, id) in named {
            if let id, id < 0 || id >= count {
                throw .namedTokenOutOfRange(name: name, id: id, vocabularySize: count)
            }
        }
    }

    private static func check(
        _ token: [UInt8], _ id: Int, _ kind: TokenizerDefinition.TokenKind
    ) throws(TokenizerError) {
        if token.isEmpty, kind != .unused { throw .tokenEmpty(id: id) }
        let isSpecial = kind == .control || kind == .unknown || kind == .userDefined
        let limit = isSpecial ? TokenizerLimits.specialTokenBytes : TokenizerLimits.tokenBytes
        if token.count > limit { throw .tokenTooLong(id: id, byteCount: token.count, limit: limit) }
        if let offset = ScalarDecoder.firstInvalidOffset(token) { throw .tokenNotUTF8(id: id, offset: offset) }
    }

    /// Whether merges may lead to a token of this kind. SentencePiece keeps control tokens and bytes apart, so that no
    /// text is one of them by what is written in it.
    private static func isFoundByText(
        _ kind: TokenizerDefinition.TokenKind, _ model: TokenizerDefinition.Model
    ) -> Bool {
        switch kind {
        case .normal, .userDefined, .unused: true
        case .control, .unknown, .byte: model == .bytePair
        }
    }

    /// Unused ids may repeat a text; the others may not, or the text would have two ids.
    private static func enter(
        _ id: Int, into index: inout ByteStringIndex, of strings: ByteStrings, _ kinds: [TokenizerDefinition.TokenKind]
    ) throws(TokenizerError) {
        switch index.insert(id, of: strings) {
        case .inserted: return
        case .crowded: throw .tableCrowded(key: "tokenizer.ggml.tokens")
        case .exists(let earlier):
            guard kinds[id] == .unused else { throw .tokenDuplicate(id: id, earlier: earlier) }
        }
    }

    private static func string(of token: [UInt8], _ model: TokenizerDefinition.Model) -> [UInt8] {
        switch model {
        case .sentencePiece:
            return token
        case .bytePair:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(token.count)
            return ByteAlphabet.decode(token, 0, token.count, into: &bytes) ? bytes : []
        }
    }

    private static func surface(
        of token: [UInt8], bytes: [UInt8], _ kind: TokenizerDefinition.TokenKind, _ model: TokenizerDefinition.Model
    ) -> [UInt8] {
        guard kind == .normal else { return token }
        switch model {
        case .bytePair: return bytes.isEmpty ? token : bytes
        case .sentencePiece: return unescapingSpaces(token)
        }
    }

    /// `token` with a space for each `▁`.
    private static func unescapingSpaces(_ token: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position < token.count {
            if SentencePieceModel.isSpace(token, position, token.count) {
                result.append(UInt8(ascii: " "))
                position += SentencePieceModel.space.count
            } else {
                result.append(token[position])
                position += 1
            }
        }
        return result
    }
}
