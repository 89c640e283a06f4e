import ArgumentParser
import Evaluation
import Foundation

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
            compared. docs/answers.md has the conventions.
            """)

    @Flag(help: "Take the last box out of `predicted`; without one it is not equal.")
    var extract = false

    private struct Pair: Decodable {
        var gold: String
        var predicted: String
    }

    private struct Judgement: Encodable {
        var equal: Bool
    }

    func run() throws {
        let decoder = JSONDecoder()
        let tool = LineTool()
        for (index, line) in InputLines().enumerated() {
            do {
                let pair = try decoder.decode(Pair.self, from: line)
                let answer = extract ? AnswerExtractor.lastBox(in: pair.predicted) : pair.predicted
                try tool.answer(Judgement(equal: answer.map { AnswerEquality.areEqual(pair.gold, $0) } ?? false))
            } catch { try tool.refuse(line: index + 1, error) }
        }
        try tool.finish()
    }
}
