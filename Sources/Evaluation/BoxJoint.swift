/// What stands between two boxes that are one list.
enum BoxJoint {
    private static let separators = [",", ";", "and", "or", "&"].map { Array($0.utf8) }
    /// What draws nothing, or only sets the boxes.
    private static let dressings = [
        "$", "\\quad", "\\qquad", "\\text", "\\textrm", "\\mathrm", "\\(", "\\)", "\\[", "\\]", "\\,", "\\;", "\\ ",
        "{", "}", "*", "~",
    ].map { Array($0.utf8) }
    private static let command = Array("\\boxed".utf8)

    /// Whether the bytes from one box's end to the next one's content are a separator and nothing more, but for the
    /// name of the next value, as in `, y = `. A blank line ends a sentence.
    static func joins(_ between: ArraySlice<UInt8>) -> Bool {
        guard var place = opening(between).map({ between.startIndex..<$0 }) else { return false }
        var hasSeparator = false
        var lineFeeds = 0
        scanning: while let byte = between[place].first {
            if byte.isWhiteSpace {
                lineFeeds += byte == .lineFeed ? 1 : 0
                place = (place.lowerBound + 1)..<place.upperBound
                continue
            }
            for separator in separators where between[place].starts(with: separator) {
                hasSeparator = true
                place = (place.lowerBound + separator.count)..<place.upperBound
                continue scanning
            }
            // The longest first: `\qquad` is no `\q`.
            for dressing in dressings.sorted(by: { $0.count > $1.count }) where between[place].starts(with: dressing) {
                place = (place.lowerBound + dressing.count)..<place.upperBound
                continue scanning
            }
            guard byte.isLetter, let end = nameEnd(between[place]) else { return false }
            place = end..<place.upperBound
        }
        return hasSeparator && lineFeeds < 2
    }

    /// Where the command of the next box begins, which ends these bytes.
    private static func opening(_ between: ArraySlice<UInt8>) -> Int? {
        var end = between.endIndex
        guard between.last == .openBrace else { return nil }
        end -= 1
        while end > between.startIndex, between[end - 1].isWhiteSpace { end -= 1 }
        guard between[..<end].suffix(command.count).elementsEqual(command) else { return nil }
        return end - command.count
    }

    /// Behind the `=` of a name of one letter.
    private static func nameEnd(_ text: ArraySlice<UInt8>) -> Int? {
        var place = text.startIndex + 1
        while place < text.endIndex,
            text[place].isWhiteSpace || text[place] == UInt8(ascii: "_") || text[place].isDigit
        {
            place += 1
        }
        return place < text.endIndex && text[place] == UInt8(ascii: "=") ? place + 1 : nil
    }
}
