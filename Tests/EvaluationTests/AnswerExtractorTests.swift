import Testing

@testable import Evaluation

@Suite struct AnswerExtractorTests {
    static let boxes: [(text: String, content: String?)] = [
        ("\\boxed{5}", "5"), ("so $\\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}"), ("\\boxed{1} then \\boxed{2}", "2"),
        ("\\boxed{1} then \\boxed{2", "1"), ("\\boxed {5}", "5"), ("\\boxed\n{5}", "5"), ("\\boxed{}", nil),
        ("\\boxed{ }", nil), ("\\boxed{{}}", nil), ("put it in \\boxed{}", nil), ("\\boxed{7} in \\boxed{}", "7"),
        ("\\fbox{5}", nil),
        ("\\boxedx{5}", nil), ("boxed{5}", nil), ("\\boxed{\\{1,2\\}}", "\\{1,2\\}"), ("\\boxed{\\}}", "\\}"),
        ("\\boxed{x = \\boxed{5}}", "5"), ("\\boxed{5 \\boxed{6}", "6"), ("\\\\boxed{5}", nil),
        ("a \\\\\\boxed{5}", "5"), ("\\boxed{{{5}}}", "{{5}}"), ("}}{\\boxed{5}", "5"), ("\\boxed{5}}", "5"),
        ("\\boxed{\\text{no }\\{}", "\\text{no }\\{"), ("\\boxed 5", nil), ("", nil), ("\\", nil), ("\\boxed", nil),
        ("\\bo\\boxed{5}", "5"), ("\\boxed\\boxed{5}", "5"), ("\\boxed{π}", "π"), ("\\boxed{\n3\n}", "\n3\n"),
        ("\\boxed{\\\\}", "\\\\"), ("\\boxed{5 \\boxed{}}", nil), ("{\\boxed{5}", "5"), ("\\boxed{a{b}c}d}", "a{b}c"),
        ("\\boxed{\\{}", "\\{"), ("\\boxed{5\\", nil),
    ]

    @Test(arguments: boxes) func lastBox(text: String, content: String?) {
        #expect(AnswerExtractor.lastBox(in: text) == content)
        #expect(AnswerExtractor.hasClosedBox(Array(text.utf8)) == (content != nil))
    }

    /// The twin follows the words of the rule one by one: each start of a box, its end by counting braces.
    @Test func scanAgreesWithTheRuleTakenLiterally() {
        let pieces = ["\\boxed{", "\\boxed", "{", "}", "\\{", "\\}", "\\\\", "\\", "5", " ", "x"]
        var random = SplitMix(seed: 19)
        for _ in 0..<5_000 {
            let text = (0..<random.below(12)).map { _ in pieces[random.below(pieces.count)] }.joined()
            let bytes = Array(text.utf8)
            let expected = Self.literalLastBox(bytes)
            #expect(AnswerExtractor.lastBox(in: bytes) == expected, "\(text)")
            #expect(AnswerExtractor.hasClosedBox(bytes) == (expected != nil), "\(text)")
        }
    }

    private static func literalLastBox(_ bytes: [UInt8]) -> [UInt8]? {
        // Marks each byte that stands behind an odd backslash; a `\boxed` command is its own thing.
        var escaped = [Bool](repeating: false, count: bytes.count)
        var starts: [Int] = []
        var index = 0
        let command = Array("\\boxed".utf8)
        while index < bytes.count {
            if bytes[index...].starts(with: command) {
                index += command.count
                var next = index
                while next < bytes.count, bytes[next] == 0x20 { next += 1 }
                if next < bytes.count, bytes[next] == UInt8(ascii: "{") { starts.append(next) }
            } else if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                // `\b` of an unfinished `\boxed` escapes a letter, which changes nothing.
                escaped[index + 1] = true
                index += 2
            } else {
                index += 1
            }
        }
        for start in starts.reversed() {
            var depth = 0
            for end in start..<bytes.count where !escaped[end] {
                if bytes[end] == UInt8(ascii: "{") { depth += 1 }
                if bytes[end] == UInt8(ascii: "}") { depth -= 1 }
                guard depth == 0 else { continue }
                let content = Array(bytes[(start + 1)..<end])
                let hasInner = starts.contains { $0 > start && $0 < end }
                if !hasInner, content.contains(where: { !" {}".utf8.contains($0) }) { return content }
                break
            }
        }
        return nil
    }

    @Test(arguments: [
        ("The answer is 42.", "42"), ("### so\n#### 1,234\n", "1,234"), ("Final answer: $\\frac12$", "$\\frac12$"),
        ("the answer is 2.5. That is all", "2.5"), ("The answer is: x = 3\nmore", "x = 3"), ("\\boxed 5 is it", "5"),
        ("**Final Answer:** 7", "7"), ("The answer is 1. No: the answer is 2.", "2"),
        ("\\boxed{3} the answer is 4", "3"),
    ])
    func patternsFindAnswersWithoutABox(text: String, answer: String) {
        #expect(AnswerExtractor.answer(in: text) == answer)
    }

    @Test(arguments: ["", "nothing here", "####", "the answer is", "answer is ."])
    func textWithoutAnAnswerHasNone(text: String) {
        #expect(AnswerExtractor.answer(in: text) == nil)
    }

    @Test func onlyTheGivenPatternsAreTried() {
        #expect(AnswerExtractor.answer(in: "#### 5", patterns: [.answerIs]) == nil)
        #expect(AnswerExtractor.answer(in: "#### 5", patterns: [.hashMarker]) == "5")
    }

    static let joined: [(text: String, answer: String)] = [
        ("\\boxed{3}, \\boxed{5}, \\boxed{7}", "3, 5, 7"),
        ("$\\boxed{3}$, $\\boxed{5}$ and $\\boxed{7}$.", "3, 5, 7"),
        ("x = \\boxed{3}, y_1 = \\boxed {5}", "3, 5"), ("\\[\\boxed{1} \\quad \\text{or} \\quad \\boxed{2}\\]", "1, 2"),
        ("\\boxed{3}. \\boxed{5}", "5"), ("\\boxed{3}, but \\boxed{5}", "5"), ("\\boxed{3} \\boxed{5}", "5"),
        ("\\boxed{3},\n\n\\boxed{5}", "5"), ("\\boxed{3},\n\\boxed{5}", "3, 5"), ("\\boxed{5}, \\boxed{5}", "5"),
        ("\\boxed{1}. So \\boxed{2}; \\boxed{3}; more", "2, 3"), ("\\boxed{3}, \\boxed{}", "3"),
        ("\\boxed{3}, \\boxed{x = \\boxed{5}}", "5"), ("\\boxed{3}, \\boxed{4", "3"),
    ]

    @Test(arguments: joined) func boxesOfOneSentenceAreOneList(text: String, answer: String) {
        #expect(AnswerExtractor.answer(in: text) == answer)
    }

    static let letters: [(text: String, answer: String)] = [
        ("It is \\boxed{12}. Answer: D", "D"), ("\\boxed{\\frac12}\nThe answer is (C).", "C"),
        ("\\boxed{12} so (B)", "B"),
        ("Answer: D, \\boxed{B}", "B"), ("\\boxed{B}. Answer: D", "B"), ("Answer: D \\boxed{12}", "12"),
        ("\\boxed{A}, \\boxed{C}", "A, C"), ("\\boxed{3}, \\boxed{4}; Answer: E", "E"),
    ]

    @Test(arguments: letters) func aLetterBehindAMathematicalBoxIsTheChoice(text: String, answer: String) {
        #expect(AnswerExtractor.answer(in: text, patterns: [.choiceLetter]) == answer)
    }

    @Test func anyBoxesAreJoinedQuietly() {
        let pieces = [
            "\\boxed{", "}", "3", "5", ",", " ", "and", "$", "\n", "x=", ".", "\\boxed {", "{", "\\text{", "or",
        ]
        var random = SplitMix(seed: 43)
        for _ in 0..<5_000 {
            let text = (0..<random.below(16)).map { _ in pieces[random.below(pieces.count)] }.joined()
            let answer = AnswerExtractor.answer(in: text, patterns: [])
            #expect((answer != nil) == AnswerExtractor.hasClosedBox(Array(text.utf8)), "\(text)")
        }
    }
}
