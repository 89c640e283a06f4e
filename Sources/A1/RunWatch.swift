import ArgumentParser
import Domain
import Foundation
import Runtime

/// Shows a run's progress on standard error until it ends.
struct RunWatch {
    let client: Client
    /// Between two looks.
    private let intervalSeconds = 0.5

    init(client: Client) { self.client = client }

    /// - Returns: the run's last status.
    func untilEnd(of run: RunID) throws -> RunStatus {
        let shown = ProgressLine()
        let beganMs = Clocks.monotonicMs
        while true {
            guard let status = try client.status().runs.first(where: { $0.run == run }) else {
                throw fail(.noInput, "the coordinator does not know the run \(run.short)")
            }
            shown.show(progress(status, elapsedMs: Clocks.monotonicMs - beganMs))
            if status.state != .open {
                shown.end()
                return status
            }
            Thread.sleep(forTimeInterval: intervalSeconds)
        }
    }

    private func progress(_ status: RunStatus, elapsedMs: Int64) -> String {
        var parts = [
            "\(status.run.short) \(status.state.rawValue)",
            "problems \(status.problemsEnded)/\(status.problems)",
            "paths \(status.pathsEnded)/\(status.paths)",
        ]
        if status.verdicts > 0 {
            let share = Double(status.takeovers) / Double(status.verdicts)
            parts.append("taken over \(percent(share)) of \(status.verdicts) (asked \(percent(status.rejectionRate)))")
        }
        parts.append("tokens \(status.tokens.draft) + \(status.tokens.target)")
        // Paths that end first are the short ones; before a fifth has ended they say nothing of the others.
        if status.state == .open, status.pathsEnded * 5 >= status.paths, status.pathsEnded < status.paths {
            let leftMs = Double(elapsedMs) / Double(status.pathsEnded) * Double(status.paths - status.pathsEnded)
            parts.append("about \(duration(leftMs / 1_000)) left")
        }
        if !status.waitingFor.isEmpty { parts.append("waiting: \(status.waitingFor.joined(separator: ", "))") }
        return parts.joined(separator: "  ")
    }
}

func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<10: String(format: "%.1f s", seconds)
    case ..<120: String(format: "%.0f s", seconds)
    case ..<7_200: String(format: "%.0f min", seconds / 60)
    case _: String(format: "%.1f h", seconds / 3_600)
    }
}

func size(_ count: UInt64) -> String {
    switch count {
    case ..<(1 << 20): String(format: "%.0f KiB", Double(count) / 1_024)
    case ..<(1 << 30): String(format: "%.0f MiB", Double(count) / 1_048_576)
    case _: String(format: "%.2f GiB", Double(count) / 1_073_741_824)
    }
}

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Show a run's progress until it ends. Safe to interrupt and repeat.")

    @Argument(help: ArgumentHelp("The run's name, or the beginning of it. Default: the newest run.", valueName: "run"))
    var runName: String?
    @OptionGroup var cluster: ClusterOptions

    func run() throws {
        let client = try cluster.client()
        let status = try client.status().run(runName)
        _ = try RunWatch(client: client).untilEnd(of: status.run)
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
