import ArgumentParser
import Domain
import Evaluation
import Foundation

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the cluster and its runs, or one run and what it waits for.")

    @Argument(
        help: ArgumentHelp("The run's name, or the beginning of it. Default: all runs.", valueName: "run"),
        completion: .runs)
    var runName: String?
    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let client = try cluster.client()
        var status = try client.status()
        if let runName { status.runs = [try status.run(runName)] }
        if json {
            try putJSON(status)
            return
        }
        let coordinator = status.coordinator
        putSentence("cluster: \(try cluster.folder().path)\(cluster.origin)")
        putSentence(
            "coordinator: process \(coordinator.processID), up \(duration(Double(coordinator.upMs) / 1_000)), "
                + "life \(coordinator.epoch), \(coordinator.ordersSent) orders sent, "
                + "\(coordinator.staleReplies) stale replies, \(coordinator.refusedMessages) messages refused")
        for role in Role.allCases {
            let live = status.workers.count { $0.role == role && $0.state == .live }
            put("\(role.rawValue) workers: \(live == 0 ? "none" : "\(live)")")
            for worker in status.workers where worker.role == role && [.lost, .failed].contains(worker.state) {
                putSentence("  \(worker.name) \(worker.state.rawValue): \(worker.reason ?? "without a reason")")
            }
        }
        put("")
        put(runTable(status.runs), terminator: "")
        if runName != nil, let run = status.runs.first {
            for (stage, count) in run.pathsByStage.sorted(by: { $0.key < $1.key }) { put("paths \(stage): \(count)") }
            if run.driftAlarms > 0 {
                put("drift alarms: \(driftAlarms(run.driftAlarms, after: run.driftAfterProblems, of: run.problems))")
            }
            for reason in run.waitingFor { putSentence("waiting: \(reason)") }
        }
    }

    private func runTable(_ runs: [RunStatus]) -> String {
        guard !runs.isEmpty else { return "no runs yet: a1 submit configs/batches/stories.jsonl\n" }
        var table = TextTable(columns: [
            ("RUN", .left), ("NAME", .left), ("STATE", .left), ("PROBLEMS", .right), ("PATHS", .right),
            ("VERDICTS", .right), ("TAKEN OVER", .right), ("ASKED", .right), ("TOKENS DRAFT", .right),
            ("TARGET", .right), ("WAITING FOR", .left),
        ])
        for run in runs {
            table.addRow([
                run.run.short, run.name, run.state.rawValue, "\(run.problemsEnded)/\(run.problems)",
                "\(run.pathsEnded)/\(run.paths)", "\(run.verdicts)",
                run.verdicts == 0 ? "-" : percent(Double(run.takeovers) / Double(run.verdicts)),
                percent(run.rejectionRate), "\(run.tokens.draft)", "\(run.tokens.target)",
                run.waitingFor.joined(separator: ", "),
            ])
        }
        return table.shown
    }
}
