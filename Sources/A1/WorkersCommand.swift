import ArgumentParser
import Domain
import Evaluation

struct WorkersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "Show the workers: state, load, memory, tokens.",
        discussion: """
            With --wait it returns when every worker is ready: a draft worker has drafted a token by then, a target \
            worker has scored one. It says which are missing, and ends with 69 when one of them has ended for good.
            """)

    @Argument(
        help: "Only these workers. Default: all; with --wait, all of the configuration.", completion: .processes)
    var names: [String] = []
    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Wait until the workers are ready.")
    var wait = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let client = try cluster.client()
        if wait {
            let wanted = try names.isEmpty ? cluster.configuration().workers.map(\.name) : names
            try WorkersWait(client: client, folder: cluster.folder(), names: wanted).untilReady()
        }
        let workers = try client.status().workers.filter { names.isEmpty || names.contains($0.name) }
        if json {
            try putJSON(workers)
            return
        }
        var table = TextTable(columns: [
            ("WORKER", .left), ("ROLE", .left), ("STATE", .left), ("MODEL", .left), ("PROCESS", .right),
            ("ORDERS", .right), ("SLOTS", .right), ("KV FREE", .right), ("WRITTEN", .right), ("READ", .right),
            ("BUSY", .right), ("MEMORY", .right), ("RESTARTS", .right), ("REASON", .left),
        ])
        for worker in workers {
            let beat = worker.heartbeat
            let totalMs = beat.computeMs + beat.idleMs
            table.addRow([
                worker.name, worker.role.rawValue, worker.state.rawValue, worker.model, "\(worker.processID)",
                "\(worker.orders)", "\(worker.slots)", "\(beat.kvBlocksFree)/\(beat.kvBlocksTotal)",
                "\(beat.writtenTokens)", "\(beat.prefilledTokens)",
                totalMs == 0 ? "-" : percent(Double(beat.computeMs) / Double(totalMs)), size(beat.residentBytes),
                "\(worker.restarts)", worker.reason ?? "",
            ])
        }
        put(workers.isEmpty ? "no worker has come yet\n" : table.shown, terminator: "")
    }
}
