import Testing

@testable import Evaluation

/// What is taken as the known answer of a row.
@Suite struct KnownAnswerTests {
    private func read(_ row: String, _ form: ProblemForm = ProblemForm()) throws -> BatchProblem {
        let batch = try BatchReader.read(Array(row.utf8), form: form, name: "set")
        return try #require(batch.problems.first)
    }

    static let answers: [(fields: String, answer: String?)] = [
        // A blank one is none.
        (#""answer":"""#, nil), (#""answer":" \n\u00a0""#, nil), (#""answer":null"#, nil),
        (#""answer":"","Answer":"5""#, "5"),
        (#""answer":[""]"#, nil), (#""answer":"0""#, "0"),
        // Lists: OlympiadBench.
        (#""solution":["It is so."],"final_answer":["2"],"is_multiple_answer":false"#, "2"),
        (#""final_answer":["2","-3"],"is_multiple_answer":true,"unit":null,"answer_type":"Numerical""#, "2, -3"),
        (#""final_answer":["$3$","5"]"#, "3, 5"), (#""final_answer":["$x$ or $y$", 7]"#, "$x$ or $y$, 7"),
        (#""final_answer":["$3$"]"#, "$3$"), (#""final_answer":null"#, nil), (#""final_answer":"4""#, "4"),
        (#""final_answer":["1"],"answer":"6""#, "6"), (#""answer":["A", "B"]"#, "A, B"),
        (#""answer":[1, 2.50]"#, "1, 2.50"),
        // Lists in a cell of a table, as JSON and Python write them.
        (#""final_answer":"[\"2\", \"\\\\frac{1}{2}\"]""#, #"2, \frac{1}{2}"#),
        (#""final_answer":"['2', \"it's\"]""#, "2, it's"), (#""final_answer":"['2' '3']""#, "2, 3"),
        (#""answer":"[2, 3]""#, "[2, 3]"), (#""answer":"[]""#, "[]"), (#""answer":"['a]""#, "['a]"),
        (#""answer":"['\\frac12']""#, #"\frac12"#),
        // Worked solutions without a field for the answer.
        (#""solution":"First \\boxed{1}, then \\boxed{\\frac{3}{4}}.""#, #"\frac{3}{4}"#),
        (#""Solution":"2 and 3 are 5.\n#### 5\n""#, "5"), (##""solution":"Step\n#### Idea\nso \\boxed{6}""##, "6"),
        (#""solution":["none here", "\\boxed{8}"]"#, "8"), (#""solution":"It follows.""#, nil),
        (#""solution":{}"#, nil),
        (#""solution":"\\boxed{1}","answer":"2""#, "2"), (#""solution":"\\boxed{1}","answer":"""#, "1"),
        (#""solution":"\\boxed{ }""#, nil),
    ]

    @Test(arguments: answers) func theAnswerIsTaken(fields: String, answer: String?) throws {
        #expect(try read(#"{"question":"q",\#(fields)}"#).answer == answer)
    }

    @Test func anAnswerOfSeveralPartsHasNoOrder() throws {
        let answer = try #require(try read(#"{"question":"q","final_answer":["$\\frac{1}{2}$","-3"]}"#).answer)
        for equal in ["-3, 0.5", "\\{\\frac12, -3\\}", "$-3$, $\\frac{1}{2}$"] {
            #expect(AnswerEquality.areEqual(answer, equal), "\(equal)")
        }
        for other in ["-3", "\\frac12", "-3, 0.5, 1"] { #expect(!AnswerEquality.areEqual(answer, other), "\(other)") }
    }

    static let refused: [(fields: String, rule: GoldRule?, reason: BadLineReason)] = [
        (#""final_answer":[["2"]]"#, nil, .wrongType(field: "final_answer[0]", expected: "a text or a number")),
        (#""final_answer":["2",null]"#, nil, .wrongType(field: "final_answer[1]", expected: "a text or a number")),
        (#""final_answer":["2"," "]"#, nil, .empty(field: "final_answer[1]")),
        (#""final_answer":[]"#, nil, .wrongType(field: "final_answer", expected: "a text or a number")),
        (#""answer":" ""#, .field, .empty(field: "answer")),
        (
            #""solution":"\\boxed{1}""#, .field,
            .missingAll(fields: ["answer", "Answer", "answerKey"], found: ["question", "solution"])
        ),
    ]

    @Test(arguments: refused) func whatIsNoAnswerIsRefused(fields: String, rule: GoldRule?, reason: BadLineReason) {
        var form = ProblemForm()
        form.rule = rule
        #expect(throws: BatchError.badLines([BadLine(number: 1, reason: reason)])) {
            try read(#"{"question":"q",\#(fields)}"#, form)
        }
    }

    @Test func whatAQuestionOfOlympiadBenchRefersToIsPartOfIt() throws {
        #expect(try read(#"{"question":"q","context":"A ball.","final_answer":["1"]}"#).text == "A ball.\n\nq")
        #expect(try read(#"{"question":"q","context":null,"final_answer":["1"]}"#).text == "q")
        #expect(try read(#"{"question":"q","context":"A ball.","answer":"1"}"#).text == "q")
    }

    @Test func namesOfFieldsMayBeWrittenInSeveralWays() throws {
        let row = #"{"Record_Id":"x"," QUESTION\ufeff":"q","choices ":["a","b"],"answer-key":"B"}"#
        let problem = try read(row)
        #expect(problem.id == "x" && problem.text.hasPrefix("q\n\nA. a\nB. b\n") && problem.answer == "B")
        // The very name goes before.
        #expect(try read(#"{"PROBLEM":"no","problem":"p","id":"x"}"#).text == "p")
        #expect(try read(#"{"ANSWER":"no","problem":"p","Answer":"5"}"#).answer == "5")
        #expect(throws: BatchError.badLines([BadLine(number: 1, reason: .repeatedKey("Problem "))])) {
            try read(#"{"PROBLEM":"a","Problem ":"b"}"#)
        }
        // Small letters are no choices.
        #expect(try read(#"{"problem":"p","a":"1","b":"2"}"#).text == "p")
    }
}
