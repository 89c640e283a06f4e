import ArgumentParser
import Domain
import Evaluation
import Foundation
import Planning
import Runtime
import Settings
import Wire

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say beforehand which strategy pays for a batch, and by how much.",
        discussion: """
            Measures the workers (how long they write and read), lets them work on a few of the batch's problems, \
            and prints what each strategy is expected to take: docs/cost-model.md says how it reckons. What was \
            measured is kept by models, machine and threads and used again; --again measures anew. Without a batch it \
            plans for 100 problems like those that were last looked at.
            """)

    @Argument(
        help: "The batch: a file of JSON or a table, or the name of a data set.", completion: .file())
    var batch: String?
    @Option(help: "Only so many problems.")
    var limit: Int?
    @Flag(help: "Measure anew, whatever is kept.")
    var again = false
    @OptionGroup var flags: SettingsFlags
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @Flag(help: "Print JSON.")
    var json = false

    /// Problems of a plan without a batch.
    private static let problemsByDefault = 100

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit: at least one problem is needed") }
        if limit != nil, batch == nil { throw ValidationError("--limit: of a batch, and none is named") }
    }

    func run() throws {
        let settings = try flags.settings(over: cluster.configuration().run)
        let folder = try cluster.folder()
        let client = try cluster.client()
        let problems = try batch.map { try BatchOptions.problems($0, limit: limit) }
        let name = batch.map { URL(fileURLWithPath: $0).lastPathComponent }
        let workers = try client.status().workers.filter { $0.state == .live }
        try check(workers)
        var figures = KeptFigures.load(folder)
        if again || figures.model(of: workers) == nil {
            figures.keep(try PlanMeasurement(client: client, workers: workers).passes())
            try figures.save(folder)
        }
        let hasDraft = workers.contains { $0.role == .draft }
        if hasDraft, again || !figures.knows(workers, settings, batch: name) {
            figures.keep(try lookAt(problems, name, settings, workers, client))
            try figures.save(folder)
        }
        guard let model = figures.model(of: workers),
            let facts = hasDraft ? figures.facts(of: workers, settings, batch: name) : TextFacts.unknown(settings)
        else { throw client.unexpected() }
        let count = problems?.count ?? Self.problemsByDefault
        var planned = settings
        if let problems {
            // Problems may have a number of paths of their own.
            let paths = problems.reduce(0) { $0 + $1.paths(in: settings) }
            planned.paths = max(1, Int((Double(paths) / Double(count)).rounded()))
        }
        let strategies = Planner(model, facts, planned, problems: count).strategies()
        try PlanPrinter(
            strategies: hasDraft ? strategies : Array(strategies.prefix(1)), batch: name, problems: count,
            settings: planned, facts: facts
        ).print(json: json)
    }

    /// What texts of the batch are like.
    private func lookAt(
        _ problems: [ProblemSpec]?, _ name: String?, _ settings: RunSettings, _ workers: [WorkerStatus],
        _ client: Client
    ) throws -> KeptFigures.Texts {
        guard let problems, let name else {
            throw fail(
                .usage, "nothing is known yet of texts by these models with these settings: name a batch, "
                    + "a1 plan BATCH")
        }
        return KeptFigures.Texts(
            key: KeptFigures.key(of: workers, settings), batch: name,
            facts: try PlanSample(client: client, settings: settings).facts(of: problems))
    }

    private func check(_ workers: [WorkerStatus]) throws {
        guard workers.contains(where: { $0.role == .target }) else {
            throw fail(
                .unavailable, "no target worker is here, so there is nothing to compare with: cluster/up.sh starts the "
                    + "cluster, `a1 workers` shows who is there")
        }
    }
}

extension TextFacts {
    /// Where nothing is drafted only the length of paths counts, and of that only the bound is known.
    fileprivate static func unknown(_ settings: RunSettings) -> TextFacts {
        TextFacts(
            lengths: [settings.pathTokens], blocks: 1, cuts: 0, read: 1, kept: 1, written: 0, discarded: 0)
    }
}
