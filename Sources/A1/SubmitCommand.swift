import ArgumentParser
import Domain
import Evaluation
import Foundation
import Runtime
import Wire

struct SubmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Submit a batch of problems as a run.",
        discussion: """
            The batch is a file or a data set (a1 dataset list). A line is {"id", "problem", "answer"?}, an OpenAI \
            batch line with custom_id, whose conversation and settings (n, max_tokens, stop, seed, temperature, top_p) \
            are its problem's, or a row of a data set as docs/datasets.md says. Prints the run's name. When \
            it has printed it, the run is on disk and survives everything but the disk. Submitting again with the \
            same --key is the same run.
            """)

    @OptionGroup(title: "What") var batch: BatchOptions
    @OptionGroup(title: "What") var submission: SubmissionFlags
    @OptionGroup var flags: SettingsFlags
    @OptionGroup(title: "Rule") var bankFlag: BankFlag
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @OptionGroup(title: "Output") var output: SubmitOutput

    func run() throws {
        let configuration = try cluster.configuration()
        let settings = try flags.settings(over: configuration.run)
        let problems = try batch.read()
        let bank = try bankFlag.bank.map { try BankFile.load($0, folder: cluster.folder()) }
        let batchName = URL(fileURLWithPath: batch.batch).lastPathComponent
        var spec = RunSpec(
            id: RunID(ProcessFacts.randomName()), submissionKey: submission.key ?? ProcessFacts.randomName(),
            name: submission.name ?? batchName, settings: settings)
        let client = try cluster.client()
        if settings.strategy == .auto {
            spec.forecast = KeptFigures.load(try cluster.folder()).forecast(
                of: try client.status().workers, settings, batch: batchName, problems: problems.count)
        }
        let run = try BatchSubmission.submit(spec, problems, bank: bank, to: client)
        guard output.wait else {
            if output.json { try putJSON(["run": run.rawValue]) } else { put(run.rawValue) }
            say("follow it with: a1 watch \(run.short)    results: a1 results \(run.short)")
            return
        }
        let status = try RunWatch(client: client).untilEnd(of: run)
        try ResultsPrinter(client: client, format: output.json ? .json : .table).print(run.rawValue)
        try status.endCommandIfCancelled()
    }
}

/// What a submission is called.
struct SubmissionFlags: ParsableArguments {
    @Option(help: "What to call the run. Default: the name of the batch's file or data set.")
    var name: String?
    @Option(help: "The submission's own key; with the same key the same batch is submitted once.")
    var key: String?
}

struct BankFlag: ParsableArguments {
    @Option(
        help: "The bank that ranking begins with: a name that `a1 calibrate` gave, or a file.", completion: .banks)
    var bank: String?
}

struct SubmitOutput: ParsableArguments {
    @Flag(help: "Wait for the end, with progress, and print the results.")
    var wait = false
    @Flag(help: "Print JSON.")
    var json = false
}

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a run; what it has so far stays.")

    @Argument(
        help: ArgumentHelp("The run's name, or the beginning of it.", valueName: "run"), completion: .runs)
    var runName: String
    @OptionGroup var cluster: ClusterOptions

    func run() throws {
        let client = try cluster.client()
        guard case .cancelled(let run, let state) = try client.ask(.cancel(run: runName)) else {
            throw client.unexpected()
        }
        switch state {
        case .open, .cancelled: put("\(run) cancelled")
        case .finished: put("\(run) had finished before")
        }
    }
}
