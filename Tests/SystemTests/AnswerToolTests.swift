import Foundation
import TestSupport
import Testing

/// `a1 answer check` through the real executable.
extension RealProcesses {
    @Suite struct AnswerToolTests {
        private struct Judgement: Decodable { var equal: Bool }
        private struct Pair: Encodable { var gold: String, predicted: String }

        private func check(_ pairs: [(String, String)], _ flags: String...) throws -> [Bool] {
            let lines = try pairs.map { try Tool.json(Pair(gold: $0.0, predicted: $0.1)) }
            return try Tool(["answer", "check"] + flags, lines: lines).answers(Judgement.self).map(\.equal)
        }

        @Test func pairsAreComparedAsMathematics() throws {
            let equal = try check([
                ("1/2", "0.5"), (#"\frac{1}{2}"#, #"\frac12"#), ("x^2 + 1", "1 + x^2"), ("(1, 2)", "(1,2)"), ("7", "8"),
                ("5 cm", "5 m"),
            ])
            #expect(equal == [true, true, true, true, false, false])
        }

        @Test func theLastBoxIsExtractedWhenAskedFor() throws {
            let solutions = [
                ("4", #"first \boxed{3}, no, \boxed{4}."#), ("3", #"first \boxed{3}, no, \boxed{4}."#),
                ("4", "it is 4"),
            ]
            #expect(try check(solutions, "--extract") == [true, false, false])
        }

        @Test func aPatternIsTriedWhereThereIsNoBox() throws {
            let solutions = [
                ("B", "So the answer is (B)."), ("B", #"(A)? \boxed{B. Paris}"#), ("4", "#### 4"), ("B", "b"),
            ]
            #expect(try check(solutions, "--extract", "--pattern", "choice-letter") == [true, true, false, false])
            let both = ["--extract", "--pattern", "choice-letter", "--pattern", "hash-marker"]
            let lines = try solutions.map { try Tool.json(Pair(gold: $0.0, predicted: $0.1)) }
            let equal = try Tool(["answer", "check"] + both, lines: lines).answers(Judgement.self).map(\.equal)
            #expect(equal == [true, true, true, false])
            #expect(try Tool(["answer", "check", "--pattern", "hash-marker"]).code == 64)
        }

        private static let pairs: [(arguments: [String], areEqual: Bool)] = [
            (["1/2", "0.5"], true), (["7", "8"], false), (["-5", "-5.0"], true), (["-5", "5"], false),
            (["-12", "-12"], true), (["--", "-x + 1", "1 - x"], true), (["5 cm", "5 m"], false),
            (["4", #"so \boxed{4}"#, "--extract"], true), (["--extract", "4", "it is 4"], false),
            (["--extract", "--pattern", "hash-marker", "4", "#### 4"], true),
        ]

        @Test(arguments: pairs) func twoAnswersArePlainArguments(arguments: [String], areEqual: Bool) throws {
            let plain = try Tool(["answer", "check"] + arguments)
            #expect(plain.code == (areEqual ? 0 : 1), "\(plain.err)")
            #expect(plain.lines == [areEqual ? "equal" : "not equal"] && plain.err.isEmpty)
            let json = try Tool(["answer", "check", "--json"] + arguments)
            #expect(json.code == plain.code)
            #expect(try JSONDecoder().decode(Judgement.self, from: json.out).equal == areEqual)
        }

        @Test(arguments: [["1"], ["1", "2", "3"], ["1", "2", "--exract"], ["--", "1"]])
        func otherArgumentsAreUsageErrors(arguments: [String]) throws {
            let tool = try Tool(["answer", "check"] + arguments)
            #expect(tool.code == 64 && tool.out.isEmpty)
        }

        @Test func aWrongKeyIsNamedWithThoseThatAreKnown() throws {
            let lines = [
                (#"{"gold":"1","predictd":"1"}"#,
                    "the key 'predicted' is missing; unknown key 'predictd': did you mean 'predicted'? "
                        + "Known: gold, predicted"),
                (#"{"gold":"1"}"#, "the key 'predicted' is missing; known keys: gold, predicted"),
                (#"{"gold":"1","predicted":5}"#, "predicted: found the number 5, expected a text in quotes"),
                ("nul", "not JSON at byte 0: found `nul`, expected a value"),
                ("[1]", "found an array, expected an object with the keys gold, predicted"),
                (#"{"gold":"1","predicted":"2""#,
                    "not JSON at byte 27: found the end of the line, expected `,` or `}`"),
            ]
            let tool = try Tool(["answer", "check"], lines: lines.map(\.0))
            #expect(tool.code == 65)
            let expected = lines.enumerated().map { "a1: line \($0 + 1): \($1.1)" }
            #expect(tool.err.split(separator: "\n").map(String.init).dropLast() == expected[...])
        }

        @Test func aBadLineIsNamedAndTheRestGoesOn() throws {
            let tool = try Tool(
                ["answer", "check"],
                lines: [#"{"gold":"1","predicted":"1"}"#, #"{"gold":"1"}"#, #"{"gold":"1","predicted":"2"}"#])
            #expect(tool.code == 65)
            #expect(tool.lines.count == 3 && tool.err.contains("line 2: "))
            #expect(tool.lines[0] == #"{"equal":true}"# && tool.lines[2] == #"{"equal":false}"#)
        }
    }
}
