/// Why a vocabulary was refused. Each case names the key of the model file and the place in it.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There are no tokens.
    case vocabularyEmpty
    /// More tokens than `limit`.
    case vocabularyTooLarge(count: Int, limit: Int)
    /// All tokens together have more bytes than `limit`.
    case vocabularyTooLong(byteCount: Int, limit: Int)
    /// A token of no bytes: its id is a gap.
    case tokenEmpty(id: Int)
    /// A token of more bytes than `limit`.
    case tokenTooLong(id: Int, byteCount: Int, limit: Int)
    /// A token that is not UTF-8, first at byte `offset` of it.
    case tokenNotUTF8(id: Int, offset: Int)
    /// A token with the text of an earlier one.
    case tokenDuplicate(id: Int, earlier: Int)
    /// A token of kind `byte` that is not written `<0xNN>` with two hexadecimal digits.
    case byteTokenMalformed(id: Int)
    /// As many kinds as tokens are needed, or none.
    case kindCountMismatch(kinds: Int, tokens: Int)
    /// As many scores as tokens are needed.
    case scoreCountMismatch(scores: Int, tokens: Int)
    /// A score that is no finite number.
    case scoreNotFinite(id: Int)
    /// A begin, end or other named token that is not in the vocabulary.
    case namedTokenOutOfRange(name: String, id: Int32, vocabularySize: Int)
    /// More merges than `limit`.
    case mergesTooMany(count: Int, limit: Int)
    /// A merge that is not two parts with one space between them.
    case mergeMalformed(index: Int)
    /// A merge of something, or into something, that is not in the vocabulary.
    case mergeOfMissingToken(index: Int, part: String)
    /// A pre-tokenizer that is not known.
    case preTokenizerUnknown(name: String)
    /// Tokens or merges that collide in a hash table as chance does not make them.
    case tableCrowded(key: String)

    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .vocabularyEmpty:
            "tokenizer.ggml.tokens: no tokens; the model file has no vocabulary, take another one"
        case .vocabularyTooLarge(let count, let limit):
            "tokenizer.ggml.tokens: \(count) tokens, at most \(limit) are read"
        case .vocabularyTooLong(let byteCount, let limit):
            "tokenizer.ggml.tokens: \(byteCount) bytes together, at most \(limit) are read"
        case .tokenEmpty(let id):
            "tokenizer.ggml.tokens[\(id)]: empty; mark the id as unused or convert the model again"
        case .tokenTooLong(let id, let byteCount, let limit):
            "tokenizer.ggml.tokens[\(id)]: \(byteCount) bytes, at most \(limit) are read"
        case .tokenNotUTF8(let id, let offset):
            "tokenizer.ggml.tokens[\(id)]: not UTF-8 at byte \(offset); the file is damaged, get it again"
        case .tokenDuplicate(let id, let earlier):
            "tokenizer.ggml.tokens[\(id)]: same text as token \(earlier); convert the model again"
        case .byteTokenMalformed(let id):
            "tokenizer.ggml.tokens[\(id)]: of kind byte, but not written <0xNN> with two hexadecimal digits; "
                + "convert the model again"
        case .kindCountMismatch(let kinds, let tokens):
            "tokenizer.ggml.token_type: \(kinds) entries for \(tokens) tokens"
        case .scoreCountMismatch(let scores, let tokens):
            "tokenizer.ggml.scores: \(scores) entries for \(tokens) tokens"
        case .scoreNotFinite(let id):
            "tokenizer.ggml.scores[\(id)]: not a finite number; the file is damaged, get it again"
        case .namedTokenOutOfRange(let name, let id, let vocabularySize):
            "tokenizer.ggml.\(name): \(id) is outside of the \(vocabularySize) tokens of the vocabulary"
        case .mergesTooMany(let count, let limit):
            "tokenizer.ggml.merges: \(count) merges, at most \(limit) are read"
        case .mergeMalformed(let index):
            "tokenizer.ggml.merges[\(index)]: not two parts with one space between them"
        case .mergeOfMissingToken(let index, let part):
            "tokenizer.ggml.merges[\(index)]: \(part) is not in tokenizer.ggml.tokens"
        case .preTokenizerUnknown(let name):
            "tokenizer.ggml.pre: unknown pre-tokenizer \(name.debugDescription); known are "
                + PreTokenizerFamily.knownNames.joined(separator: ", ")
        case .tableCrowded(let key):
            "\(key): entries collide as if made to; the file is not to be trusted"
        }
    }
}
