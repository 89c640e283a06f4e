/// What a tokenizer is made of, as read from a model file.
///
/// The strings are UTF-8 exactly as they stand in the file: in the printable alphabet of byte-level BPE
/// (`Ġ` for a space) or with `▁` for a space in SentencePiece vocabularies. Nothing here has been checked;
/// `Tokenizer.init` checks it.
public struct TokenizerDefinition: Sendable {
    /// The algorithm, by its name in `tokenizer.ggml.model`.
    public enum Model: String, Sendable, CaseIterable {
        /// Byte-level BPE: ranked merges over bytes, after a pre-tokenizer has cut the text.
        case bytePair = "gpt2"
        /// SentencePiece-style BPE: best score first over characters, bytes where a character is missing.
        case sentencePiece = "llama"
    }

    /// The kind of a token, by its number in `tokenizer.ggml.token_type`.
    public enum TokenKind: Int32, Sendable, CaseIterable {
        /// Ordinary text.
        case normal = 1
        /// Stands for what the vocabulary lacks.
        case unknown = 2
        /// Steers the model and writes nothing.
        case control = 3
        /// Text added by hand: found before anything else, in every text.
        case userDefined = 4
        /// A place holder.
        case unused = 5
        /// One byte, written `<0xNN>` with two hexadecimal digits. Without a kind, a token of that text is one too in
        /// SentencePiece vocabularies.
        case byte = 6
    }

    /// The algorithm.
    public var model: Model
    /// `tokenizer.ggml.pre`: which rules cut the text before merging. Only byte-level BPE has them.
    public var preTokenizer: String
    /// UTF-8 of each token, by id.
    public var tokens: [[UInt8]]
    /// Score of each token, by id: SentencePiece only, the highest merges first. Empty for byte-level BPE.
    public var scores: [Float]
    /// Kind of each token, by id. Empty: all normal.
    public var kinds: [TokenKind]
    /// `left right`, the first merges first. Empty for SentencePiece.
    public var merges: [[UInt8]]
    /// Stands before a text (BOS).
    public var beginToken: Int32?
    /// Ends a text or a turn (EOS).
    public var endToken: Int32?
    /// Stands for what cannot be written otherwise.
    public var unknownToken: Int32?
    /// Fills a batch.
    public var padToken: Int32?
    /// Further ends: end of turn, end of message.
    public var extraEndTokens: [Int32]
    /// Whether `encodeWithBegin` puts the begin token first. `addsBeginTokenByDefault` says what a silent file means.
    public var addsBeginToken: Bool
    /// Whether a space is put before a text (SentencePiece: `tokenizer.ggml.add_space_prefix`, true in a silent file).
    public var addsSpacePrefix: Bool
    /// The text of the chat template in the file. It is recognised, never executed.
    public var chatTemplate: String?

    /// A definition from its parts; only `model`, `preTokenizer` and `tokens` are always needed.
    public init(
        model: Model, preTokenizer: String, tokens: [[UInt8]], scores: [Float] = [], kinds: [TokenKind] = [],
        merges: [[UInt8]] = [], beginToken: Int32? = nil, endToken: Int32? = nil, unknownToken: Int32? = nil,
        padToken: Int32? = nil, extraEndTokens: [Int32] = [], addsBeginToken: Bool = false,
        addsSpacePrefix: Bool = false, chatTemplate: String? = nil
    ) {
        self.model = model
        self.preTokenizer = preTokenizer
        self.tokens = tokens
        self.scores = scores
        self.kinds = kinds
        self.merges = merges
        self.beginToken = beginToken
        self.endToken = endToken
        self.unknownToken = unknownToken
        self.padToken = padToken
        self.extraEndTokens = extraEndTokens
        self.addsBeginToken = addsBeginToken
        self.addsSpacePrefix = addsSpacePrefix
        self.chatTemplate = chatTemplate
    }

    /// What a file without `tokenizer.ggml.add_bos_token` means: SentencePiece and Llama 3 begin every text with
    /// the begin token, other byte-level vocabularies do not.
    public static func addsBeginTokenByDefault(model: Model, preTokenizer: String) -> Bool {
        switch model {
        case .sentencePiece: true
        case .bytePair: PreTokenizerFamily(name: preTokenizer) == .llama3
        }
    }
}
