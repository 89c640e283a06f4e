/// From bytes to ids: special tokens are cut out, what lies between goes through the algorithm.
extension TokenizerTables {
    func encode(_ text: [UInt8], special parsesSpecial: Bool) -> [Int32] {
        let places = SpecialTokenSearch.places(of: parsesSpecial ? special : userDefined, in: text)
        switch encoder {
        case .bytePair(let model, let preTokenizer):
            var words = WordEncoder(model: model, textByteCount: text.count)
            for part in Self.parts(of: text, around: places) {
                switch part {
                case .token(let token): words.append(token)
                case .text(let range): preTokenizer.cut(text, range.lowerBound, range.upperBound, to: &words)
                }
            }
            return words.output
        case .sentencePiece(let model, let rule):
            var words = WordEncoder(model: model, textByteCount: text.count)
            // One buffer for all parts: the words remembered in it stay where they are.
            var escaped: [UInt8] = []
            for part in Self.parts(of: text, around: places) {
                switch part {
                case .token(let token):
                    words.append(token)
                case .text(let range):
                    let start = escaped.count
                    if addsSpacePrefix { escaped.append(contentsOf: SentencePieceModel.space) }
                    SentencePieceWords.escape(text, range, into: &escaped)
                    rule.cut(escaped, start, escaped.count, to: &words)
                }
            }
            return words.output
        }
    }

    private enum Part {
        case text(Range<Int>)
        case token(Int32)
    }

    /// The text from left to right: special tokens and what lies between.
    private static func parts(of text: [UInt8], around places: [SpecialTokenSearch.Place]) -> [Part] {
        var parts: [Part] = []
        var position = 0
        for place in places {
            if position < place.start { parts.append(.text(position..<place.start)) }
            parts.append(.token(place.match.token))
            position = place.start + place.match.byteCount
        }
        if position < text.count { parts.append(.text(position..<text.count)) }
        return parts
    }
}
