/// Unicode Normalization Form C (Unicode Standard Annex 15): what some vocabularies were trained on, so that a letter
/// with its accent behind it gets the ids of the composed letter.
///
/// The standard library composes (`_nfcCodeUnits`); around it, only the parts of a text are looked at that can change,
/// and marks are brought into their canonical order first, since the library's own sorting takes quadratic time.
struct Composition: Sendable {
    let classes: CharacterClasses

    /// `text[range]` in composed form; nil if it is that already. Bytes that are not UTF-8 stay as they are.
    func composed(_ text: [UInt8], _ range: Range<Int>) -> [UInt8]? {
        guard var next = nextUnstable(text, range.lowerBound, range.upperBound) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var copied = range.lowerBound
        while true {
            let start = max(copied, startOfCharacter(text, before: next, from: copied))
            let end = endOfUnstable(text, next, range.upperBound)
            result.append(contentsOf: text[copied..<start])
            result.append(contentsOf: Self.compose(text[start..<end]))
            copied = end
            guard let following = nextUnstable(text, end, range.upperBound) else { break }
            next = following
        }
        result.append(contentsOf: text[copied..<range.upperBound])
        return result
    }

    /// The first character from `position` on that may change or may be joined to the one before it.
    private func nextUnstable(_ text: [UInt8], _ position: Int, _ end: Int) -> Int? {
        var position = position
        while position < end {
            // Nothing below U+0300 is joined to what stands before it, and its first byte is below 0xCC.
            if text[position] < 0xCC {
                position += 1
                continue
            }
            let step = ScalarDecoder.decode(text, position, end)
            if step.isValid, classes[step.scalar].has(.unstable) { return position }
            position += step.length
        }
        return nil
    }

    /// Where the run of such characters ends that begins at `position`.
    private func endOfUnstable(_ text: [UInt8], _ position: Int, _ end: Int) -> Int {
        var position = position
        while position < end {
            let step = ScalarDecoder.decode(text, position, end)
            guard step.isValid, classes[step.scalar].has(.unstable) else { break }
            position += step.length
        }
        return position
    }

    /// Where the whole character ends up to which `position` reaches; `position` itself where no character does.
    private func startOfCharacter(_ text: [UInt8], before position: Int, from start: Int) -> Int {
        for length in 1...4 where position - length >= start {
            let step = ScalarDecoder.decode(text, position - length, position)
            if step.isValid, step.length == length { return position - length }
        }
        return position
    }

    private static func compose(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var scalars: [Unicode.Scalar] = []
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            scalars.append(contentsOf: pairsOfMarks[scalar.value] ?? [scalar])
        }
        var text = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let first = index
            while index < scalars.count, order(scalars[index]) > 0 { index += 1 }
            text.append(contentsOf: canonicallyOrdered(scalars[first..<index]))
            guard index < scalars.count else { break }
            text.append(scalars[index])
            index += 1
        }
        return String(text)._nfcCodeUnits
    }

    /// The characters that are no marks of an order themselves, but are made of such: they would hide an order.
    private static let pairsOfMarks: [UInt32: [Unicode.Scalar]] = [
        0x0F73: ["\u{0F71}", "\u{0F72}"], 0x0F75: ["\u{0F71}", "\u{0F74}"], 0x0F81: ["\u{0F71}", "\u{0F80}"],
    ]

    private static func order(_ scalar: Unicode.Scalar) -> UInt8 {
        scalar.properties.canonicalCombiningClass.rawValue
    }

    /// Marks by their combining class, those of one class as they stood.
    private static func canonicallyOrdered(_ marks: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        guard zip(marks, marks.dropFirst()).contains(where: { order($0) > order($1) }) else { return Array(marks) }
        var ofClass = [[Unicode.Scalar]](repeating: [], count: 256)
        for mark in marks { ofClass[Int(order(mark))].append(mark) }
        return ofClass.flatMap { $0 }
    }
}
