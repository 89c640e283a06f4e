import Foundation
import Testing

@testable import Evaluation

/// Numbers of any size are compared exactly, never by an absolute distance.
@Suite struct AnswerExactTests {
    static let equal: [(String, String)] = [
        ("2^{100}", "1267650600228229401496703205376"), ("\\binom{100}{50}", "100891344545564193334812497256"),
        ("n!", "n(n-1)!"), ("n!", "n \\cdot (n-1)!"), ("\\frac{(n+1)!}{n!}", "n+1"),
        ("\\binom{n}{2}", "\\frac{n(n-1)}{2}"), ("\\binom{2n}{n}", "\\frac{(2n)!}{n!^2}"),
        ("\\binom{2n}{n}", "\\frac{(2n)!}{(n!)^2}"), ("\\binom{n}{k}", "\\binom{n}{n-k}"),
        ("\\frac{100000!}{99999!}", "100000"), ("10^{10^{10}}", "10^{10000000000}"),
        ("\\frac{2^{100000}}{2^{99999}}", "2"), ("4^{50000}", "2^{100000}"), ("\\sqrt{10^{100}}", "10^{50}"),
        ("\\sin\\pi", "0"), ("\\ln 2 + \\ln 3", "\\ln 6"), ("\\ln 8", "3\\ln 2"), ("\\log_2 8", "3"),
        ("\\log_{10} 10^{400}", "400"), ("5.39\\times10^{-44}", "5.39e-44"), ("1e-400", "10^{-400}"),
        ("0.\\overline{142857}", "1/7"), ("\\sqrt{3+2\\sqrt2}", "1+\\sqrt2"), ("\\sqrt[3]{2^{300}}", "2^{100}"),
        ("(1+\\sqrt{5})^{100}", "(1+\\sqrt5)^{99}(1+\\sqrt5)"), ("1000!", "1000 \\cdot 999!"),
        ("\\frac{1000!}{998!}", "999000"), ("(2^{61}-1)^{1/2}(2^{67}-1)^{1/2}", "\\sqrt{(2^{61}-1)(2^{67}-1)}"),
        ("9^{9^{9}}", "9^{387420489}"), ("9^{9^{9}}", "3^{774840978}"), ("\\sin^2 x+\\cos^2 x-1", "0"),
        ("e^{i\\pi}+1", "0"), ("(10^{50})!", "10^{50}(10^{50}-1)!"), ("\\frac{n!}{(n-3)!}", "n(n-1)(n-2)"),
        ("\\frac{n!}{(n-2)!2!}", "\\binom n2"), ("5000!", "5000\\cdot4999!"), ("\\cosh 1", "\\frac{e+e^{-1}}{2}"),
    ]

    static let different: [(String, String)] = [
        ("2^{100}", "1267650600228229401496703205377"), ("10^{-45}", "0"),
        ("\\binom{100}{50}", "100891344545564193334812497257"), ("\\frac{(n+1)!}{n!}", "n"),
        ("10^{10^{10}}", "10^{10000000001}"), ("10^{10^{10^{10}}}", "10^{10^{10}}"), ("2^{100000}+1", "2^{100000}"),
        ("1+2^{-100000}", "1"), ("\\sqrt{10^{100}+1}", "10^{50}"), ("e^{-1000}", "0"), ("e^{-1000}", "e^{-1001}"),
        ("\\sin\\pi", "10^{-45}"), ("\\tan\\frac{\\pi}{2}", "0"), ("1e-400", "0"), ("10^{-400}\\%", "0"),
        ("2^{-1074}", "0"), ("\\sin(1)\\cdot 10^{-400}", "0"), ("\\sin(1)\\cdot 10^{-200}\\cdot 10^{-200}", "0"),
        ("3^{1000}-1", "3^{1000}"), ("\\sqrt{2^{61}-1}", "\\sqrt{2^{61}+1}"), ("20000!-1", "20000!"),
        ("\\frac{1}{3}+10^{-100}", "\\frac13"), ("0.333333333333333333333333", "\\frac13"),
        ("\\frac{2\\pi}{3}+10^{-30}", "\\frac{2\\pi}{3}"),
    ]

    @Test(arguments: equal) func sameInMathematics(pair: (String, String)) {
        #expect(AnswerEquality.areEqual(pair.0, pair.1))
        #expect(AnswerEquality.areEqual(pair.1, pair.0))
    }

    @Test(arguments: different) func differentInMathematics(pair: (String, String)) {
        #expect(!AnswerEquality.areEqual(pair.0, pair.1))
        #expect(!AnswerEquality.areEqual(pair.1, pair.0))
    }

    private struct Pair: Decodable {
        let gold: String
        let predicted: String
        let equal: Bool
    }

    /// Pairs whose values Python's integers and fractions give; Tests/Fixtures/exact_answers.py wrote them.
    @Test func agreesWithPythonsIntegersAndFractions() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appendingPathComponent("Fixtures/exact-answers.jsonl")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 400)
        for line in lines {
            let pair = try JSONDecoder().decode(Pair.self, from: Data(line.utf8))
            #expect(AnswerEquality.areEqual(pair.gold, pair.predicted) == pair.equal, "\(line)")
            #expect(AnswerEquality.areEqual(pair.predicted, pair.gold) == pair.equal, "\(line)")
        }
    }

    /// Beyond the limit of digits equality is known only where it needs no digits.
    @Test func whatIsTooLargeIsNotDecided() {
        #expect(!AnswerEquality.areEqual("2^{40000}+1", "1+2^{40000}"))
        #expect(AnswerEquality.areEqual("2^{40000}", "4^{20000}"))
        #expect(throws: NoExactValue.tooLarge) { try Rational(2).power(40_000).times(.one) }
        #expect(throws: NoExactValue.tooLarge) { try Rational(10).power(10_000).times(Rational(10)) }
    }
}
