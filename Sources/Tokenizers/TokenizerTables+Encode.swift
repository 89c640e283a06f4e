/// From bytes to ids: special tokens are cut out, what lies between goes through the algorithm.
extension TokenizerTables {
    func encode(_ text: [UInt8], special parsesSpecial: Bool) -> [Int32] {
        let places = SpecialTokenSearch.places(of: parsesSpecial ? special : userDefined, in: text)
        let cache = wordCaches.withLock { $0.popLast() } ?? WordCache()
        switch encoder {
        case .bytePair(let model, let preTokenizer):
            var words = WordEncoder(model: model, cache: cache, textByteCount: text.count)
            for part in Self.parts(of: text, around: places) {
                switch part {
                case .token(let token): words.append(token)
                case .text(let range):
                    if let composed = preTokenizer.composition?.composed(text, range) {
                        preTokenizer.cut(composed, 0, composed.count, to: &words)
                    } else {
                        preTokenizer.cut(text, range.lowerBound, range.upperBound, to: &words)
                    }
                }
            }
            return finish(words)
        case .sentencePiece(let model, let rule):
            var words = WordEncoder(model: model, cache: cache, textByteCount: text.count)
            var escaped: [UInt8] = []
            for part in Self.parts(of: text, around: places) {
                switch part {
                case .token(let token):
                    words.append(token)
                case .text(let range):
                    escaped.removeAll(keepingCapacity: true)
                    if addsSpacePrefix { escaped.append(contentsOf: SentencePieceModel.space) }
                    SentencePieceWords.escape(text, range, into: &escaped)
                    rule.cut(escaped, 0, escaped.count, to: &words)
                }
            }
            return finish(words)
        }
    }

    /// Keeps the words for the next text.
    private func finish(_ words: WordEncoder<some MergeModel>) -> [Int32] {
        wordCaches.withLock { caches in
            if caches.count < TokenizerLimits.wordCaches { caches.append(words.cache) }
        }
        return words.output
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
