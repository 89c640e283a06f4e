import ArgumentParser
import Domain
import Settings

/// Which problems a comparison runs.
struct BenchProblems: ParsableArguments {
    @Option(
        help: """
            A batch or a data set. Default: of configs/batches stories-200.jsonl for builtin, arithmetic-200.jsonl for \
            small; else gsm8k.
            """,
        completion: .file())
    var batch: String?
    @Option(help: "So many problems.")
    var problems = 20
    @Option(help: "Leave out the first so many problems of the batch.")
    var offset = 0

    func validate() throws {
        guard problems >= 1 else { throw ValidationError("--problems: a number from 1") }
        guard offset >= 0 else { throw ValidationError("--offset: a number from 0") }
    }
}

/// How often, with how many at once, and under which other settings.
struct BenchAmount: ParsableArguments {
    @Option(help: "Parts that the problems are cut into. Default: as many as make about 10 problems each.")
    var parts: Int?
    @Option(help: "How often all of it is run.")
    var repetitions = 1
    @Option(help: "At most this many problems at once; 1 measures how long a problem takes by itself.")
    var problemsInFlight: Int?
    @Option(
        help: "majority, first or all: when a problem is over. With all, pass@1 is comparable.",
        completion: .values(VoteRule.self))
    var vote = "all"
    @Option(help: "Seed of everything random in the runs.")
    var seed: UInt64?
    @Option(
        help: ArgumentHelp(
            "Any other setting by its name in configuration files; may be repeated.", valueName: "name=value"),
        completion: .list(RunSettings.fieldNames.map { "\($0)=" }))
    var set: [String] = []

    func validate() throws {
        for (name, value) in [("--parts", parts ?? 1), ("--repetitions", repetitions)] {
            guard value >= 1 else { throw ValidationError("\(name): a number from 1") }
        }
    }
}

/// A cluster of the command's own, or one that is up.
struct BenchModelsChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The cluster's configuration: builtin, qwen, any NAME of configs/NAME.yaml, or a path. Default: builtin.",
            valueName: "name|file"),
        completion: .yaml)
    var models: String?
    @OptionGroup var cluster: ClusterOptions
}

struct BenchOutput: ParsableArguments {
    @Option(
        help: ArgumentHelp("Write tables and plots as one HTML file, too.", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var html: String?
    @Flag(help: "Print JSON.")
    var json = false
}
