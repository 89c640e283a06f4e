/// The cuts that find runs of a set of characters, some with one white space before them.
extension CutScanner {
    /// `\s?` and a run of the class, at `position`.
    func spaceThenRun(of kind: CharacterClass, _ text: [UInt8], _ position: Int, _ end: Int) -> CutStep {
        let first = character(text, position, end)
        if first.kind.has(kind) { return .match(run(of: kind, text, first.end, end)) }
        guard first.kind.has(.space) else { return .none(first.end) }
        let last = run(of: kind, text, first.end, end)
        return last > first.end ? .match(last) : .none(first.end)
    }

    /// `\s+$`: when the run ends before the text does, none of it matches, so the whole run is passed over.
    func trailingSpace(_ text: [UInt8], _ position: Int, _ end: Int) -> CutStep {
        let first = character(text, position, end)
        guard first.kind.has(.space) else { return .none(first.end) }
        let last = run(of: .space, text, first.end, end)
        return last == end ? .match(end) : .none(last)
    }

    /// The cuts that are sets of code points.
    func scanSet(_ cut: Cut, _ text: [UInt8], _ position: Int, _ end: Int) -> CutStep {
        let first = ScalarDecoder.decode(text, position, end)
        let afterFirst = position + first.length
        if cut == .lineBreak { return classes[first.scalar].has(.lineBreak) ? .match(afterFirst) : .none(afterFirst) }
        if cut == .threeDigits {
            let isMatch = position + 3 <= end && (position..<position + 3).allSatisfy { isDigit(text[$0]) }
            return isMatch ? .match(position + 3) : .none(afterFirst)
        }
        if isMember(of: cut, first.scalar) { return .match(runOfSet(cut, text, afterFirst, end)) }
        let takesSpace = cut == .casedLetters || cut == .plainPunctuation
        guard takesSpace, classes[first.scalar].has(.space) else { return .none(afterFirst) }
        let last = runOfSet(cut, text, afterFirst, end)
        return last > afterFirst ? .match(last) : .none(afterFirst)
    }

    private func runOfSet(_ cut: Cut, _ text: [UInt8], _ position: Int, _ end: Int) -> Int {
        var position = position
        while position < end {
            let step = ScalarDecoder.decode(text, position, end)
            guard isMember(of: cut, step.scalar) else { break }
            position += step.length
        }
        return position
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private func isMember(of cut: Cut, _ scalar: UInt32) -> Bool {
        switch cut {
        case .casedLetters:
            CasedLetters.contains(scalar)
        case .plainPunctuation:
            (0x21...0x2F).contains(scalar) || (0x3A...0x7E).contains(scalar) || (0xFF01...0xFF0F).contains(scalar)
                || (0xFF1A...0xFF5E).contains(scalar) || (0x2018...0x201F).contains(scalar)
                || (0x3000...0x3002).contains(scalar)
        case .ideographsAndHangul:
            (0x0800...0x9FA5).contains(scalar) || (0xAC00...0xD7FF).contains(scalar)
        case .ideographsAndKana:
            (0x4E00...0x9FA5).contains(scalar) || (0x3040...0x30FF).contains(scalar)
        case .punctuationRun:
            classes[scalar].has(.punctuation) || isStandaloneSymbol(scalar)
        case .wordsOfGPT2, .wordsOfLlama3, .wordsOfDeepSeekV3, .numbers, .threeDigits, .lineBreak, .spaceAndLetters,
            .spaceAndPunctuation, .trailingSpace:
            false
        }
    }

    /// The signs that the unnamed pre-tokenizer lists beside punctuation: `$ + < = > ^ ~ |`.
    private func isStandaloneSymbol(_ scalar: UInt32) -> Bool {
        guard scalar < 0x80 else { return false }
        switch UInt8(scalar) {
        case UInt8(ascii: "$"), UInt8(ascii: "+"), UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"),
            UInt8(ascii: "^"), UInt8(ascii: "~"), UInt8(ascii: "|"):
            return true
        default:
            return false
        }
    }
}
