/// Whether two answers are the same as mathematics: 1/2 = 0.5 = `\frac12`, `x = 5` = 5, {1, 2} = {2, 1}.
///
/// Where a sign can be read in two ways (`1,234`, `50%`, `5 m`), the answers are equal if some pair of readings is.
/// Of numbers in a base the values are compared if both have one, else the digits.
///
/// Values are compared exactly as quotients of polynomials over the rationals with roots of primes, pi, e and i; what
/// lies outside is compared numerically at fixed points; what cannot be read, as text.
/// Units and text behind a value are dropped, except that two different known units are not equal.
///
/// Reflexive and symmetric for all texts. Not transitive where readings differ: 50% equals 50 and equals 0.5.
public enum AnswerEquality {
    /// Longer answers are compared as bytes only.
    public static let maximumAnswerBytes = 2_000

    /// Total: any two texts give an answer in bounded time.
    public static func areEqual(_ first: String, _ second: String) -> Bool {
        ComparedAnswer(first).isEqual(to: ComparedAnswer(second))
    }
}

/// An answer read once, for comparing it with many others.
struct ComparedAnswer: Sendable {
    private let text: [UInt8]
    private let readings: [(choice: ReadingChoice, value: AnswerValue)]
    private let isPercentage: Bool
    private let isBased: Bool
    private let canonicalText: String

    init(_ answer: String) {
        text = Array(answer.utf8).trimmingWhiteSpace()
        guard !text.isEmpty, text.count <= AnswerEquality.maximumAnswerBytes else {
            readings = []
            (isPercentage, isBased, canonicalText) = (false, false, "")
            return
        }
        let stripped = Self.withoutMarkdown(String(decoding: text, as: UTF8.self))
        let (tokens, hasGrouping) = AnswerLexer.read(stripped, groupsThousands: true)
        isPercentage = tokens.contains { $0.kind == .percent }
        isBased = tokens.contains { if case .based = $0.kind { true } else { false } }
        canonicalText = AnswerReader.text(of: tokens[...])
        var readings: [(choice: ReadingChoice, value: AnswerValue)] = []
        for groupsThousands in hasGrouping ? [true, false] : [true] {
            let read = groupsThousands ? tokens : AnswerLexer.read(stripped, groupsThousands: false).tokens
            let hasLetterUnit = AnswerUnits.lettersAsWords(read[...]) != nil
            for lettersAreUnits in hasLetterUnit ? [false, true] : [false] {
                for percentIsUnit in isPercentage ? [false, true] : [false] {
                    for baseIsMark in isBased ? [false, true] : [false] {
                        let choice = ReadingChoice(
                            groupsThousands: groupsThousands, percentIsUnit: percentIsUnit, baseIsMark: baseIsMark,
                            lettersAreUnits: lettersAreUnits)
                        readings.append((choice, AnswerReader(choice: choice).read(read)))
                    }
                }
            }
        }
        self.readings = readings
    }

    func isEqual(to other: ComparedAnswer) -> Bool {
        if text == other.text { return true }
        guard !readings.isEmpty, !other.readings.isEmpty else { return false }
        if canonicalText == other.canonicalText, !canonicalText.isEmpty { return true }
        for (choice, value) in readings {
            for (otherChoice, otherValue) in other.readings {
                // Two percentages, or two numbers with a base, are compared by their values; a number with a base
                // and one without by their digits, since "in base 9" asks for 40 and not for 36.
                if isPercentage, other.isPercentage, choice.percentIsUnit || otherChoice.percentIsUnit { continue }
                if isBased != other.isBased {
                    guard choice.baseIsMark == isBased, otherChoice.baseIsMark == other.isBased else { continue }
                } else if choice.baseIsMark || otherChoice.baseIsMark {
                    continue
                }
                let comparison = AnswerComparison(left: choice, right: otherChoice)
                if comparison.areEqual(value, otherValue) { return true }
            }
        }
        return false
    }

    /// Without the stars around `**5**`.
    private static func withoutMarkdown(_ text: String) -> String {
        var rest = Substring(text)
        while rest.hasPrefix("**") { rest = rest.dropFirst(2) }
        while rest.hasSuffix("**") { rest = rest.dropLast(2) }
        return String(rest)
    }
}
