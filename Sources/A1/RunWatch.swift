import ArgumentParser
import Domain
import Foundation
import Runtime

/// Shows a run's progress until it ends.
struct RunWatch {
    let client: Client
    /// Whether each change is a JSON line on standard output instead of a line for people on standard error.
    var json = false
    /// Between two looks.
    private let intervalSeconds = 0.5

    init(client: Client, json: Bool = false) {
        self.client = client
        self.json = json
    }

    /// - Returns: the run's last status.
    func untilEnd(of run: RunID) throws -> RunStatus {
        let shown = ProgressLine()
        var last: RunStatus?
        while true {
            guard let status = try client.status().runs.first(where: { $0.run == run }) else {
                throw fail(.noInput, "the coordinator does not know the run \(run.short)")
            }
            if json {
                for event in WatchEvent.events(from: last, to: status) { try putJSONLine(event) }
            } else {
                shown.show(RunProgress(status))
            }
            last = status
            if status.state != .open {
                shown.end()
                return status
            }
            Thread.sleep(forTimeInterval: intervalSeconds)
        }
    }
}

/// One line of `a1 watch --json`.
struct WatchEvent: Encodable {
    enum Name: String, Encodable {
        /// Something was written, judged or ended; also the first line.
        case progress
        /// What keeps the run from going on has changed; `run.waitingFor` has it.
        case waiting
        /// Nothing was written or judged for `no_progress_ms`; `run.waitingFor` has the reason.
        case noProgress = "no_progress"
        case finished
        case cancelled
    }

    let event: Name
    let time: String
    let run: RunStatus

    /// What has happened between two looks at a run.
    static func events(from last: RunStatus?, to status: RunStatus) -> [WatchEvent] {
        var names: [Name] = []
        let isSilent = status.silentMs != nil
        if last.map({ $0.counts != status.counts }) ?? true { names.append(.progress) }
        if isSilent, last?.silentMs == nil { names.append(.noProgress) }
        if !isSilent, status.waitingFor != last?.waitingFor ?? [] { names.append(.waiting) }
        switch status.state {
        case .open: break
        case .finished: names.append(.finished)
        case .cancelled: names.append(.cancelled)
        }
        let time = Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
        return names.map { WatchEvent(event: $0, time: time, run: status) }
    }
}

extension RunStatus {
    /// What grows as the run goes on.
    fileprivate var counts: [Int] {
        [problemsEnded, pathsEnded, verdicts, takeovers, votes, tokens.draft, tokens.target]
    }
}

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Show a run's progress until it ends. Safe to interrupt and repeat.",
        discussion: """
            On a terminal one line with a bar is drawn again and again; elsewhere a line is printed when something has \
            changed. The time left is taken from the run's own pace. Ends with 0 when the run has finished, with 79 \
            when it was cancelled. With --json each change is a line {"event", "time", "run"} on standard output; \
            events are progress, waiting, no_progress, finished and cancelled.
            """)

    @Argument(help: ArgumentHelp("The run's name, or the beginning of it. Default: the newest run.", valueName: "run"))
    var runName: String?
    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Print a JSON line for each change.")
    var json = false

    func run() throws {
        let client = try cluster.client()
        let status = try client.status().run(runName)
        let last = try RunWatch(client: client, json: json).untilEnd(of: status.run)
        try last.endCommandIfCancelled()
    }
}

extension RunStatus {
    /// Ends a command that waited for the run, if it was cancelled, with the exit code for that. What it prints of the
    /// run is whole all the same, so this is no error document.
    func endCommandIfCancelled() throws {
        guard state == .cancelled else { return }
        say("a1: the run \(run.short) was cancelled; a1 results \(run.short) shows what it has")
        throw ArgumentParser.ExitCode(Runtime.ExitCode.cancelled.rawValue)
    }
}

extension ClusterStatus {
    /// The one run whose name begins so; the newest when no name is given.
    func run(_ prefix: String?) throws -> RunStatus {
        let found = runs.filter { prefix.map($0.run.rawValue.hasPrefix) ?? true }
        guard let last = found.max(by: { $0.submittedWallMs < $1.submittedWallMs }) else {
            throw fail(.noInput, prefix.map { "no run begins with \($0)" } ?? "no run has been submitted yet")
        }
        guard prefix == nil || found.count == 1 else {
            throw fail(.usage, "\(found.count) runs begin with \(prefix ?? ""): type more of the name")
        }
        return last
    }
}
