import ModelFiles
import Tokenizers

extension TokenizerDefinition {
    /// The tokenizer that a model file describes under `tokenizer.ggml`.
    public init(_ metadata: Metadata) throws(TransformerError) {
        let values = TokenizerMetadata(metadata: metadata)
        try values.checkCounts()
        let name = try values.read { () throws(ModelFileError) in try metadata.string("tokenizer.ggml.model") }
        guard let model = Model(rawValue: name) else {
            throw .invalidValue(
                key: "tokenizer.ggml.model", value: "'\(name)'",
                rule: "only \(Model.allCases.map(\.rawValue).joined(separator: ", ")) are supported")
        }
        let preTokenizer = try values.optionalString("pre") ?? "default"
        let addsBegin = try values.optionalBool("add_bos_token")
        let addsSpace = try values.optionalBool("add_space_prefix")
        self.init(
            model: model, preTokenizer: preTokenizer,
            tokens: try values.read { () throws(ModelFileError) in try metadata.strings("tokenizer.ggml.tokens") },
            scores: try values.scores(), kinds: try values.kinds(),
            merges: try values.merges(),
            beginToken: try values.token("bos_token_id"), endToken: try values.token("eos_token_id"),
            unknownToken: try values.token("unknown_token_id"), padToken: try values.token("padding_token_id"),
            extraEndTokens: [try values.token("eot_token_id"), try values.token("eom_token_id")].compactMap { $0 },
            addsBeginToken: addsBegin ?? Self.addsBeginTokenByDefault(model: model, preTokenizer: preTokenizer),
            addsSpacePrefix: addsSpace ?? (model == .sentencePiece),
            chatTemplate: try values.read { () throws(ModelFileError) in
                try metadata.optionalString("tokenizer.chat_template")
            })
    }
}

/// Reads the keys under `tokenizer.ggml`.
private struct TokenizerMetadata {
    let metadata: Metadata

    /// Refuses lists that are too long before their elements are made.
    func checkCounts() throws(TransformerError) {
        for (name, limit) in [
            ("tokens", TokenizerLimits.vocabularyTokens), ("scores", TokenizerLimits.vocabularyTokens),
            ("token_type", TokenizerLimits.vocabularyTokens), ("merges", TokenizerLimits.vocabularyMerges),
        ] {
            let key = "tokenizer.ggml." + name
            let count = try read { () throws(ModelFileError) in try metadata.optionalCount(key) }
            guard let count, count > limit else { continue }
            throw .invalidValue(key: key, value: "of \(count) elements", rule: "at most \(limit) are allowed")
        }
    }

    func read<Value>(_ value: () throws(ModelFileError) -> Value) throws(TransformerError) -> Value {
        do { return try value() } catch { throw .modelFile(error) }
    }

    func optionalString(_ name: String) throws(TransformerError) -> String? {
        try read { () throws(ModelFileError) in try metadata.optionalString("tokenizer.ggml." + name) }
    }

    func optionalBool(_ name: String) throws(TransformerError) -> Bool? {
        try read { () throws(ModelFileError) in try metadata.optionalBool("tokenizer.ggml." + name) }
    }

    func scores() throws(TransformerError) -> [Float] {
        let scores = try read { () throws(ModelFileError) in try metadata.optionalFloats("tokenizer.ggml.scores") }
        return (scores ?? []).map(Float.init)
    }

    func merges() throws(TransformerError) -> [[UInt8]] {
        try read { () throws(ModelFileError) in try metadata.optionalStrings("tokenizer.ggml.merges") } ?? []
    }

    /// Kinds of tokens; 0, "undefined", counts as normal.
    func kinds() throws(TransformerError) -> [TokenizerDefinition.TokenKind] {
        let key = "tokenizer.ggml.token_type"
        let numbers = try read { () throws(ModelFileError) in try metadata.optionalInts(key) } ?? []
        var kinds: [TokenizerDefinition.TokenKind] = []
        kinds.reserveCapacity(numbers.count)
        for (index, number) in numbers.enumerated() {
            let known = Int32(exactly: number).flatMap(TokenizerDefinition.TokenKind.init(rawValue:))
            guard let kind = number == 0 ? .normal : known else {
                throw .invalidValue(key: "\(key)[\(index)]", value: "\(number)", rule: "kinds run from 0 to 6")
            }
            kinds.append(kind)
        }
        return kinds
    }

    func token(_ name: String) throws(TransformerError) -> Int32? {
        let key = "tokenizer.ggml." + name
        guard let number = try read({ () throws(ModelFileError) in try metadata.optionalInt(key) }) else { return nil }
        guard let token = Int32(exactly: number), token >= 0 else {
            throw .invalidValue(key: key, value: "\(number)", rule: "it must be the number of a token")
        }
        return token
    }
}
