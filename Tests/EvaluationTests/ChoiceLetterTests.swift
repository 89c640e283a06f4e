import Testing

@testable import Evaluation

@Suite struct ChoiceLetterTests {
    static let said: [(text: String, letter: String?)] = [
        ("The answer is B", "B"), ("the answer is (B).", "B"), ("So the answer is **C**.", "C"), ("Answer: D", "D"),
        ("**Answer:** (A)", "A"), ("the answer is option C, since", "C"), ("the answer is $\\text{B}$", "B"),
        ("the answer is $\\textbf{(E)}$", "E"), ("The correct choice is: B", "B"), ("THE ANSWER IS D", "D"),
        ("The answer is A. No, the answer is B because", "B"), ("(A) is wrong, so (C)", "C"), ("I pick (D)\n", "D"),
        ("B.", "B"), ("B", "B"), ("so\nB. Paris\n", "B"), ("A) no\nC) yes", "C"), ("**B**", "B"), ("  D: that\n", "D"),
        // What is said to be the answer goes before what only stands there.
        ("The answer is B.\n(A) was wrong", "B"), ("(B)\nA. other", "B"),
        // No letters: articles, pronouns, functions, parts of words.
        ("the answer is a prime", nil), ("The answer is I think 5", nil), ("the answer is 5", nil),
        ("the answer is Apple", nil), ("f(A) = 3", nil), ("A cat sat", nil), ("x\nAnn. B2", nil), ("", nil),
        ("(b)", nil),
        ("the answer is I", "I"), ("the answer is B's", nil), ("(É)", nil),
    ]

    @Test(arguments: said) func theLetterThatIsSaidLast(text: String, letter: String?) {
        #expect(AnswerPattern.choiceLetter.lastMatch(in: Array(text.utf8)) == letter)
        #expect(AnswerExtractor.answer(in: text, patterns: [.choiceLetter]) == letter)
    }

    static let boxes: [(box: String, answer: String)] = [
        ("B", "B"), ("(B)", "B"), ("\\text{B}", "B"), ("\\textbf{(C) } 12", "C"), ("B. Paris", "B"),
        (" D ) 5", " D ) 5"), ("\\text{(B) Paris}", "B"), ("A + B", "A + B"), ("12", "12"), ("Bob", "Bob"), ("b", "b"),
    ]

    @Test(arguments: boxes) func aBoxCountsByTheLetterItBeginsWith(box: String, answer: String) {
        let text = "(A) or the answer is A, but \\boxed{\(box)}"
        let trimmed = AnswerExtractor.answer(in: "\\boxed{\(answer)}", patterns: [])
        #expect(AnswerExtractor.answer(in: text, patterns: [.choiceLetter]) == trimmed)
        #expect(AnswerExtractor.answer(in: text, patterns: []) == AnswerExtractor.answer(in: "\\boxed{\(box)}"))
    }

    @Test func withoutAPatternOnlyABoxIsAnAnswer() {
        #expect(AnswerExtractor.answer(in: "the answer is B", patterns: []) == nil)
        #expect(AnswerExtractor.answer(in: "(B)") == nil, "letters are for questions with choices")
    }

    @Test func anyBytesAreAnswered() {
        var random = SplitMix(seed: 5)
        let pieces = ["the answer is ", "(", ")", "A", "B", "\\text{", "}", "\n", ".", "I ", "é", "\\boxed{", "*", " "]
        for _ in 0..<3_000 {
            let text = (0..<random.below(14)).map { _ in pieces[random.below(pieces.count)] }.joined()
            let cut = Array(text.utf8.prefix(random.below(text.utf8.count + 1)))
            let found = AnswerExtractor.answer(in: cut, patterns: [.choiceLetter])
            #expect(found?.isEmpty != true)
        }
    }
}
