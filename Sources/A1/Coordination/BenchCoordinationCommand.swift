import ArgumentParser
import Domain
import Evaluation
import Foundation
import Runtime

struct BenchCoordinationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordination", abstract: "What the coordinator costs: blocks a second with scripted workers.")

    @Option(help: "Workers of each role, separated by commas.")
    var workers = "1,8,64"
    @Option(help: "Paths that are open at once.")
    var openPaths = 10_000
    @Option(help: "Blocks of each measurement.")
    var blocks = 100_000
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let problems = (0..<(blocks / 4 / 16 + openPaths / 16 + 2)).map {
            ProblemSpec(id: "p\($0)", text: "a question of some length that is sent once", answer: "1")
        }
        for count in workers.split(separator: ",").compactMap({ Int($0) }) {
            var settings = RunSettings(paths: 16, rounds: 8, pathTokens: 1 << 16)
            settings.vote = .all
            let spec = RunSpec(id: RunID(ProcessFacts.randomName()), submissionKey: "k", name: "bench", settings: settings)
            var load = CoreLoad(workers: count, openPaths: openPaths, spec: spec, problems: problems)
            _ = load.run(blocks: blocks / 4)
            let result = load.run(blocks: blocks)
            put("\(count) workers: \(result.blocks) blocks, \(result.steps) steps in \(result.seconds) s: \(Double(result.blocks) / result.seconds) blocks/s")
        }
    }
}
