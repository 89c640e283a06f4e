import ArgumentParser
import Domain
import Evaluation
import Foundation

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the text of a path, block by block, with author, score and verdict.",
        discussion: """
            a1 show 7f3a9c12/17/3 prints path 3 of problem 17; a1 show 7f3a9c12/17 lists the problem's paths. The run \
            may be named by the beginning of its name, the problem by its number (from 0) or its id. A block that was \
            replaced is printed as well, and marked. --text prints the standing text alone.
            """)

    @Argument(
        help: ArgumentHelp("What to show: RUN/PROBLEM or RUN/PROBLEM/PATH.", valueName: "run/problem[/path]"),
        completion: .runs)
    var place: String
    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Print the path's standing text and nothing else; of a problem, its own text.")
    var text = false
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if json && text { throw ValidationError("--json and --text exclude each other") }
        _ = try PathArgument(place)
    }

    func run() throws {
        let place = try PathArgument(place)
        let pages = ResultPages(client: try cluster.client(), blocks: true)
        let (summary, problem) = try pages.problem(place.problem, of: place.run)
        guard let number = place.path else {
            if json {
                try putJSON(Documented(problem))
            } else {
                put(text ? problem.text : PathPrinter.problem(problem, of: summary), terminator: text ? "\n" : "")
            }
            return
        }
        guard problem.paths.indices.contains(number) else {
            let count = problem.paths.count
            throw fail(
                .noInput,
                count == 0
                    ? "problem \(problem.id) has not begun: none of its paths has a text yet"
                    : "problem \(problem.id) has paths 0 to \(count - 1), and no path \(number)")
        }
        let path = problem.paths[number]
        if json {
            try putJSON(Documented(path))
        } else if text {
            put(PathPrinter.standingText(path))
        } else {
            put(PathPrinter.path(path, of: problem, summary), terminator: "")
        }
    }
}

/// `run/problem` or `run/problem/path`, as people type it and logs print it.
struct PathArgument {
    let run: String
    /// A number from 0, or an id. An id may have slashes.
    let problem: String
    let path: Int?

    init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("'\(text)' is not run/problem or run/problem/path, as 7f3a9c12/17/3")
        }
        run = parts[0]
        if parts.count > 2, let last = Int(parts[parts.count - 1]), last >= 0 {
            path = last
            problem = parts[1..<(parts.count - 1)].joined(separator: "/")
        } else {
            path = nil
            problem = parts[1...].joined(separator: "/")
        }
    }
}

/// A problem and its paths for people to read.
enum PathPrinter {
    /// Everything that stands, in order.
    static func standingText(_ path: PathResult) -> String {
        path.blocks.map { standingText($0) }.joined()
    }

    /// What stands of a block: one that was cut keeps its beginning.
    private static func standingText(_ block: BlockResult) -> String {
        block.stands ? block.text : block.keptText ?? ""
    }

    static func problem(_ problem: ProblemResult, of summary: RunSummary) -> String {
        var table = TextTable(columns: [
            ("PATH", .right), ("OUTCOME", .left), ("ANSWER", .left), ("", .left), ("ROUNDS", .right),
            ("TAKEN OVER", .right), ("TOKENS DRAFT", .right), ("TARGET", .right), ("REASON", .left),
        ])
        for path in problem.paths {
            table.addRow([
                "\(path.path)", path.outcome?.rawValue ?? "(open)", path.answer ?? "-", judgement(path.isRight),
                "\(path.rounds)", "\(path.takeovers)", "\(path.tokens.draft)", "\(path.tokens.target)",
                path.reason ?? "",
            ])
        }
        let paths = problem.paths.isEmpty ? "none of its paths has begun\n" : table.shown
        return head(problem, summary) + "\n" + paths
    }

    static func path(_ path: PathResult, of problem: ProblemResult, _ summary: RunSummary) -> String {
        var text = head(problem, summary) + "\n"
        var words = ["path \(path.path): \(path.outcome?.rawValue ?? "open")"]
        if let answer = path.answer { words.append("answer \(answer)") }
        if path.isRight != nil { words.append(judgement(path.isRight)) }
        words.append("\(path.rounds) \(path.rounds == 1 ? "round" : "rounds")")
        words.append("\(path.takeovers) taken over")
        words.append("tokens \(path.tokens.draft) by draft, \(path.tokens.target) by target")
        if let reason = path.reason { words.append(reason) }
        text += words.joined(separator: ", ") + "\n"
        for block in path.blocks { text += "\n\(line(block))\n\(ended(block.text))" }
        return text
    }

    private static func head(_ problem: ProblemResult, _ summary: RunSummary) -> String {
        var words = ["run \(summary.run.short), problem \(problem.problem) (\(problem.id))"]
        if problem.isEnded {
            words.append("answer \(problem.answer ?? "none") by \(problem.votes) of \(problem.paths.count) paths")
        } else {
            words.append("open")
        }
        if let known = problem.knownAnswer { words.append("known answer \(known)") }
        if problem.isRight != nil { words.append(judgement(problem.isRight)) }
        if let own = problem.settings { words.append("with " + settings(own)) }
        let turns = (problem.turns ?? []).map { "[\($0.speaker.rawValue)]\n" + ended($0.text) + "\n" }.joined()
        let question = turns.isEmpty ? ended(problem.text) : "[user]\n" + ended(problem.text)
        return words.joined(separator: ", ") + "\n\n" + turns + question
    }

    /// `paths 2, path_tokens 12, temperature 0.5`, by the names of a run's settings.
    private static func settings(_ own: ProblemSettings) -> String {
        let numbers: [(String, (any CustomStringConvertible)?)] = [
            ("paths", own.paths), ("path_tokens", own.pathTokens), ("seed", own.seed),
            ("temperature", own.temperature), ("top_p", own.topP), ("top_k", own.topK), ("min_p", own.minP),
            ("repetition_penalty", own.repetitionPenalty),
        ]
        let words = numbers.compactMap { name, value in value.map { "\(name) \($0)" } }
        return (words + own.stop.map { "stop \($0.debugDescription)" }).joined(separator: ", ")
    }

    /// `-- round 2, draft, 31 tokens by draft-0, ended by step | score 0.412, p 0.034 (rate 0.400, bank 87): take over`
    private static func line(_ block: BlockResult) -> String {
        var line = "-- round \(block.round), \(block.author.rawValue), \(block.tokens) tokens by \(block.worker), "
        line += "ended by \(block.finish.rawValue)"
        if let verdict = block.verdict, let score = block.score {
            line += String(format: " | score %.3f", score)
            if let p = block.pValue { line += String(format: ", p %.3f", p) }
            if let rate = block.rate, let bank = block.bankCount {
                line += String(format: " (rate %.3f, bank %d)", rate, bank)
            }
            line += ": \(verdict == .keep ? "keep" : "take over")"
        }
        if let score = block.gateScore, let gate = block.gate {
            line += String(format: " | draft's own score %.3f: ", score) + gate.rawValue
        } else if block.isLeftOut == true {
            line += " | left out"
        }
        if let score = block.auditScore { line += String(format: ", audit score %.3f", score) }
        if !block.stands {
            line += block.keptTokens.map { " | replaced after \($0) tokens" } ?? " | replaced"
        }
        return line
    }

    /// With one line end, however many it has.
    private static func ended(_ text: String) -> String {
        var text = Substring(text)
        while text.last?.isNewline ?? false { text.removeLast() }
        return text + "\n"
    }

    private static func judgement(_ isRight: Bool?) -> String { isRight.map { $0 ? "right" : "wrong" } ?? "-" }
}
