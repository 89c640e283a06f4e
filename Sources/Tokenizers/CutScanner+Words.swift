/// The cuts that find whole words.
extension CutScanner {
    /// The word of GPT-2 at `position`.
    @inline(__always)
    func wordOfGPT2(_ text: [UInt8], _ position: Int, _ end: Int) -> Int {
        if let end = contraction(text, position, end, foldsCase: false) { return end }
        var current = character(text, position, end)
        if text[position] == UInt8(ascii: " "), position + 1 < end {
            let next = character(text, position + 1, end)
            if !next.kind.has(.space) { current = next }
        }
        if current.kind.has(.letter) { return run(of: .letter, text, current.end, end) }
        if current.kind.has(.number) { return run(of: .number, text, current.end, end) }
        if !current.kind.has(.space) { return run(outside: .wordOrSpace, text, current.end, end) }
        return spaceBeforeWord(text, position, end)
    }

    /// The word of Llama 3, or of Qwen 2 with one digit, at `position`.
    @inline(__always)
    func wordOfLlama3(_ text: [UInt8], _ position: Int, _ end: Int, _ digits: Int) -> Int {
        if let end = contraction(text, position, end, foldsCase: true) { return end }
        let first = character(text, position, end)
        if first.kind.has(.letter) { return run(of: .letter, text, first.end, end) }
        if first.kind.has(.number) { return numbers(text, position, end, digits).end }
        if !first.kind.has(.lineBreak), first.end < end {
            let second = character(text, first.end, end)
            if second.kind.has(.letter) { return run(of: .letter, text, second.end, end) }
            if text[position] == UInt8(ascii: " "), !second.kind.has(.wordOrSpace) {
                return run(of: .lineBreak, text, run(outside: .wordOrSpace, text, second.end, end), end)
            }
        }
        if !first.kind.has(.space) {
            return run(of: .lineBreak, text, run(outside: .wordOrSpace, text, first.end, end), end)
        }
        return spaceOrLines(text, position, end)
    }

    /// The word of DeepSeek-V3 at `position`, if one begins here.
    func wordOfDeepSeekV3(_ text: [UInt8], _ position: Int, _ end: Int) -> CutStep {
        let byte = text[position]
        let first = character(text, position, end)
        if byte < 0x80, first.kind.has([.punctuation, .symbol]) {
            let letters = asciiLetters(text, first.end, end)
            if letters > first.end { return .match(letters) }
        }
        let lettersAndMarks: CharacterClass = [.letter, .mark]
        if !first.kind.has([.lineBreak, .letter, .punctuation, .symbol]), first.end < end {
            let letters = run(of: lettersAndMarks, text, first.end, end)
            if letters > first.end { return .match(letters) }
        }
        if first.kind.has(lettersAndMarks) { return .match(run(of: lettersAndMarks, text, first.end, end)) }
        let signs: CharacterClass = [.punctuation, .symbol]
        let signStart = byte == UInt8(ascii: " ") ? first.end : position
        let signEnd = run(of: signs, text, signStart, end)
        if signEnd > signStart { return .match(run(of: .lineBreak, text, signEnd, end)) }
        if first.kind.has(.space) { return .match(spaceOrLines(text, position, end)) }
        return .none(first.end)
    }

    private func asciiLetters(_ text: [UInt8], _ position: Int, _ end: Int) -> Int {
        var position = position
        while position < end, text[position] < 0x80, classes[ascii: text[position]].has(.letter) { position += 1 }
        return position
    }

    /// `\p{N}{1,most}` at `position`.
    @inline(__always)
    func numbers(_ text: [UInt8], _ position: Int, _ end: Int, _ most: Int) -> CutStep {
        let first = character(text, position, end)
        guard first.kind.has(.number) else { return .none(run(outside: .number, text, first.end, end)) }
        var next = first.end
        var count = 1
        while count < most, next < end {
            let character = character(text, next, end)
            guard character.kind.has(.number) else { break }
            next = character.end
            count += 1
        }
        return .match(next)
    }
}
