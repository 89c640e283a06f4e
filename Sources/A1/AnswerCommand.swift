import ArgumentParser
import Evaluation
import Foundation

extension AnswerPattern: ExpressibleByArgument {}

struct AnswerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Compare answers as results do.", subcommands: [AnswerCheckCommand.self])
}

struct AnswerCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether answers mean the same in mathematics.",
        discussion: """
            Reads {"gold":"...","predicted":"..."} on standard input, a line each; writes {"equal":true} or \
            {"equal":false} a line. With --extract `predicted` is a whole solution, and its last balanced \\boxed{} is \
            compared; with --pattern a solution without a box is searched for that. docs/answers.md has the conventions.
            """)

    @Flag(help: "Take the last box out of `predicted`; without one it is not equal.")
    var extract = false
    @Option(help: "With --extract: how an answer may be said without a box; may be given again.")
    var pattern: [AnswerPattern] = []

    private struct Pair: Decodable {
        var gold: String
        var predicted: String
    }

    private struct Judgement: Encodable {
        var equal: Bool
    }

    func validate() throws {
        if !pattern.isEmpty, !extract { throw ValidationError("--pattern needs --extract") }
    }

    func run() throws {
        let decoder = JSONDecoder()
        let tool = LineTool()
        for (index, line) in InputLines().enumerated() {
            do {
                let pair = try decoder.decode(Pair.self, from: line)
                let answer = extract
                    ? AnswerExtractor.answer(in: pair.predicted, patterns: pattern) : pair.predicted
                try tool.answer(Judgement(equal: answer.map { AnswerEquality.areEqual(pair.gold, $0) } ?? false))
            } catch { try tool.refuse(line: index + 1, error) }
        }
        try tool.finish()
    }
}
