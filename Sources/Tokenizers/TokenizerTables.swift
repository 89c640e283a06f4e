import Synchronization

/// The tables behind a tokenizer, built once and never changed, so that copies of a tokenizer share them.
final class TokenizerTables: Sendable {
    let vocabulary: Vocabulary
    let encoder: Encoder
    let digest: String
    let beginToken: Int32?
    let endToken: Int32?
    let padToken: Int32?
    let unknownToken: Int32?
    let endTokens: Set<Int32>
    let addsBeginToken: Bool
    let addsSpacePrefix: Bool
    let chatTemplateText: String?
    /// Found in every text.
    let userDefined: SpecialTokenTrie
    /// Found where special tokens are asked for.
    let special: SpecialTokenTrie

    /// Words that earlier texts have left, to begin the next one with: taken out while in use, so that texts encoded
    /// at once do not wait for each other.
    let wordCaches = Mutex<[WordCache]>([])

    /// The algorithm with its own tables.
    enum Encoder: Sendable {
        case bytePair(BytePairModel, PreTokenizer)
        case sentencePiece(SentencePieceModel, SentencePieceWords)
    }

    init(_ definition: TokenizerDefinition) throws(TokenizerError) {
        let vocabulary = try Vocabulary(definition)
        self.vocabulary = vocabulary
        encoder = try Self.encoder(definition, vocabulary)
        digest = VocabularyDigest.hex(of: definition)
        beginToken = definition.beginToken
        endToken = definition.endToken
        padToken = definition.padToken
        unknownToken = definition.unknownToken
        addsBeginToken = definition.addsBeginToken
        addsSpacePrefix = definition.addsSpacePrefix && definition.model == .sentencePiece
        chatTemplateText = definition.chatTemplate
        endTokens = EndTokens.ids(definition)
        func tokens(_ isWanted: (TokenizerDefinition.TokenKind) -> Bool) -> [(text: [UInt8], token: Int32)] {
            vocabulary.kinds.indices.filter { isWanted(vocabulary.kinds[$0]) }
                .map { (definition.tokens[$0], Int32($0)) }
        }
        userDefined = SpecialTokenTrie(tokens { $0 == .userDefined })
        special = SpecialTokenTrie(tokens { $0 == .control || $0 == .userDefined || $0 == .unknown })
    }

    private static func encoder(
        _ definition: TokenizerDefinition, _ vocabulary: Vocabulary
    ) throws(TokenizerError) -> Encoder {
        switch definition.model {
        case .bytePair:
            guard let family = PreTokenizerFamily(name: definition.preTokenizer) else {
                throw .preTokenizerUnknown(name: definition.preTokenizer)
            }
            let model = try BytePairModel(
                strings: vocabulary.strings, index: vocabulary.index, mergeLines: definition.merges,
                takesWholeWords: family.takesWholeWords)
            return .bytePair(model, PreTokenizer(family: family))
        case .sentencePiece:
            let model = SentencePieceModel(
                strings: vocabulary.strings, index: vocabulary.index, scores: definition.scores,
                byteTokens: vocabulary.byteTokens.map { $0 ?? definition.unknownToken })
            return .sentencePiece(model, SentencePieceWords(strings: vocabulary.strings))
        }
    }
}
