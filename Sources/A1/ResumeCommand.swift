import ArgumentParser
import Domain

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a run go on that waits for the models it was begun with.",
        discussion: """
            A run goes on by itself after every restart. It waits when a worker comes with another model file, prompt \
            template or vocabulary than the run was begun with: scores of two models cannot be ranked together. \
            --allow-drift lets it go on with what is there now, and writes that into the run's record.
            """)

    @Argument(
        help: ArgumentHelp("The run's name, or the beginning of it.", valueName: "run"), completion: .runs)
    var runName: String
    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Go on with other models than the run was begun with.")
    var allowDrift = false
    @Flag(help: "Print JSON.")
    var json = false

    /// What `--json` prints.
    private struct Document: Encodable {
        let run: RunID
        let drift: [String]
        let waitingFor: [String]
    }

    func run() throws {
        let client = try cluster.client()
        guard case .resumed(let run, let drift) = try client.ask(.resume(run: runName, allowsDrift: allowDrift)) else {
            throw client.unexpected()
        }
        let waitingFor = try client.status().run(run.rawValue).waitingFor
        if json {
            try putJSON(Document(run: run, drift: drift, waitingFor: waitingFor))
            return
        }
        for difference in drift { put("allowed: \(difference)") }
        put(waitingFor.isEmpty ? "\(run) goes on" : "\(run) waits: \(waitingFor.joined(separator: "; "))")
    }
}
