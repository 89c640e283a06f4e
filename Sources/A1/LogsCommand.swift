import ArgumentParser
import Foundation
import Logging
import Logs

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print the logs of a cluster's processes for people.",
        discussion: """
            Without a name, all processes' logs merged by time. One path can be followed from submission to answer \
            through all of them: a1 logs --path 7f3a9c12/17/3
            """)

    @OptionGroup var cluster: ClusterOptions
    @Argument(help: "coordinator, or a worker's name.", completion: .processes)
    var processes: [String] = []
    @Flag(name: [.short, .long], help: "Go on printing what comes, until interrupted.")
    var follow = false
    @Option(
        name: .customLong("run"), help: "Only records of this run, by the beginning of its name.", completion: .runs)
    var runName: String?
    @Option(help: "Only records of this path, run/problem/path, and of its run and problem as such.")
    var path: String?
    @Option(
        help: "Only records at least as severe: trace, debug, info, notice, warning, error, critical.",
        completion: .list(Logger.Level.allCases.map(\.rawValue)))
    var level: String?
    @Option(name: [.short, .long], help: "Only so many of the latest records that are there already.")
    var last: Int?

    func validate() throws {
        if let level, Logger.Level(rawValue: level) == nil {
            throw ValidationError("--level: there is no level '\(level)'")
        }
        if let path, !Self.isPath(path) {
            throw ValidationError("--path: '\(path)' is not run/problem/path, as 7f3a9c12/17/3")
        }
        if let last, last < 0 { throw ValidationError("--last: a count is not negative") }
    }

    /// The convention of NO_COLOR (https://no-color.org): set and not empty.
    private static var refusesColour: Bool {
        !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Or a beginning of one: a run, or a run and a problem.
    private static func isPath(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return (1...3).contains(parts.count) && !parts[0].isEmpty && parts[0].allSatisfy(\.isHexDigit)
            && parts.dropFirst().allSatisfy { UInt32($0) != nil }
    }

    func run() async throws {
        let reader = LogReader(
            folder: try cluster.startedFolder().logs, processes: processes,
            filter: LogFilter(run: runName, path: path, level: level.flatMap(Logger.Level.init(rawValue:))),
            last: last, isColoured: isatty(STDOUT_FILENO) == 1 && !Self.refusesColour)
        do {
            if follow {
                try await reader.follow { line in
                    put(line)
                    return true
                }
            } else {
                var isEmpty = true
                try reader.printAll { line in
                    isEmpty = false
                    put(line)
                    return true
                }
                if isEmpty { say("no record fits") }
            }
        } catch {
            throw fail(.noInput, "\(error)")
        }
    }
}
