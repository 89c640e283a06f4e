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
        usage: "a1 answer check [<gold> <predicted>] [--extract] [--pattern <pattern> ...] [--json]",
        discussion: """
            a1 answer check 1/2 0.5 prints `equal` and exits with 0, or prints `not equal` and exits with 1. An answer \
            may begin with a minus sign.

            Without answers it reads {"gold":"...","predicted":"..."} on standard input, a line each; it writes \
            {"equal":true} or {"equal":false} a line, and exits with 0 if every line could be read. With --extract \
            `predicted` is a whole solution, and its last balanced \\boxed{} is compared; with --pattern a solution \
            without a box is searched for that. docs/answers.md has the conventions.
            """)

    @Flag(help: "Take the last box out of `predicted`; without one it is not equal.")
    var extract = false
    @Option(help: "With --extract: how an answer may be said without a box; may be given again.")
    var pattern: [AnswerPattern] = []
    @Flag(help: "Print JSON.")
    var json = false
    // An answer such as -5 looks like a flag; whatever is none of those above is an answer.
    @Argument(
        parsing: .allUnrecognized, help: ArgumentHelp("The known answer and the one to check.", valueName: "answer"))
    var answers: [String] = []

    private static let keys = ["gold", "predicted"]
    private static let notEqual: Int32 = 1

    private struct Judgement: Encodable {
        var equal: Bool
    }

    func validate() throws {
        if !pattern.isEmpty, !extract { throw ValidationError("--pattern needs --extract") }
        if let flag = answers.prefix(while: { $0 != "--" }).first(where: { $0.hasPrefix("--") }) {
            throw ValidationError("unknown option '\(flag)'")
        }
        let count = pair.count
        guard count == 0 || count == 2 else {
            throw ValidationError("two answers are compared, the known one and the other; \(count) given")
        }
    }

    /// The answers without the `--` that may stand before them.
    private var pair: [String] {
        guard let end = answers.firstIndex(of: "--") else { return answers }
        return Array(answers[..<end] + answers[(end + 1)...])
    }

    func run() throws {
        let pair = pair
        if pair.count == 2 {
            let areEqual = areEqual(pair[0], pair[1])
            if json { try putJSON(Judgement(equal: areEqual)) } else { put(areEqual ? "equal" : "not equal") }
            if !areEqual { throw ArgumentParser.ExitCode(Self.notEqual) }
            return
        }
        let tool = LineTool()
        for (index, line) in InputLines().enumerated() {
            do {
                let pair = try InputObject(line: line, keys: Self.keys)
                try tool.answer(
                    Judgement(equal: areEqual(try pair.requiredText("gold"), try pair.requiredText("predicted"))))
            } catch { try tool.refuse(line: index + 1, error) }
        }
        try tool.finish()
    }

    private func areEqual(_ gold: String, _ predicted: String) -> Bool {
        let answer = extract ? AnswerExtractor.answer(in: predicted, patterns: pattern) : predicted
        return answer.map { AnswerEquality.areEqual(gold, $0) } ?? false
    }
}
