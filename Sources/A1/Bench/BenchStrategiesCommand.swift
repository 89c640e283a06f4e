import ArgumentParser
import Comparison
import Domain
import Evaluation
import Foundation
import Glibc
import Runtime
import Settings

struct BenchStrategiesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "strategies",
        abstract: "Compare the strategies on one cluster: how right, how fast, at what cost.",
        discussion: """
            Starts a cluster of its own and ends it. The problems are cut into parts; each part is run by every \
            strategy in turn before the next, and each part begins with another, so that a noisy machine hits all \
            alike. The tables' columns are explained in docs/handbook.md, Comparing strategies.
            """)

    @OptionGroup var grid: BenchGrid
    @Option(
        help: ArgumentHelp(
            "The cluster's configuration: builtin, qwen, any NAME of configs/NAME.yaml, or a path. Default: builtin.",
            valueName: "name|file"))
    var models: String?
    @OptionGroup var cluster: ClusterOptions
    @Option(help: "So many problems.")
    var problems = 20
    @Option(help: "A batch or a data set. Default: configs/batches/arithmetic-200.jsonl for builtin, else gsm8k.")
    var batch: String?
    @Option(help: "Leave out the first so many problems of the batch.")
    var offset = 0
    @Option(help: "Parts that the problems are cut into. Default: as many as make about 10 problems each.")
    var parts: Int?
    @Option(help: "How often all of it is run.")
    var repetitions = 1
    @Option(help: "At most this many problems at once; 1 measures how long a problem takes by itself.")
    var problemsInFlight: Int?
    @Option(help: "majority, first or all: when a problem is over. With all, pass@1 is comparable.")
    var vote = "all"
    @Option(help: "Seed of everything random in the runs.")
    var seed: UInt64?
    @Option(
        help: ArgumentHelp(
            "Any other setting by its name in configuration files; may be repeated.", valueName: "name=value"))
    var set: [String] = []
    @Option(help: ArgumentHelp("Write tables and plots as one HTML file, too.", valueName: "file"))
    var html: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        for (name, value) in [("--problems", problems), ("--parts", parts ?? 1), ("--repetitions", repetitions)] {
            guard value >= 1 else { throw ValidationError("\(name): a number from 1") }
        }
        guard offset >= 0 else { throw ValidationError("--offset: a number from 0") }
        guard models == nil || cluster.cluster == nil else {
            throw ValidationError("--models starts a cluster of its own, --cluster uses one that is up: give one")
        }
    }

    func run() throws {
        let own = cluster.cluster == nil ? try BenchModels(models ?? "builtin") : nil
        let configuration = try own?.configuration ?? cluster.configuration()
        let settings = try self.settings(over: configuration.run)
        let batch = try self.batch ?? BenchModels.batch(for: configuration)
        let problems = try readProblems(batch)
        let plan = ComparisonPlan(
            strategies: try grid.strategyList(), paths: try grid.pathsList(), rejectionRates: try grid.rateList(),
            runAheads: try grid.runAheadList() ?? [settings.runAhead], runAhead: settings.runAhead,
            problems: problems.count, parts: parts ?? (problems.count + 9) / 10, repetitions: repetitions)
        try checkCells(plan, settings)
        try checkPage()

        let ownCluster = try own.map { try OwnCluster($0.configuration, path: $0.path, configs: $0.configs) }
        let name = URL(fileURLWithPath: batch).lastPathComponent
        let report = try OwnCluster.ending(ownCluster) {
            if ownCluster != nil { say("starting \(configuration.workers.count) workers of \(configuration.name)") }
            let client = try ownCluster?.start() ?? cluster.client()
            let runner = ComparisonRunner(
                client: client, plan: plan, problems: problems, name: name, settings: settings,
                check: { try ownCluster?.check() })
            var report = ComparisonReport(plan, try runner.run())
            report.conditions = try BenchConditions.all(
                problems: name, plan: plan, settings: settings, workers: try client.status().workers)
            return report
        }
        try show(report, title: "Strategies compared: \(configuration.name), \(name)")
    }

    // MARK: Before

    private func readProblems(_ batch: String) throws -> [ProblemSpec] {
        var options = BatchOptions()
        options.batch = batch
        options.onBadLine = .reject
        options.limit = problems
        options.offset = offset
        let found = try options.read()
        if found.count < problems { say("a1: \(batch) has \(found.count) problems for \(problems); all are run") }
        return found
    }

    /// What `--set` may not say, and the option that does.
    private static let ownSettings = [
        "strategy": "--strategies", "paths": "--paths", "rejection_rate": "--rejection-rate",
        "run_ahead": "--run-ahead", "vote": "--vote", "seed": "--seed", "problems_in_flight": "--problems-in-flight",
    ]

    private func settings(over base: RunSettings) throws -> RunSettings {
        var values = try SettingsFlags.assignments(set)
        for (name, _) in values {
            if let option = Self.ownSettings[name] { throw fail(.usage, "--set \(name): \(option) sets this") }
        }
        values.append(("vote", vote))
        if let seed { values.append(("seed", "\(seed)")) }
        if let problemsInFlight { values.append(("problems_in_flight", "\(problemsInFlight)")) }
        do {
            return try base.overriding(values)
        } catch {
            throw fail(.usage, "\(error)")
        }
    }

    /// Every cell must be possible before any is run.
    private func checkCells(_ plan: ComparisonPlan, _ settings: RunSettings) throws {
        for cell in plan.cells {
            do {
                _ = try ComparisonRunner.settings(settings, cell).overriding([], source: cell.name)
            } catch {
                throw fail(.usage, "\(error)")
            }
        }
    }

    /// A page that cannot be written is known before hours of runs, not after.
    private func checkPage() throws {
        guard let html else { return }
        let folder = URL(fileURLWithPath: html).deletingLastPathComponent().path
        guard access(folder, W_OK) == 0, access(html, F_OK) != 0 || access(html, W_OK) == 0 else {
            throw fail(.cannotCreate, "--html \(html): cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    // MARK: After

    private func show(_ report: ComparisonReport, title: String) throws {
        if let html {
            do {
                try Data(ComparisonPage.html(report, title: title).utf8).write(to: URL(fileURLWithPath: html))
            } catch {
                say("a1: \(html) cannot be written: \(error.localizedDescription)")
            }
        }
        if json {
            try putJSON(report.cells)
            return
        }
        let tables = [
            ComparisonTable.results(report.cells), ComparisonTable.costs(report.cells),
            ComparisonTable.workers(report.cells),
        ]
        put(tables.map { $0.rendered() }.joined(separator: "\n"))
        put(html.map { "tables and plots: \($0)" } ?? "--html FILE writes this with plots; --json prints all figures")
    }
}
