import Testing

@testable import Evaluation

/// What must hold for any texts whatever.
@Suite struct AnswerEqualityPropertyTests {
    /// Signs that answers are made of, and some that break them.
    private static let pieces: [String] = [
        "1", "2", "10", "3.5", ",", " ", "x", "y", "i", "e", "+", "-", "*", "/", "^", "_", "(", ")", "[", "]", "{", "}",
        "\\{", "\\}", "\\frac", "\\sqrt", "\\pi", "\\pm", "\\text{or}", "\\text{cm}", "%", "°", "=", "<", "\\le", "|",
        "!", "\\begin{pmatrix}", "\\end{pmatrix}", "&", "\\\\", "\\infty", "\\cup", "\\in", "\\log", "\\sin", "meters",
        "\\left", "\\right", "$", "\\overline{3}", "²", "½", "\u{301}", "\\", "\\binom", "\\lfloor", "\\rfloor", "#",
    ]

    private func randomAnswer(_ random: inout SplitMix) -> String {
        let length = random.below(12) + 1
        return (0..<length).map { _ in Self.pieces[random.below(Self.pieces.count)] }.joined()
    }

    @Test func randomAnswersCompareReflexivelyAndSymmetrically() {
        var random = SplitMix(seed: 7)
        for _ in 0..<1_000 {
            let first = randomAnswer(&random)
            let second = random.below(4) == 0 ? first + " " : randomAnswer(&random)
            #expect(AnswerEquality.areEqual(first, first))
            #expect(
                AnswerEquality.areEqual(first, second) == AnswerEquality.areEqual(second, first),
                "\(first) | \(second)")
        }
    }

    @Test func anyBytesAreAnswered() {
        var random = SplitMix(seed: 11)
        for _ in 0..<500 {
            let bytes = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(AnswerEquality.areEqual(text, text))
            _ = AnswerEquality.areEqual(text, "5")
        }
    }

    @Test(arguments: [
        String(repeating: "(", count: 1_900), String(repeating: "{", count: 1_900),
        String(repeating: "-", count: 1_900) + "1", String(repeating: "1+", count: 900) + "1",
        String(repeating: "x^", count: 900) + "2", String(repeating: "5!", count: 900),
        String(repeating: "(x+y)", count: 300), String(repeating: "\\sqrt", count: 300) + "2",
        String(repeating: "\\text{", count: 300), String(repeating: "1,", count: 900),
        String(repeating: "\\pm 1", count: 300), String(repeating: "x=", count: 900),
        String(repeating: "\\frac", count: 300), String(repeating: "|", count: 1_900),
        String(repeating: "x/(y+1)+", count: 100) + "z", "(a+b+c+d+f+g)^{64}", "2^{2^{2^{2^{2^{2}}}}}",
        String(repeating: "9", count: 1_900), "0.\\overline{" + String(repeating: "9", count: 500) + "}",
        "\\{" + String(repeating: "\\{1,", count: 300), String(repeating: "\\sin", count: 400) + " x",
        String(repeating: "½", count: 400), String(repeating: "1 ∪ ", count: 400),
    ])
    func deepAndLongAnswersEndQuietly(text: String) {
        #expect(AnswerEquality.areEqual(text, text))
        #expect(AnswerEquality.areEqual(text + " ", text))
        #expect(!AnswerEquality.areEqual(text, "12345"))
        #expect(AnswerEquality.areEqual(text, text + "+1") == AnswerEquality.areEqual(text + "+1", text))
    }

    @Test func tooLongAnswersAreComparedAsBytes() {
        let long = String(repeating: "1", count: AnswerEquality.maximumAnswerBytes + 1)
        #expect(AnswerEquality.areEqual(long, " " + long))
        #expect(!AnswerEquality.areEqual(long, "0" + long))
    }

    /// Random polynomials written in two ways, against their values in whole numbers.
    @Test func expandedAndFactoredPolynomialsAgreeWithTheirCoefficients() {
        var random = SplitMix(seed: 3)
        for _ in 0..<200 {
            let (a, b, c) = (random.below(9) - 4, random.below(9) - 4, random.below(5) + 1)
            let factored = "\(c)(x - (\(a)))(x - (\(b)))"
            let expanded = "\(c * a * b) + \(c)x^2 - (\(c * (a + b)))x"
            #expect(AnswerEquality.areEqual(factored, expanded), "\(factored) = \(expanded)")
            #expect(!AnswerEquality.areEqual(factored, expanded + " + 1"))
        }
    }

    /// Rational arithmetic against whole-number cross multiplication.
    @Test func fractionsAgreeWithCrossMultiplication() {
        var random = SplitMix(seed: 5)
        for _ in 0..<500 {
            let (a, b, c, d) = (random.below(20) - 10, random.below(9) + 1, random.below(20) - 10, random.below(9) + 1)
            #expect(AnswerEquality.areEqual("\\frac{\(a)}{\(b)}", "\(c)/\(d)") == (a * d == c * b))
            #expect(
                AnswerEquality.areEqual("\\frac{\(a)}{\(b)} + \\frac{\(c)}{\(d)}", "(\(a * d + c * b))/(\(b * d))"))
        }
    }
}
