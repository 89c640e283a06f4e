import Foundation
import Testing

@testable import Evaluation

/// Rows in the shapes that data sets are published in, told by their fields.
@Suite struct DataSetRowTests {
    private func read(
        _ text: String, _ form: ProblemForm = ProblemForm(), onBadLine: OnBadLine = .reject
    ) throws -> Batch {
        try BatchReader.read(Array(text.utf8), form: form, name: "set", onBadLine: onBadLine)
    }

    private func form(_ rule: GoldRule) -> ProblemForm {
        var form = ProblemForm()
        form.rule = rule
        return form
    }

    static let published: [(row: String, problem: BatchProblem)] = [
        // GSM8K: a worked solution, the answer behind ####.
        (
            #"{"question":"How many?","answer":"2 and 3 are <<2+3=5>>5.\nSo it is #1.\n#### 1,005"}"#,
            BatchProblem(id: "set-0", text: "How many?", answer: "1,005")
        ),
        // MATH-500.
        (
            #"""
            {"problem":"Find $x$.","solution":"It is $\\boxed{\\frac12}$.","answer":"\\frac12","subject":"Algebra",\#
            "level":2,"unique_id":"test/algebra/7.json"}
            """#,
            BatchProblem(id: "test/algebra/7.json", text: "Find $x$.", answer: "\\frac12")
        ),
        // AIME by its papers, and by numbers.
        (
            #"{"ID":"2024-II-4","Problem":"Find it.","Solution":"...","Answer":33}"#,
            BatchProblem(id: "2024-II-4", text: "Find it.", answer: "33")
        ),
        (
            #"{"id":60,"problem":"Find it.","solution":"...","answer":"204","url":"x","year":"2024"}"#,
            BatchProblem(id: "60", text: "Find it.", answer: "204")
        ),
        // AMC.
        (#"{"id":0,"question":"m/n?","answer":27.0}"#, BatchProblem(id: "0", text: "m/n?", answer: "27.0")),
        // Without an answer that is known.
        (#"{"question":"m/n?","answer":null}"#, BatchProblem(id: "set-0", text: "m/n?", answer: nil)),
        (#"{"problem":"p"}"#, BatchProblem(id: "set-0", text: "p", answer: nil)),
        // A blank answer is no known answer.
        (#"{"problem":"p","answer":""}"#, BatchProblem(id: "set-0", text: "p", answer: nil)),
        (#"{"question":"p","answer":" \n"}"#, BatchProblem(id: "set-0", text: "p", answer: nil)),
    ]

    @Test(arguments: published) func aRowOfEachShapeIsAProblem(row: String, problem: BatchProblem) throws {
        #expect(try read(row).problems == [problem])
    }

    private static let asked = """
        Who?

        A. Ann
        B. Bob
        C. 2

        Answer with the letter of the right choice.
        """

    static let choices: [(row: String, letter: String?)] = [
        // MMLU: an index from 0.
        (#"{"question":"Who?","subject":"s","choices":["Ann","Bob",2],"answer":1}"#, "B"),
        (#"{"question":"Who?","choices":["Ann","Bob","2"],"answer":2}"#, "C"),
        (#"{"question":"Who?","choices":["Ann","Bob","2"],"answer":"0"}"#, "A"),
        // A letter or a text.
        (#"{"question":"Who?","choices":{"A":"Ann","B":"Bob","C":"2"},"answer":"C"}"#, "C"),
        (#"{"question":"Who?","options":["Ann","Bob","2"],"answer":"Bob"}"#, "B"),
        (#"{"problem":"Who?","id":"q","options":["Ann","Bob","2"],"answer":" Ann "}"#, "A"),
        // ARC, as the hub has it and as its authors wrote it; labels may be numbers from 1.
        (
            #"{"id":"q","question":"Who?","choices":{"text":["Ann","Bob","2"],"label":["A","B","C"]},"answerKey":"B"}"#,
            "B"
        ),
        (#"{"question":"Who?","choices":{"text":["Ann","Bob","2"],"label":["1","2","3"]},"answerKey":"3"}"#, "C"),
        (
            #"{"question":{"stem":"Who?","choices":[{"text":"Ann","label":"1"},{"text":"Bob","label":"2"},"#
                + #"{"text":"2","label":"3"}]},"answerKey":"1"}"#, "A"
        ),
        // The answer is kept back.
        (#"{"question":"Who?","choices":["Ann","Bob","2"]}"#, nil),
    ]

    @Test(arguments: choices) func choicesGetLetters(row: String, letter: String?) throws {
        let problem = try #require(try read(row).problems.first)
        #expect(problem.text == Self.asked)
        #expect(problem.answer == letter)
    }

    /// GPQA has the right choice in a column of its own; its place must not give it away, and must stay.
    @Test func aRightChoiceOfItsOwnGetsAPlaceThatTheQuestionDecides() throws {
        var places: [String: Int] = [:]
        for number in 0..<400 {
            let row = #"{"Record ID":"r","Question":"Q\#(number)","Correct Answer":"right","Incorrect Answer 1":"w1","#
                + #""Incorrect Answer 2":"w2","Incorrect Answer 3":"w3"}"#
            let problem = try #require(try read(row).problems.first)
            #expect(try read(row).problems == [problem])
            let letter = try #require(problem.answer)
            #expect(problem.id == "r" && problem.text.contains("\n\(letter). right\n"))
            places[letter, default: 0] += 1
        }
        // 100 each are expected, with a standard deviation of 9.
        #expect(places.keys.sorted() == ["A", "B", "C", "D"])
        #expect(places.values.allSatisfy { (60...140).contains($0) }, "\(places)")
    }

    static let refused: [(row: String, rule: GoldRule?, reason: BadLineReason)] = [
        (
            #"{"text":"p","id":"a"}"#, nil,
            .missingAll(fields: ["problem", "Problem", "question", "Question"], found: ["text", "id"])
        ),
        (#"{"question":"q","answer":"5"}"#, .hashMarker, .noAnswer(field: "answer", rule: .hashMarker)),
        (#"{"question":"q","answer":"so\n####"}"#, .hashMarker, .noAnswer(field: "answer", rule: .hashMarker)),
        (#"{"problem":"q","answer":"it is \\boxed{5"}"#, .lastBox, .noAnswer(field: "answer", rule: .lastBox)),
        (#"{"problem":"q"}"#, .field, .missingAll(fields: ["answer", "Answer", "answerKey"], found: ["problem"])),
        (#"{"problem":"q","answer":true}"#, nil, .wrongType(field: "answer", expected: "a text or a number")),
        (
            #"{"question":"q","answer":"A"}"#, .choice,
            .missingAll(fields: ["choices", "options"], found: ["question", "answer"])
        ),
        (
            #"{"question":"q","choices":"A, B","answer":"A"}"#, nil,
            .wrongType(field: "choices", expected: "a list of choices, or an object from letters to choices")
        ),
        (
            #"{"question":"q","choices":["x"],"answer":0}"#,
            nil, .wrongType(field: "choices", expected: "2 to 26 choices")
        ),
        (#"{"question":"q","choices":["x"," "],"answer":0}"#, nil, .empty(field: "choices")),
        (
            #"{"question":"q","choices":["x",["y"]],"answer":0}"#,
            nil, .wrongType(field: "choices[1]", expected: "a text or a number")
        ),
        (#"{"question":"q","choices":["x","y"],"answer":2}"#, nil, .noChoice(answer: "2", count: 2, rule: .choice)),
        (#"{"question":"q","choices":["x","y"],"answer":-1}"#, nil, .noChoice(answer: "-1", count: 2, rule: .choice)),
        (#"{"question":"q","choices":["x","y"],"answer":"C"}"#, nil, .noChoice(answer: "C", count: 2, rule: .choice)),
        (
            #"{"question":"q","choices":["x","y"],"answer":"y"}"#,
            .choiceLetter, .noChoice(answer: "y", count: 2, rule: .choiceLetter)
        ),
        (
            #"{"question":"q","choices":["1","0"],"answer":"1"}"#,
            nil, .ambiguousChoice(answer: "1", letters: ["A", "B"])
        ),
        (
            #"{"question":"q","choices":["B","A"],"answer":"A"}"#,
            nil, .ambiguousChoice(answer: "A", letters: ["A", "B"])
        ),
        (
            #"{"question":"q","choices":{"text":["x","y"],"label":["A","A"]},"answerKey":"A"}"#, nil,
            .repeatedLabel("A")
        ),
        (
            #"{"question":"q","choices":{"text":["x","y"],"label":["A"]},"answerKey":"A"}"#, nil,
            .wrongType(field: "choices", expected: "as many texts as labels")
        ),
        (
            #"{"Question":"q","Correct Answer":"x"}"#,
            nil, .wrongType(field: "Incorrect Answer 1", expected: "2 to 26 choices")
        ),
    ]

    @Test(arguments: refused.indices) func whatIsNoProblemIsRefusedWithItsLine(number: Int) throws {
        let (row, rule, reason) = Self.refused[number]
        let form = rule.map { self.form($0) } ?? ProblemForm()
        #expect(throws: BatchError.nothingLeft([BadLine(number: 2, reason: reason)])) {
            try read("\n" + row, form, onBadLine: .skip)
        }
        #expect(!"\(reason)".isEmpty)
    }

    @Test func ambiguousAnswersAreReadAsDeclared() throws {
        let row = #"{"question":"q","choices":["1","0"],"answer":"1"}"#
        #expect(try read(row, form(.choiceIndex)).problems.map(\.answer) == ["B"])
        #expect(try read(row, form(.choiceText)).problems.map(\.answer) == ["A"])
    }

    @Test func aRowWithoutAMarkIsRefusedWhereOthersHaveOne() throws {
        let text = #"{"question":"a","answer":"x\n#### 1"}"# + "\n" + #"{"question":"b","answer":"y\nso 2"}"#
        let reason = BadLineReason.noAnswer(field: "answer", rule: .hashMarker)
        #expect(try read(text, onBadLine: .skip).badLines == [BadLine(number: 2, reason: reason)])
    }

    @Test func rowsAreNamedByTheirPlaceBadOnesCounted() throws {
        let text = #"{"problem":"a"}"# + "\n\nnonsense\n" + #"{"problem":"b"}"# + "\n" + #"{"problem":"c","id":"x"}"#
        #expect(try read(text, onBadLine: .skip).problems.map(\.id) == ["set-0", "set-2", "x"])
        let taken = #"{"problem":"a","id":"set-1"}"# + "\n" + #"{"problem":"b"}"#
        let reason = BadLineReason.repeatedID("set-1", firstLine: 1)
        #expect(try read(taken, onBadLine: .skip).badLines == [BadLine(number: 2, reason: reason)])
    }

    @Test func rowsOfOurOwnStandForThemselvesInADeclaredDataSet() throws {
        var form = form(.hashMarker)
        form.problem = ["question"]
        let text = #"{"id":"gsm8k-3","problem":"p","answer":"5"}"# + "\n" + #"{"question":"q","answer":"x\n#### 7"}"#
        #expect(
            try read(text, form).problems == [
                BatchProblem(id: "gsm8k-3", text: "p", answer: "5"), BatchProblem(id: "set-1", text: "q", answer: "7"),
            ])
    }

    @Test func answersInABoxAreTakenFromTheFieldThatIsDeclared() throws {
        var form = form(.lastBox)
        form.answer = ["solution"]
        let row = #"{"problem":"p","solution":"first \\boxed{1}, then \\boxed{\\frac{1}{2}}."}"#
        #expect(try read(row, form).problems.map(\.answer) == ["\\frac{1}{2}"])
    }

    @Test func anyBytesAreAnswered() {
        var random = SplitMix(seed: 7)
        let seed = Array((Self.published.map(\.row) + Self.choices.map(\.row)).joined(separator: "\n").utf8)
        for _ in 0..<500 {
            var bytes = seed
            for _ in 0...random.below(12) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            let batch = try? BatchReader.read(bytes, name: "set", onBadLine: .skip)
            #expect((batch?.lineCount ?? 0) <= bytes.count)
            _ = try? BatchTable.read(bytes, name: "set", onBadLine: .skip)
        }
    }
}
