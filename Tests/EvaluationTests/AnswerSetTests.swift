import Testing

@testable import Evaluation

/// One set of real numbers in several spellings.
@Suite struct AnswerSetTests {
    static let equal: [(String, String)] = [
        ("m \\geq \\sqrt2", "m\\in[\\sqrt2,+\\infty)"), ("m\\geq\\sqrt2", "[\\sqrt 2,\\infty)"),
        ("0<x<12.5", "x\\in(0,12.5)"), ("0<x<12.5", "(0,\\frac{25}{2})"),
        ("x<-1 \\text{ or } x>2", "(-\\infty,-1)\\cup(2,\\infty)"),
        ("x<-1 \\text{ or } x>2", "x\\in(-\\infty,-1)\\cup(2,\\infty)"),
        ("x<-1 or x>2", "x > 2 \\text{ or } x < -1"), ("x<-1, x>2", "(-\\infty,-1)\\cup(2,\\infty)"),
        ("x \\neq 0", "\\mathbb R\\setminus\\{0\\}"), ("x \\neq 0", "(-\\infty,0)\\cup(0,\\infty)"),
        ("\\mathbb{R}\\setminus\\{0\\}", "(-\\infty,0)\\cup(0,\\infty)"), ("\\mathbb{R}-\\{0\\}", "x \\ne 0"),
        ("\\{x \\mid x>1\\}", "(1,\\infty)"), ("\\{x\\in\\mathbb{R}: x > 1\\}", "x>1"),
        ("\\{x : x > 1\\}", "\\{y | y>1\\}"), ("|x|<3", "-3<x<3"), ("|x|<3", "(-3,3)"),
        ("|x| \\ge 3", "(-\\infty,-3]\\cup[3,\\infty)"), ("|x-2|\\le 1", "[1,3]"), ("5 > x > 1", "1<x<5"),
        ("5>x>1", "(1,5)"), ("(1,2)\\cup[2,3)", "(1,3)"), ("[1,2]\\cup[2,3]", "[1,3]"), ("(0,2)\\cup(1,3)", "0<x<3"),
        ("\\{1\\}\\cup\\{2,3\\}", "\\{1,2,3\\}"), ("\\{1,2\\}\\cup\\{2,3\\}", "\\{3,2,1\\}"),
        ("\\emptyset", "\\varnothing"), ("\\emptyset", "\\{\\}"), ("\\{x | |x|<3\\}", "(-3,3)"),
        ("x>1 \\text{ and } x<3", "(1,3)"), ("x > 1, x < 3", "1<x<3"),
        ("x \\ge 0, x \\ne 1", "[0,1)\\cup(1,\\infty)"), ("x\\in\\mathbb{R}, x\\ne 1", "x \\neq 1"), ("2x>6", "x>3"),
        ("-x<3", "x>-3"), ("1<2x+1\\le 5", "(0,2]"), ("0<x<2 or 1<x<3", "(0,3)"),
        ("(-\\infty,0)\\cup\\{0\\}\\cup(0,\\infty)", "\\mathbb{R}"), ("[0,\\infty)", "x\\geq 0"),
        ("\\left[0,\\infty\\right)", "x\\geqslant 0"),
        ("(-\\infty, 1) \\text{ or } (2, \\infty)", "(-\\infty,1)\\cup(2,\\infty)"), ("\\{1\\}\\cup(1,2)", "[1,2)"),
        ("(1,3)\\cap(2,4)", "(2,3)"), ("x \\in (-\\infty,-1) \\cup (2,\\infty)", "x<-1 \\lor x>2"),
        ("\\mathbb{R}", "x\\in\\mathbb R"),
        ("\\mathbb R \\backslash \\{1,2\\}", "(-\\infty,1)\\cup(1,2)\\cup(2,\\infty)"),
        ("x\\neq1, x\\neq 2", "\\mathbb R\\setminus\\{1,2\\}"), ("x \\notin \\{0\\}", "x \\ne 0"),
        ("x\\ne 0", "x \\neq 0"), ("a>2", "2<a"), ("(0,1)\\cup(1,2)", "(0,2)\\setminus\\{1\\}"),
        ("x\\in\\{1,2\\}", "\\{1,2\\}"), ("0 \\le \\theta < 2\\pi", "[0,2\\pi)"),
        ("\\{x \\in \\mathbb{R} \\mid x \\neq -1\\}", "(-\\infty,-1)\\cup(-1,\\infty)"),
        ("x \\le -2 \\text{ or } x \\ge 2", "|x|\\ge2"), ("−3 < x < 3", "|x|<3"),
        ("k<\\frac{1}{4}", "k \\in \\left(-\\infty, \\frac14\\right)"), ("]1,2[", "(1,2)"), ("[1;2]", "[1,2]"),
        ("x ≥ 1", "[1,∞)"), ("a \\le b", "b \\ge a"), ("[1,1]", "\\{1\\}"),
        ("\\left\\{x \\mid x>1\\right\\}", "x>1"),
        ("(-\\infty,-1)\\cup(2,+\\infty)", "(2,\\infty)\\cup(-\\infty,-1)"),
        ("-1<x<0\\text{ or }x>1", "(-1,0)\\cup(1,\\infty)"), ("x=1 \\text{ or } x>2", "\\{1\\}\\cup(2,\\infty)"),
    ]

    static let different: [(String, String)] = [
        ("x>3", "x>=3"), ("(1,2)\\cup(2,3)", "(1,3)"), ("\\{1,2\\}", "[1,2]"), ("x \\neq 0", "x=0"),
        ("(1,2)", "[1,2]"), ("x>1", "y>1"), ("|x|<3", "|x|\\le3"), ("\\mathbb R\\setminus\\{0\\}", "\\mathbb R"),
        ("x<-1 or x>2", "x<-1"), ("\\{1,2,3\\}", "\\{1\\}\\cup\\{2\\}"), ("0<x<12.5", "x\\in(0,12.4)"),
        ("(2,1)", "\\{1,2\\}"), ("\\emptyset", "(1,1)"), ("x>3", "3"), ("x>3", "x"), ("\\{x|x>1\\}", "\\{x|x>2\\}"),
        ("x<1", "(1,\\infty)"), ("\\emptyset", "\\mathbb{R}"), ("x\\in\\{1,2\\}", "(1,2)"), ("1<x<2", "\\{1,2\\}"),
        ("x \\ge \\sqrt{2}", "x \\ge 1.41421356237"), ("x<10^{-45}", "x<0"), ("\\{0\\}", "\\emptyset"),
        ("1<x<2", "1<x<3"), ("[0,1)\\cup(1,2]", "[0,2]"),
    ]

    @Test(arguments: equal) func sameInMathematics(pair: (String, String)) {
        #expect(AnswerEquality.areEqual(pair.0, pair.1))
        #expect(AnswerEquality.areEqual(pair.1, pair.0))
    }

    @Test(arguments: different) func differentInMathematics(pair: (String, String)) {
        #expect(!AnswerEquality.areEqual(pair.0, pair.1))
        #expect(!AnswerEquality.areEqual(pair.1, pair.0))
    }

    /// Random unions of intervals, rays and points, against the members among the halves from
    /// -6 to 6: with whole ends these tell every two such sets apart.
    @Test func setsAgreeWithTheirMembersOneByOne() {
        var random = SplitMix(seed: 29)
        var equal = 0
        for _ in 0..<1_500 {
            let (first, second) = (Self.randomSet(&random), Self.randomSet(&random))
            let isSame = first.members == second.members
            equal += isSame ? 1 : 0
            #expect(AnswerEquality.areEqual(first.text, second.text) == isSame, "\(first.text) | \(second.text)")
        }
        #expect(equal > 50)
    }

    /// A set in words, and its members among the halves from -6 to 6, counted from 0.
    private static func randomSet(_ random: inout SplitMix) -> (text: String, members: Set<Int>) {
        var (text, members): (String, Set<Int>) = ("", [])
        let parts = random.below(3) + 2
        for part in 0..<parts {
            let (low, high) = (random.below(4) * 2 + 4, random.below(4) * 2 + 12)
            let (isLowIn, isHighIn) = (random.below(2) == 0, random.below(2) == 0)
            let next: Set<Int>
            switch random.below(3) {
            case 0:
                next = [low]
                text += part == 0 ? "" : "\\cup"
                text += "\\{\((low - 12) / 2)\\}"
            case 1:
                next = Set((0...24).filter { $0 > low || isLowIn && $0 == low })
                text += part == 0 ? "" : "\\cup"
                text += "\(isLowIn ? "[" : "(")\((low - 12) / 2),\\infty)"
            case _:
                next = Set((low...high).filter { ($0 > low || isLowIn) && ($0 < high || isHighIn) })
                text += part == 0 ? "" : "\\cup"
                text += "\(isLowIn ? "[" : "(")\((low - 12) / 2),\((high - 12) / 2)\(isHighIn ? "]" : ")")"
            }
            members.formUnion(next)
        }
        return (text, members)
    }

    /// The same sets by the inequalities that describe them.
    @Test func inequalitiesAgreeWithTheirMembers() {
        var random = SplitMix(seed: 31)
        for _ in 0..<500 {
            let (low, high) = (random.below(9) - 4, random.below(9) - 4)
            let slope = random.below(3) + 1
            let isAnd = random.below(2) == 0
            let text = "\(slope)x > \(slope * low) \(isAnd ? "and" : "or") x \\le \(high)"
            let interval: String
            switch (isAnd, low < high) {
            case (true, true): interval = "(\(low),\(high)]"
            case (true, false): interval = "(-\\infty,\(high)]\\cup(\(low),\\infty)"
            case (false, true): interval = "\\mathbb{R}"
            case (false, false): interval = "x\\in(-\\infty,\(high)]\\cup(\(low),\\infty)"
            }
            #expect(AnswerEquality.areEqual(text, interval), "\(text) | \(interval)")
        }
    }
}
