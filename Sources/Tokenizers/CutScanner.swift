/// The scanners of the cuts over one text. Positions are byte offsets at the beginnings of characters.
struct CutScanner: Sendable {
    let classes: CharacterClasses

    /// A character: its class and where the next one begins.
    struct Character {
        var kind: CharacterClass
        var end: Int
    }

    /// Applies one cut at `position`, seeing nothing from `end` on.
    @inline(__always)
    func scan(_ cut: Cut, _ text: [UInt8], _ position: Int, _ end: Int) -> CutStep {
        switch cut {
        case .wordsOfGPT2: .match(wordOfGPT2(text, position, end))
        case .wordsOfLlama3(let digits): .match(wordOfLlama3(text, position, end, digits))
        case .wordsOfDeepSeekV3: wordOfDeepSeekV3(text, position, end)
        case .numbers(let most): numbers(text, position, end, most)
        case .spaceAndLetters: spaceThenRun(of: .letter, text, position, end)
        case .spaceAndPunctuation: spaceThenRun(of: .punctuation, text, position, end)
        case .trailingSpace: trailingSpace(text, position, end)
        case .threeDigits, .lineBreak, .casedLetters, .plainPunctuation, .ideographsAndHangul, .ideographsAndKana,
            .punctuationRun:
            scanSet(cut, text, position, end)
        }
    }

    @inline(__always)
    func character(_ text: [UInt8], _ position: Int, _ end: Int) -> Character {
        let byte = text[position]
        if byte < 0x80 { return Character(kind: classes[ascii: byte], end: position + 1) }
        let step = ScalarDecoder.decode(text, position, end)
        return Character(kind: classes[step.scalar], end: position + step.length)
    }

    /// End of the run of characters of any of the classes, from `position`.
    @inline(__always)
    func run(of kinds: CharacterClass, _ text: [UInt8], _ position: Int, _ end: Int) -> Int {
        var position = position
        while position < end {
            let next = character(text, position, end)
            guard next.kind.has(kinds) else { break }
            position = next.end
        }
        return position
    }

    /// End of the run of characters of none of the classes, from `position`.
    @inline(__always)
    func run(outside kinds: CharacterClass, _ text: [UInt8], _ position: Int, _ end: Int) -> Int {
        var position = position
        while position < end {
            let next = character(text, position, end)
            guard !next.kind.has(kinds) else { break }
            position = next.end
        }
        return position
    }

    /// `'s 't 're 've 'm 'll 'd` at `position`: its end, or nil. `foldsCase` also takes capitals and the long s.
    @inline(__always)
    func contraction(_ text: [UInt8], _ position: Int, _ end: Int, foldsCase: Bool) -> Int? {
        guard text[position] == UInt8(ascii: "'"), position + 1 < end else { return nil }
        let fold: UInt8 = foldsCase ? 0x20 : 0
        let first = text[position + 1] | fold
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return position + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
            guard position + 2 < end else { return nil }
            let second = first == UInt8(ascii: "l") ? first : UInt8(ascii: "e")
            return text[position + 2] | fold == second ? position + 3 : nil
        case 0xC5 | fold:
            // U+017F, the only other character whose case folds to one of these letters.
            return foldsCase && position + 2 < end && text[position + 1] == 0xC5 && text[position + 2] == 0xBF
                ? position + 3 : nil
        default:
            return nil
        }
    }

    /// `\s+(?!\S)|\s+`: white space to the end of the text, or all but the last character of it, or that one.
    func spaceBeforeWord(_ text: [UInt8], _ position: Int, _ end: Int) -> Int {
        var last = position
        var next = position
        while next < end {
            let character = character(text, next, end)
            guard character.kind.has(.space) else { return last > position ? last : next }
            last = next
            next = character.end
        }
        return end
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`.
    func spaceOrLines(_ text: [UInt8], _ position: Int, _ end: Int) -> Int {
        var afterBreak = position
        var next = position
        while next < end {
            let character = character(text, next, end)
            guard character.kind.has(.space) else { break }
            next = character.end
            if character.kind.has(.lineBreak) { afterBreak = next }
        }
        return afterBreak > position ? afterBreak : spaceBeforeWord(text, position, end)
    }
}
