/// Text to token ids and back, for one vocabulary. A value that is cheap to copy: copies share the tables.
public struct Tokenizer: Sendable {
    let tables: TokenizerTables

    /// Checks a definition and builds the tables; takes some tenths of a second for large vocabularies.
    public init(_ definition: TokenizerDefinition) throws(TokenizerError) {
        tables = try TokenizerTables(definition)
    }

    /// Number of tokens; ids are below it.
    public var vocabularySize: Int { tables.vocabulary.kinds.count }

    /// 64-bit digest, as 16 hexadecimal digits, of what decides the ids of a text: equal digests, same ids.
    public var vocabularyDigest: String { tables.digest }

    /// Stands before a text (BOS), if the vocabulary has such a token.
    public var beginToken: Int32? { tables.beginToken }

    /// The file's own end of text or turn (EOS).
    public var endToken: Int32? { tables.endToken }

    /// Fills a batch, if the vocabulary has such a token.
    public var padToken: Int32? { tables.padToken }

    /// Stands for what cannot be written, if the vocabulary has such a token.
    public var unknownToken: Int32? { tables.unknownToken }

    /// All tokens that end a text or a turn: those the file names, and control tokens known by their text, since
    /// chat models end with either and files name only one.
    public var endTokens: Set<Int32> { tables.endTokens }

    /// Whether `encodeWithBegin` puts the begin token first.
    public var addsBeginToken: Bool { tables.addsBeginToken }

    /// The chat template's text in the model file, for `ChatTemplate.recognise`.
    public var chatTemplateText: String? { tables.chatTemplateText }

    /// The kind of a token; nil outside of the vocabulary.
    public func kind(of token: Int32) -> TokenizerDefinition.TokenKind? {
        tables.vocabulary.kinds.indices.contains(Int(token)) ? tables.vocabulary.kinds[Int(token)] : nil
    }

    /// The ids of a text. Total: any bytes have ids, also such as are not UTF-8. Never adds a begin token.
    ///
    /// `decode` gives back the same bytes, except those for which the vocabulary has neither a token nor an unknown
    /// token; some byte-level vocabularies lack control characters, and those are left out.
    /// - Parameter special: true finds all special tokens in the text (control, unknown, user-defined); false
    ///   reads control tokens as the plain text they are written with. User-defined tokens are found in either case.
    public func encode(_ bytes: [UInt8], special: Bool) -> [Int32] { tables.encode(bytes, special: special) }

    /// The ids of a text; see `encode(_:special:)` for bytes.
    public func encode(_ text: String, special: Bool) -> [Int32] { encode(Array(text.utf8), special: special) }

    /// The ids of a text with the begin token in front, if the file asks for it. A text that already begins with it
    /// (some chat templates write it) gets no second one.
    public func encodeWithBegin(_ bytes: [UInt8], special: Bool) -> [Int32] {
        let ids = encode(bytes, special: special)
        guard addsBeginToken, let beginToken, ids.first != beginToken else { return ids }
        return [beginToken] + ids
    }

    /// The ids of a text with the begin token in front, if the file asks for it.
    public func encodeWithBegin(_ text: String, special: Bool) -> [Int32] {
        encodeWithBegin(Array(text.utf8), special: special)
    }
}
