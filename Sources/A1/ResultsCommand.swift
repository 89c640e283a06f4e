import ArgumentParser
import Domain

struct ResultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "Print a run's results, finished or not.",
        discussion: "--json carries everything down to each block: text, author, score, p-value, verdict, worker.")

    @Argument(
        help: ArgumentHelp("The run's name, or the beginning of it. Default: the newest run.", valueName: "run"),
        completion: .runs)
    var runName: String?
    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Print JSON.")
    var json = false
    @Flag(help: "Print comma-separated values, a line a problem.")
    var csv = false

    func validate() throws {
        if json && csv { throw ValidationError("--json and --csv exclude each other") }
    }

    func run() throws {
        let format: ResultsPrinter.Format = json ? .json : csv ? .csv : .table
        try ResultsPrinter(client: try cluster.client(), format: format).print(runName ?? "")
    }
}
