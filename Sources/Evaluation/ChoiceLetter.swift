/// Finds the letter of a choice in a text: one capital letter that stands alone.
///
/// What is said to be the answer goes before everything else (`the answer is B`, `Answer: (B)`); then the last letter
/// in parentheses counts; then the last line that begins with a letter and a mark (`B.`, `B)`, `B:`) or is a letter.
/// Small letters never count, since `a` is a word. One scan for each, linear in the text.
enum ChoiceLetter {
    static func last(in text: [UInt8]) -> String? {
        let place = lastNamed(in: text) ?? lastInParentheses(of: text) ?? lastAtLineStart(of: text)
        return place.map { String(UnicodeScalar(text[$0])) }
    }

    /// The letter that a text begins with, whatever stands around it: `B`, `(B)`, `B. Paris`, `\text{(B) Paris}`.
    static func leading(_ text: [UInt8]) -> String? {
        var start = 0
        let dressings = ["\\textbf", "\\text", "\\mathrm", "\\mathbf", "\\bf", "\\rm"].map { Array($0.utf8) }
        skipping: while start < text.count {
            for dressing in dressings where text[start...].starts(with: dressing) {
                start += dressing.count
                continue skipping
            }
            guard text[start].isWhiteSpace || openers.contains(text[start]) else { break }
            start += 1
        }
        guard isAlone(text, at: start) else { return nil }
        // `B` and `B.` are letters, `A cat` and `A + B` are not.
        let next = start + 1
        let isMarked = next == text.count || marks.contains(text[next]) || closers.contains(text[next])
        return isMarked ? String(UnicodeScalar(text[start])) : nil
    }

    private static let openers = Set("({[*$".utf8)
    private static let closers = Set(")}]*$".utf8)
    private static let marks = Set(".):".utf8)
    private static let namings = ["answer is", "answer:", "answer**:", "choice is", "option is"].map { Array($0.utf8) }

    /// After the last words that name an answer and are followed by a letter.
    private static func lastNamed(in text: [UInt8]) -> Int? {
        let folded = text.map(\.lowercased)
        var found: Int?
        for start in folded.indices {
            for naming in namings where folded[start] == naming[0] && folded[start...].starts(with: naming) {
                if let place = letter(in: text, after: start + naming.count) { found = place }
            }
        }
        return found
    }

    private static let fillers = ["option", "choice", "\\textbf", "\\text", "\\mathrm"].map { Array($0.utf8) }

    /// The letter that follows, with at most white space, brackets and words such as `option` before it.
    private static func letter(in text: [UInt8], after start: Int) -> Int? {
        var place = start
        skipping: while place < text.count {
            for filler in fillers where text[place...].prefix(filler.count).map(\.lowercased) == filler {
                place += filler.count
                continue skipping
            }
            guard text[place].isWhiteSpace || openers.contains(text[place]) || text[place] == UInt8(ascii: ":") else {
                break
            }
            place += 1
        }
        guard isAlone(text, at: place) else { return nil }
        // "The answer is I think 5": a pronoun.
        let isFollowedByWord = place + 1 < text.count && text[place + 1] == 0x20
        return text[place] == UInt8(ascii: "I") && isFollowedByWord ? nil : place
    }

    private static func lastInParentheses(of text: [UInt8]) -> Int? {
        guard text.count > 2 else { return nil }
        return (1..<(text.count - 1)).last { place in
            text[place - 1] == UInt8(ascii: "(") && text[place + 1] == UInt8(ascii: ")") && isAlone(text, at: place)
                // f(A) is a function's value.
                && (place < 2 || !(text[place - 2].isLetter || text[place - 2].isDigit))
        }
    }

    private static func lastAtLineStart(of text: [UInt8]) -> Int? {
        text.indices.last { place in
            guard isAlone(text, at: place) else { return false }
            let before = text[..<place].last { !($0 == 0x20 || $0 == UInt8(ascii: "*")) }
            guard before == nil || before == .lineFeed else { return false }
            let next = place + 1 < text.count ? text[place + 1] : .lineFeed
            return next == .lineFeed || next == .carriageReturn || marks.contains(next) || next == UInt8(ascii: "*")
        }
    }

    /// Whether a capital letter stands there that is no part of a word.
    private static func isAlone(_ text: [UInt8], at place: Int) -> Bool {
        guard text.indices.contains(place), (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(text[place]) else {
            return false
        }
        func isOfWord(_ byte: UInt8) -> Bool {
            byte.isLetter || byte.isDigit || byte == UInt8(ascii: "'") || byte > 0x7F
        }
        if place > 0, isOfWord(text[place - 1]) { return false }
        return place + 1 == text.count || !isOfWord(text[place + 1])
    }
}
