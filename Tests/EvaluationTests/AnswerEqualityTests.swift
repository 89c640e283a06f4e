import Testing

@testable import Evaluation

/// Truth tables, one row a pair: written from what the answers mean, not from what the code does.
@Suite struct AnswerEqualityTests {
    static let equal: [(String, String)] = [
        // Numbers
        ("5", "5"), ("5", "5.0"), ("5", "+5"), ("5", "05"), ("-3", "−3"), (".5", "0.5"), ("0.50", "1/2"),
        ("1,234", "1234"), ("1,234,567", "1234567"), ("58,\\!500", "58500"), ("10{,}080", "10,080"),
        ("12\\,345", "12345"), ("10 000", "10000"), ("\\$32,\\!348", "32348"), ("$42$", "42"), ("42.", "42"),
        ("1.5 \\times 10^3", "1500"), ("1.5e3", "1500"), ("2 \\cdot 10^{-2}", "0.02"), ("0.\\overline{3}", "1/3"),
        ("0.1\\overline{6}", "\\frac16"), ("--5", "5"), ("**17**", "17"), ("\\boxed{7}", "7"),
        ("12345678901234567890123456789012345678901234567890", "12345678901234567890123456789012345678901234567890"),
        // Fractions and mixed numbers
        ("\\frac12", "\\frac{1}{2}"), ("\\dfrac{1}{2}", "1/2"), ("\\frac 59", "5/9"), ("\\frac1{72}", "1/72"),
        ("\\frac{270}7", "270/7"), ("-\\frac{3}{8}", "\\frac{-3}{8}"), ("\\frac{3}{-8}", "-3/8"), ("2/4", "1/2"),
        ("1\\frac{4}{5}", "9/5"), ("137 \\frac{1}{2}", "137.5"), ("3 1/2", "7/2"), ("-1\\frac12", "-3/2"),
        ("½", "0.5"), ("3½", "3.5"), ("\\frac{\\frac{1}{2}}{3}", "1/6"), ("2½", "2.5"),
        // Percentages
        ("50\\%", "50%"), ("50%", "0.5"), ("50%", "50"), ("12.5\\%", "1/8"), ("50 percent", "50%"),
        // Powers, radicals, pi, e, i
        ("2^{10}", "1024"), ("2^3", "8"), ("x²", "x^2"), ("10^{-2}", "0.01"), ("4^{1/2}", "2"), ("8^{2/3}", "4"),
        ("\\sqrt{8}", "2\\sqrt{2}"), ("\\sqrt2", "√2"), ("\\frac{1}{\\sqrt{3}}", "\\frac{\\sqrt{3}}{3}"),
        ("\\frac{1}{1+\\sqrt{2}}", "\\sqrt{2}-1"), ("\\sqrt[3]{54}", "3\\sqrt[3]{2}"), ("sqrt(12)", "2sqrt(3)"),
        ("\\sqrt{6}", "\\sqrt{2}\\sqrt{3}"), ("2^{1/2} \\cdot 2^{1/3}", "2^{5/6}"), ("\\sqrt[3]{-8}", "-2"),
        ("\\sqrt{-4}", "2i"), ("i^2", "-1"), ("(1+i)^2", "2i"), ("-2 + 7i", "7i-2"), ("\\frac{1}{i}", "-i"),
        ("18+2\\pi", "2π + 18"), ("2pi", "2\\pi"), ("\\frac{\\pi}{2}", "\\pi/2"), ("e^2 \\cdot e", "e^3"),
        ("\\ln e", "1"), ("\\log_2 8", "3"), ("\\log_{10} 1000", "3"), ("\\sin 30^\\circ", "1/2"),
        ("\\cos\\frac{\\pi}{3}", "0.5"), ("e^{i\\pi}", "-1"), ("\\sqrt{3+2\\sqrt{2}}", "1+\\sqrt{2}"),
        ("\\sqrt{\\frac{1}{4}}", "1/2"), ("|-3|", "3"), ("\\lfloor 3.7 \\rfloor", "3"),
        ("\\cot x", "\\frac{1}{\\tan x}"),
        ("5!", "120"), ("2 × 5! × 5!", "28800"), ("\\binom{5}{2}", "10"), ("\\tan^{-1} 1", "\\pi/4"),
        ("\\sin^2 x + \\cos^2 x", "1"), ("\\frac{20000}{\\pi}", "20000/π"),
        // Units and text
        ("10", "10 meters"), ("36 \\text{ seconds}", "36"), ("5.4 \\text{ cents}", "5.4"), ("90^\\circ", "90"),
        ("90^{\\circ}", "90°"), ("\\$5", "5 dollars"), ("12^{\\text{th}} \\text{ grade}", "12"), ("12th", "12"),
        ("12 \\text{ cm}^2", "12"), ("60 \\text{ miles per hour}", "60"), ("5 m", "5"), ("5 m", "5m"), ("5 m/s", "5"),
        ("5 cm", "5 centimeters"), ("\\approx 3.2", "3.2"), ("about 7", "7"),
        ("\\frac{270}{7}\\text{ degrees}", "270/7"),
        ("3\\text{ m}", "3"),
        // Number bases
        ("2516_8", "2516_{8}"), ("2516_8", "2516"), ("4343_6", "4343_{\\text{six}}"), ("11_2", "3_{10}"),
        // Polynomials and equations
        ("2k+2", "2 + 2k"), ("5r^5", "5r^{5}"), ("(x+1)(x-2)", "x^2 - x - 2"), ("(a+5)(b+2)", "ab+2a+5b+10"),
        ("\\frac{x^2-1}{x-1}", "x+1"), ("x \\cdot y", "yx"), ("2(x+y)", "2x+2y"), ("x_1 + x_{2}", "x_2+x_1"),
        ("\\frac{11+9a}{20}", "\\frac{9a}{20} + 0.55"), ("x=5", "5"), ("5 = x", "x = 5"), ("f(x) = 2x", "2x"),
        ("y = 2x + 3", "y=3+2x"), ("y = 2x+3", "2x - y + 3 = 0"), ("3x = 6", "x = 2"), ("x = 10/2 = 5", "5"),
        ("x \\in [0,1]", "[0,1]"), ("x > 3", "(3,\\infty)"), ("0 < x \\le 1", "(0,1]"), ("1 > x", "x < 1"),
        ("\\text{Area} = 12", "12"), ("\\sqrt{x^3}", "x\\sqrt{x}"), ("2^{n+1}", "2 \\cdot 2^n"), ("\\theta", "θ"),
        // Lists, sets, tuples, intervals, matrices
        ("-2,1", "1, -2"), ("1 \\text{ or } 2", "2, 1"), ("1 and 2", "1,2"), ("\\{1,2\\}", "\\{2, 1\\}"),
        ("{1, 2}", "\\{2,1\\}"), ("1 \\pm \\sqrt{19}", "1+\\sqrt{19}, 1-\\sqrt{19}"), ("x = 1, x = 2", "1, 2"),
        ("\\{1\\pm\\sqrt{5},-2\\}", "-2, 1-\\sqrt5, 1+\\sqrt5"), ("(1,2)", "\\left( 1, 2 \\right)"), ("(1,2)", "1, 2"),
        ("\\left( 3, \\frac{\\pi}{2} \\right)", "(3, 0.5\\pi)"), ("[0,\\infty)", "[0, ∞)"), ("(1,2)", "⟨1,2⟩"),
        ("(0,9) \\cup (9,36)", "(9,36) ∪ (0,9)"), ("\\emptyset", "\\{\\}"), ("\\mathbb{R}", "(-\\infty, \\infty)"),
        ("\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}", "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}"),
        ("\\begin{pmatrix} 1/5 \\\\ -18/5 \\end{pmatrix}", "\\begin{pmatrix} 0.2 \\\\ -3.6 \\end{pmatrix}"),
        ("\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "(1,2)"), ("100,200", "100, 200"),
        // Words and choices
        ("(C)", "C"), ("\\text{C}", "C"), ("\\text{(B)}", "(B)"), ("\\textbf{(D)}", "D"), ("\\text{Evelyn}", "evelyn"),
        ("\\text{Yes}", "yes"), ("\\text{No solution}", "no solution"), ("\\text{ellipse}", "Ellipse."),
        ("3:4", "3 : 4"),
        ("\\infty", "+∞"), ("\\text{even}", "even"),
    ]

    static let different: [(String, String)] = [
        ("5", "6"), ("5", "-5"), ("-3", "-3.04"), ("160", "159.43"), ("1/3", "0.333333333333"), ("0.35625", "0.355"),
        ("1,234", "1235"), (".0000672", "0.000067"), ("2^{10}", "1023"), ("\\sqrt{2}", "1.41421356"),
        ("\\pi", "3.14159"),
        ("12345678901234567890123456789012345678901234567890", "12345678901234567890123456789012345678901234567891"),
        ("170141183460469231731687303715884105727", "170141183460469231731687303715884105726"),
        ("\\frac{1}{2}", "\\frac{2}{1}"), ("1\\frac12", "1/2"), ("\\sqrt{8}", "2\\sqrt{3}"), ("\\sqrt[3]{4}", "4"),
        ("7\\pi", "20π"), ("7\\pi", "7"), ("6-5i", "6+5i"), ("2", "2i"), ("50%", "5"), ("50%", "0.5%"), ("5%", "500%"),
        ("2516_8", "2516_7"), ("2516_8", "2523_8"), ("11_2", "11_3"), ("40_9", "36_8"), ("40_9", "36"),
        ("5 cm", "5 m"), ("5 \\text{ seconds}", "5 \\text{ minutes}"), ("5 remainder 2", "5"),
        ("2k+2", "3k+2"), ("x^2", "x^3"), ("x", "X"), ("x", "y"), ("|x|", "x"), ("\\sqrt{x^2}", "x"), ("x+1", "1"),
        ("\\sin x", "\\cos x"), ("\\sin^2 x", "\\sin x^2"), ("x_1", "x_2"), ("x=5", "y=5"), ("x=5", "6"),
        ("x=5", "x=6"),
        ("y = 2x + 3", "y = 2x - 3"), ("x > 3", "x < 3"), ("x > 3", "x \\ge 3"), ("x > 3", "3"), ("x \\ne 3", "x = 3"),
        ("x^5 - x^4 + 1", "x^5 - x^4 + 1 \\text{ remainder } -2"), ("-2,1", "1"), ("-2,1", "-2,2"), ("1,1,2", "1,2,2"),
        ("3, 5, 7", "3, 5"), ("(1,2)", "(2,1)"), ("(1,2)", "[1,2]"), ("[1,2)", "(1,2]"), ("(1,2)", "(1,2,3)"),
        ("\\{1,2\\}", "\\{1,3\\}"), ("\\{1,2\\}", "(2,1)"), ("(0,9) \\cup (9,36)", "(0,36)"), ("\\infty", "-\\infty"),
        ("(-\\infty, 3)", "(3,\\infty)"), ("\\emptyset", "0"), ("\\emptyset", "\\{0\\}"),
        ("\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "\\begin{pmatrix} 2 & 1 \\end{pmatrix}"),
        ("\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "\\begin{pmatrix} 1 & 2 \\end{pmatrix}"),
        ("C", "D"), ("(C)", "(D)"), ("\\text{Evelyn}", "\\text{Navin}"), ("yes", "no"), ("east", "seat"),
        ("invalid", "10"), ("No real solutions", "10"), ("", "0"), ("", "x"), ("10", "No real values of \\(a\\)"),
        ("\\frac{1}{0}", "\\frac{2}{0}"), ("0", "\\frac{1}{0}"), ("3:4", "4:3"), ("1/2", "1/2x"), ("x^{n}", "x^{m}"),
        ("3xyz", "3"), ("2E70", "2516_8"), ("1 \\pm 2", "3"), ("\\ln 2", "\\log 2"), ("e", "2.718281828"),
    ]

    @Test(arguments: equal) func sameInMathematics(pair: (String, String)) {
        #expect(AnswerEquality.areEqual(pair.0, pair.1))
        #expect(AnswerEquality.areEqual(pair.1, pair.0))
    }

    @Test(arguments: different) func differentInMathematics(pair: (String, String)) {
        #expect(!AnswerEquality.areEqual(pair.0, pair.1))
        #expect(!AnswerEquality.areEqual(pair.1, pair.0))
    }

    @Test func everyWrittenAnswerEqualsItselfAndComparesTheSameBothWays() {
        let all = (Self.equal + Self.different).flatMap { [$0.0, $0.1] }
        for first in all { #expect(AnswerEquality.areEqual(first, first), "\(first)") }
        let answers = all.map { ComparedAnswer($0) }
        // Every 149th pair: the step shares no factor with the count of answers, so that all answers take part.
        for index in stride(from: 0, to: answers.count * answers.count, by: 149) {
            let (first, second) = (index / answers.count, index % answers.count)
            #expect(
                answers[first].isEqual(to: answers[second]) == answers[second].isEqual(to: answers[first]),
                "\(all[first]) and \(all[second])")
        }
    }
}
