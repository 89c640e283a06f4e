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

    @OptionGroup(title: "What") var what: BenchProblems
    @OptionGroup(title: "What is varied") var grid: BenchGrid
    @OptionGroup(title: "How much") var amount: BenchAmount
    @OptionGroup(title: "Models") var choice: BenchModelsChoice
    @OptionGroup(title: "Output") var output: BenchOutput

    func validate() throws {
        guard choice.models == nil || cluster.cluster == nil else {
            throw ValidationError("--models starts a cluster of its own, --cluster uses one that is up: give one")
        }
    }

    private var cluster: ClusterOptions { choice.cluster }
    private var html: String? { output.html }

    func run() throws {
        let own = cluster.cluster == nil ? try BenchModels(choice.models ?? "builtin") : nil
        let configuration = try own?.configuration ?? cluster.configuration()
        let settings = try self.settings(over: configuration.run)
        let batch = try what.batch ?? BenchModels.batch(for: configuration)
        let problems = try readProblems(batch)
        let plan = ComparisonPlan(
            strategies: try grid.strategyList(), paths: try grid.pathsList(), rejectionRates: try grid.rateList(),
            runAheads: try grid.runAheadList() ?? [settings.runAhead], runAhead: settings.runAhead,
            problems: problems.count, parts: amount.parts ?? (problems.count + 9) / 10,
            repetitions: amount.repetitions)
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
            let workers = try client.status().workers
            report.conditions = try BenchConditions.all(
                problems: name, plan: plan, settings: settings, workers: workers)
            report.words = BenchConditions.words(plan, settings: settings, workers: workers)
            return report
        }
        try show(report, title: "Strategies compared: \(configuration.name), \(name)")
    }

    // MARK: Before

    private func readProblems(_ batch: String) throws -> [ProblemSpec] {
        var options = BatchOptions()
        options.batch = batch
        options.onBadLine = .reject
        options.limit = what.problems
        options.offset = what.offset
        let found = try options.read()
        if found.count < what.problems {
            say("a1: \(batch) has \(found.count) problems for \(what.problems); all are run")
        }
        return found
    }

    /// What `--set` may not say, and the option that does.
    private static let ownSettings = [
        "strategy": "--strategies", "paths": "--paths", "rejection_rate": "--rejection-rate",
        "run_ahead": "--run-ahead", "vote": "--vote", "seed": "--seed", "problems_in_flight": "--problems-in-flight",
    ]

    private func settings(over base: RunSettings) throws -> RunSettings {
        var values = try SettingsFlags.assignments(amount.set)
        for (name, _) in values {
            if let option = Self.ownSettings[name] { throw fail(.usage, "--set \(name): \(option) sets this") }
        }
        values.append(("vote", amount.vote))
        if let seed = amount.seed { values.append(("seed", "\(seed)")) }
        if let count = amount.problemsInFlight { values.append(("problems_in_flight", "\(count)")) }
        do {
            return try base.overriding(values)
        } catch {
            throw fail(.usage, "\(error)", cause: error)
        }
    }

    /// Every cell must be possible before any is run.
    private func checkCells(_ plan: ComparisonPlan, _ settings: RunSettings) throws {
        for cell in plan.cells {
            do {
                _ = try ComparisonRunner.settings(settings, cell).overriding([], source: cell.name)
            } catch {
                throw fail(.usage, "\(error)", cause: error)
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
        if output.json {
            try putJSON(Documented(Measured(cells: report.cells)))
            return
        }
        let tables = [
            ComparisonTable.results(report.cells), ComparisonTable.costs(report.cells),
            ComparisonTable.workers(report.cells),
        ]
        put(tables.map { $0.text.shown }.joined(separator: "\n"))
        put(html.map { "tables and plots: \($0)" } ?? "--html FILE writes this with plots; --json prints all figures")
    }
}
