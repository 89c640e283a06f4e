import ArgumentParser
import Domain
import Evaluation
import Foundation
import Runtime
import Settings

/// One measurement of what the coordinator costs.
struct CoordinationLoad {
    /// Of each role.
    let workers: Int
    let spec: RunSpec
    let problems: [ProblemSpec]
    /// Of each worker, so that about so many paths are open.
    let slots: Int

    private static let rounds = 8

    /// - Parameters:
    ///   - paths: of a problem.
    ///   - problemsInFlight: 0 for as many as make up the open paths.
    ///   - blocks: how many will be written at most.
    init(workers: Int, paths: Int, problemsInFlight: Int, openPaths: Int, blocks: Int) {
        self.workers = workers
        var settings = RunSettings(
            paths: paths, rounds: Self.rounds, draftTokens: ScriptedWorkers.blockTokens,
            targetTokens: ScriptedWorkers.blockTokens, pathTokens: 1 << 16)
        settings.vote = .all
        settings.problemsInFlight = problemsInFlight
        spec = RunSpec(
            id: RunID(ProcessFacts.randomName()), submissionKey: ProcessFacts.randomName(), name: "bench",
            settings: settings)
        // Two begun paths for each slot of either role.
        slots = max(1, openPaths / (2 * 2 * workers))
        let ended = blocks / (paths * Self.rounds)
        problems = (0..<ended + openPaths / paths + 16).map {
            ProblemSpec(id: "p\($0)", text: "A question of some length, which is sent once to each worker.")
        }
    }
}

struct BenchCoordinationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordination",
        abstract: "What the coordinator costs: blocks a second, and how long a verdict takes, with scripted workers.",
        discussion: """
            Scripted workers answer every order at once with \(ScriptedWorkers.blockTokens) tokens. `state machine` is \
            the decisions alone, on one core; `process` is a coordinator process with its sockets, its store (every \
            block and verdict on disk before anything follows from it) and its log, beside the scripted workers on \
            the same machine. Its busiest thread bounds what it can do on a machine of its own. The time to a verdict \
            is from a block's sending to the order that its verdict leads to, with one problem of --few-paths paths \
            at a time, when nothing else is in the way.
            """)

    @Option(help: "Workers of each role, separated by commas.")
    var workers = "1,8,64"
    @Option(help: "Paths that are open at once.")
    var openPaths = 10_000
    @Option(help: "Paths of the one problem by which the time to a verdict is measured.")
    var fewPaths = 16
    @Option(help: "Blocks of each measurement.")
    var blocks = 50_000
    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        var workers: Int
        var openPaths: Int
        var coreBlocksPerSecond: Double
        var blocksPerSecond: Double
        var messagesPerSecond: Double
        var threadMicrosecondsPerBlock: Double
        var verdictP50Ms: Double
        var verdictP99Ms: Double

        enum CodingKeys: String, CodingKey {
            case workers
            case openPaths = "open_paths"
            case coreBlocksPerSecond = "core_blocks_per_second"
            case blocksPerSecond = "blocks_per_second"
            case messagesPerSecond = "messages_per_second"
            case threadMicrosecondsPerBlock = "thread_us_per_block"
            case verdictP50Ms = "verdict_p50_ms"
            case verdictP99Ms = "verdict_p99_ms"
        }
    }

    func validate() throws {
        for (name, value) in [("--open-paths", openPaths), ("--few-paths", fewPaths), ("--blocks", blocks)] {
            guard value >= 1 else { throw ValidationError("\(name): a number from 1") }
        }
        _ = try counts()
    }

    private func counts() throws -> [Int] {
        let most = Limits.standard.workers / 2
        return try commaList("--workers", workers, "a number from 1 to \(most)") { text in
            Int(text).flatMap { (1...most).contains($0) ? $0 : nil }
        }
    }

    func run() throws {
        let models = try BenchModels("builtin")
        let lines = try counts().map { count in
            say("\(count) workers of each role")
            var core = CoreLoad(load(count, openPaths))
            _ = core.run(blocks: blocks / 4)
            let coreBlocks = core.run(blocks: blocks)
            let full = try measure(load(count, openPaths), models)
            let one = CoordinationLoad(
                workers: count, paths: fewPaths, problemsInFlight: 1, openPaths: fewPaths, blocks: 4_000)
            let few = try measure(one, models, blocks: 2_000)
            let verdicts = few.verdictSeconds.map { $0 * 1_000 }
            return Line(
                workers: count, openPaths: openPaths, coreBlocksPerSecond: coreBlocks,
                blocksPerSecond: full.blocksPerSecond, messagesPerSecond: full.messagesPerSecond,
                threadMicrosecondsPerBlock: full.threadSecondsPerBlock * 1e6,
                verdictP50Ms: Statistics.quantile(verdicts, 0.5) ?? 0,
                verdictP99Ms: Statistics.quantile(verdicts, 0.99) ?? 0)
        }
        if json {
            try putJSON(Documented(Measured(cells: lines)))
            return
        }
        var table = TextTable(columns: [
            ("WORKERS", .right), ("STATE MACHINE BLOCKS/S", .right), ("PROCESS BLOCKS/S", .right),
            ("MESSAGES/S", .right), ("THREAD US/BLOCK", .right), ("VERDICT P50 MS", .right), ("P99 MS", .right),
        ])
        for line in lines {
            table.addRow([
                "\(line.workers)", String(format: "%.0f", line.coreBlocksPerSecond),
                String(format: "%.0f", line.blocksPerSecond), String(format: "%.0f", line.messagesPerSecond),
                String(format: "%.1f", line.threadMicrosecondsPerBlock),
                String(format: "%.2f", line.verdictP50Ms), String(format: "%.2f", line.verdictP99Ms),
            ])
        }
        put(table)
    }

    private func load(_ workers: Int, _ openPaths: Int) -> CoordinationLoad {
        CoordinationLoad(workers: workers, paths: 16, problemsInFlight: 0, openPaths: openPaths, blocks: 2 * blocks)
    }

    private func measure(
        _ load: CoordinationLoad, _ models: BenchModels, blocks: Int? = nil
    ) throws -> ProcessLoad.Result {
        let cluster = try OwnCluster(models.configuration, path: models.path, configs: models.configs)
        return try OwnCluster.ending(cluster) {
            try cluster.startCoordinator()
            let process = try ProcessLoad(load, cluster: cluster)
            _ = try process.run(blocks: (blocks ?? self.blocks) / 4)
            return try process.run(blocks: blocks ?? self.blocks)
        }
    }
}
