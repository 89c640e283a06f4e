/// Units behind a value.
enum AnswerUnits {
    /// Whether these tokens can be the unit behind an expression: words and their powers, nothing with a value.
    static func isUnit(_ tokens: ArraySlice<AnswerToken>) -> Bool {
        guard tokens.first?.isWord == true else { return false }
        var followsCaret = false
        for token in tokens {
            switch token.kind {
            case .word, .divide, .times, .caret, .stop, .symbol, .minus, .open(.group), .close(.group),
                .open(.parenthesis), .close(.parenthesis):
                break
            case .number where followsCaret:
                break
            case _:
                return false
            }
            if token.kind != .open(.group), token.kind != .minus { followsCaret = token.kind == .caret }
        }
        return true
    }

    /// The name of a unit that is one known word; nil otherwise, which agrees with every unit.
    static func name(of tokens: ArraySlice<AnswerToken>) -> String? {
        guard tokens.count == 1, case .word(let word)? = tokens.first?.kind else { return nil }
        return AnswerVocabulary.units[word]
    }

    /// `5 m`, `5 m/s`: a number, white space, then letters that are all units; nil if the tokens are nothing so.
    static func lettersAsWords(_ tokens: ArraySlice<AnswerToken>) -> [AnswerToken]? {
        guard let first = tokens.first, first.isNumber, tokens.count >= 2 else { return nil }
        var (followsCaret, hasLetters) = (false, false)
        var result = [first]
        for token in tokens.dropFirst() {
            switch token.kind {
            case .symbol(let name) where AnswerVocabulary.units[name.lowercased()] != nil && name.utf8.count == 1:
                guard hasLetters || token.isSpaced else { return nil }
                hasLetters = true
                result.append(AnswerToken(kind: .word(name.lowercased()), isSpaced: true))
            case .word, .divide, .caret:
                guard hasLetters else { return nil }
                result.append(token)
            case .number where followsCaret:
                result.append(token)
            case _:
                return nil
            }
            followsCaret = token.kind == .caret
        }
        return result
    }
}
