/// Removes from the tokens of an answer what carries no value: ordinal suffixes, superscript degree signs written
/// with a caret, full stops at the end, words such as "about" at the start.
enum AnswerTokenCleaner {
    static func cleaned(_ tokens: [AnswerToken]) -> [AnswerToken] {
        var result: [AnswerToken] = []
        result.reserveCapacity(tokens.count)
        var index = 0
        while index < tokens.count {
            if let (replacement, length) = superscriptMark(tokens, at: index) {
                if let replacement { result.append(replacement) }
                index += length
            } else {
                result.append(tokens[index])
                index += 1
            }
        }
        while let last = result.last, last.kind == .stop { result.removeLast() }
        while let first = result.first, isFiller(first) { result.removeFirst() }
        return result
    }

    /// `^\circ`, `^{\circ}` become a degree sign, `^{th}` nothing.
    private static func superscriptMark(_ tokens: [AnswerToken], at index: Int) -> (AnswerToken?, Int)? {
        guard tokens[index].kind == .caret else { return nil }
        let rest = tokens[(index + 1)...]
        guard let first = rest.first else { return nil }
        let isGrouped = first.kind == .open(.group)
        let marks = isGrouped ? Array(rest.dropFirst().prefix(2)) : [first]
        guard let mark = marks.first else { return nil }
        if isGrouped {
            guard marks.count == 2, marks[1].kind == .close(.group) else { return nil }
        }
        let length = isGrouped ? 4 : 2
        switch mark.kind {
        case .degree: return (mark, length)
        case .word(let word) where AnswerVocabulary.ordinals.contains(word): return (nil, length)
        case _: return nil
        }
    }

    private static func isFiller(_ token: AnswerToken) -> Bool {
        switch token.kind {
        case .word(let word): AnswerVocabulary.fillers.contains(word)
        case .relation(.approximately), .relation(.equal): true
        case _: false
        }
    }
}
