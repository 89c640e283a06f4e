import Testing

@testable import Evaluation

/// Matrices, fractions, repeating decimals, bases and full-width signs in their spellings.
@Suite struct AnswerSpellingTests {
    static let equal: [(String, String)] = [
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\left(\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right)"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\left[\\begin{matrix}1&2\\\\3&4\\end{matrix}\\right]"),
        (
            "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
            "\\left(\\begin{smallmatrix}1&2\\\\3&4\\end{smallmatrix}\\right)"
        ),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{psmallmatrix}1&2\\\\3&4\\end{psmallmatrix}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{Bmatrix}1&2\\\\3&4\\end{Bmatrix}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\pmatrix{1&2\\cr3&4}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\pmatrix{1&2\\cr3&4\\cr}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\left\\{\\begin{array}{c|c}1&2\\\\3&4\\end{array}\\right\\}"),
        (
            "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
            "\\left[\\begin{array}[t]{rr} 1 & 2 \\\\[2pt] 3 & 4 \\\\ \\end{array}\\right]"
        ),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "Matrix([[1,2],[3,4]])"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "Matrix([[1, 2], [3, 4]])"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "[[1,2],[3,4]]"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "Matrix(2, 2, [1, 2, 3, 4])"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix*}[r]1&2\\\\3&4\\end{pmatrix*}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\big(\\begin{matrix}1&2\\\\3&4\\end{matrix}\\big)"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\text{Matrix}([[1,2],[3,4]])"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\bigl[\\begin{smallmatrix}1&2\\\\3&4\\end{smallmatrix}\\bigr]"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\left(\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right]"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "array([[1, 2], [3, 4]])"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\mathbf{A} = \\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"),
        ("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "Matrix([[1],[2]])"),
        ("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "Matrix([1,2])"),
        ("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "[[1],[2]]"),
        ("\\begin{pmatrix}1&2\\end{pmatrix}", "Matrix([[1,2]])"), ("\\begin{bmatrix}1&2\\end{bmatrix}", "[[1,2]]"),
        ("\\begin{bmatrix}1&2\\end{bmatrix}", "[1,2]"), ("\\begin{pmatrix}1&2\\end{pmatrix}", "(1,2)"),
        ("\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}", "-2"),
        ("\\left|\\begin{array}{cc}a&b\\\\c&d\\end{array}\\right|", "ad-bc"),
        ("\\begin{vmatrix}2&0&0\\\\0&3&0\\\\0&0&4\\end{vmatrix}", "24"),
        ("\\begin{pmatrix}\\frac12\\\\2\\end{pmatrix}", "\\left[\\begin{array}{c}0.5\\\\2\\end{array}\\right]"),
        ("[1,2]", "[1, 2]"), ("\\left\\langle 1,2\\right\\rangle", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"),
        ("{9\\over7}", "9/7"), ("9 \\over 7", "9/7"), ("x={9\\over7}", "9/7"), ("{n \\choose 2}", "\\binom n2"),
        ("5 \\choose 2", "10"), ("{1\\over 2}+{1\\over 3}", "5/6"), ("-{1\\over2}", "-0.5"),
        ("\\left(n\\atop 2\\right)", "\\binom n2"), ("{{1\\over2}\\over 3}", "1/6"),
        ("{a+b\\over 2}", "\\frac{a+b}2"), ("\\sfrac{9}{7}", "9/7"), ("\\nicefrac{9}{7}", "9/7"),
        ("\\nicefrac97", "9/7"), ("\\genfrac{(}{)}{0pt}{}{5}{2}", "10"), ("\\genfrac{}{}{}{}{1}{2}", "1/2"),
        ("{1\\over 2}, {1\\over 3}", "1/3, 1/2"), ("({1\\over2},{3\\over4})", "(0.5,0.75)"), ("(1\\over2)", "1/2"),
        ("\\sqrt{3\\over4}", "\\frac{\\sqrt3}{2}"), ("0.\\dot{3}", "\\frac13"), ("0.\\dot3", "1/3"),
        ("0.\\overline{3}", "1/3"), ("0.\\overline3", "1/3"), ("0.\\bar3", "1/3"), ("0.\\bar{3}", "1/3"),
        ("0.\\dot12\\dot3", "0.\\overline{123}"), ("0.\\dot{1}2\\dot{3}", "41/333"), ("0.1\\dot{6}", "1/6"),
        ("0.1\\overline6", "1/6"), ("0.3̇", "1/3"), ("0.1̇2̇", "12/99"), (".\\overline{3}", "1/3"), ("0.(3)", "1/3"),
        ("1.2\\dot{3}", "37/30"), ("3.\\dot{1}\\dot{8}", "35/11"), ("-0.\\dot{3}", "-1/3"), ("FF_{16}", "255_{10}"),
        ("2A_{16}", "2a_{16}"), ("ff_{16}", "FF_{16}"), ("\\text{FF}_{16}", "255_{10}"), ("(FF)_{16}", "255_{10}"),
        ("1AB_{12}", "275_{10}"), ("(1011)_2", "11_{10}"), ("1E5_{16}", "485_{10}"),
        ("\\mathrm{2A}_{16}", "42_{10}"), ("FF_{\\text{sixteen}}", "11111111_2"), ("A1.8_{16}", "161.5_{10}"),
        ("１２", "12"), ("（1，2）", "(1,2)"), ("5％", "5%"), ("－３", "-3"), ("１／２", "1/2"), ("ｘ＝５", "5"),
        ("［１，２］", "[1,2]"), ("｛１，２｝", "\\{1,2\\}"), ("１２．５", "12.5"), ("２＋３", "5"), ("３＜ｘ＜５", "(3,5)"),
        ("１，２，３", "1,2,3"), ("1、2", "1,2"), ("\\frac｛１｝｛２｝", "1/2"), ("𝟏𝟐", "12"), ("＄５", "5"), ("２＾３", "8"),
    ]

    static let different: [(String, String)] = [
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "[[1,3],[2,4]]"), ("[[1,2],[3,4]]", "[[1,2],[3,5]]"),
        ("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "[[1,2]]"), ("FF_{16}", "254_{10}"), ("FF_{16}", "FE_{16}"),
        ("{9\\over7}", "7/9"), ("0.\\dot{3}", "0.3"), ("0.\\dot12\\dot3", "0.123"), ("１２", "13"),
        ("n \\atop k", "\\binom nk"), ("x_{16}", "x_{10}"), ("ab_{12}", "a b_{13}"),
    ]

    @Test(arguments: equal) func sameInMathematics(pair: (String, String)) {
        #expect(AnswerEquality.areEqual(pair.0, pair.1))
        #expect(AnswerEquality.areEqual(pair.1, pair.0))
    }

    @Test(arguments: different) func differentInMathematics(pair: (String, String)) {
        #expect(!AnswerEquality.areEqual(pair.0, pair.1))
        #expect(!AnswerEquality.areEqual(pair.1, pair.0))
    }

    private static let pieces = [
        "{", "}", "\\over", "\\choose", "\\atop", "\\matrix{", "\\cr", "\\begin{array}{cc}", "\\end{array}", "&",
        "\\\\", "[[", "]]", "Matrix(", ")", "(", "[", "]", "\\{", "\\}", "|", "x", "<", ">", "\\le", "\\ne", "\\in",
        "\\mathbb R", "\\setminus", "\\cup", "\\cap", "or", "and", ",", ":", "1", "2", "10", "!", "^", "_", "{16}",
        "FF", "0.", "\\dot3", "\\overline{12}", "１", "（", "\\infty", "-", "+", "\\frac", "\\binom", "\\ln", "\\sqrt",
        "10^{10^{10}}", "n", "99999", "\\begin{vmatrix}", "\\end{vmatrix}", "\\genfrac", "\u{307}", "e", ".", "%",
    ]

    @Test func randomAnswersEndQuietlyAndCompareBothWays() {
        var random = SplitMix(seed: 37)
        for _ in 0..<4_000 {
            let texts = (0..<2).map { _ in
                (0..<(random.below(14) + 1)).map { _ in Self.pieces[random.below(Self.pieces.count)] }.joined()
            }
            #expect(AnswerEquality.areEqual(texts[0], texts[0]))
            let isEqual = AnswerEquality.areEqual(texts[0], texts[1])
            #expect(AnswerEquality.areEqual(texts[1], texts[0]) == isEqual, "\(texts)")
        }
    }
}
