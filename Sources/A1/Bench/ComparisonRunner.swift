import ArgumentParser
import Comparison
import Domain
import Foundation
import Runtime

/// Runs the steps of a comparison on a cluster, one after the other.
struct ComparisonRunner {
    let client: Client
    let plan: ComparisonPlan
    let problems: [ProblemSpec]
    /// What runs are called.
    let name: String
    let settings: RunSettings
    /// Throws when the cluster cannot go on.
    let check: () throws -> Void

    /// Between two looks at a run; its times come from the coordinator.
    private static let intervalSeconds = 0.2
    /// Between two runs, so that each worker's heartbeat has told of all that it did for the first.
    private static let settlingSeconds = 0.25
    /// Orders that were given up may be computed to the end of a step; then the next run begins all the same.
    private static let settlingLooks = 120

    func run() throws -> [ComparisonCell: [PartOutcome]] {
        let steps = plan.steps
        let shown = ProgressLine()
        let beganMs = Clocks.monotonicMs
        // What is shown of one part as a time line.
        let drawn = plan.cells.first { $0.strategy == .async } ?? plan.cells.first
        var outcomes: [ComparisonCell: [PartOutcome]] = [:]
        for (number, step) in steps.enumerated() {
            var title = "run \(number + 1) of \(steps.count)  \(step.cell.name)"
            title += "  part \(step.part + 1)/\(plan.parts.count)"
            if plan.repetitions > 1 { title += "  repetition \(step.repetition + 1)/\(plan.repetitions)" }
            // Cells differ by much; once each has run, their mean says something of the rest.
            if number >= plan.cells.count {
                let eachMs = Double(Clocks.monotonicMs - beganMs) / Double(number)
                title += "  about \(duration(eachMs * Double(steps.count - number) / 1_000)) left"
            }
            try settle()
            let results = try results(step) { shown.show("\(title)  \($0)") }
            let withBars = step.cell == drawn && step.part == 0 && step.repetition == 0
            outcomes[step.cell, default: []].append(
                PartOutcome(results, repetition: step.repetition, part: step.part, withBars: withBars))
        }
        shown.end()
        return outcomes
    }

    /// Waits until nothing of the run before is left at the workers: it would be counted as the next one's.
    private func settle() throws {
        for _ in 0..<Self.settlingLooks {
            try check()
            Thread.sleep(forTimeInterval: Self.settlingSeconds)
            if try client.status().workers.allSatisfy({ $0.state != .live || $0.orders == 0 }) { return }
        }
    }

    /// What a cell's runs are set to, but for the seed.
    static func settings(_ base: RunSettings, _ cell: ComparisonCell) -> RunSettings {
        var settings = base
        settings.strategy = cell.strategy
        settings.paths = cell.paths
        if let rate = cell.rejectionRate { settings.rejectionRate = rate }
        if let runAhead = cell.runAhead { settings.runAhead = runAhead }
        return settings
    }

    private func results(_ step: ComparisonPlan.Step, progress: (String) -> Void) throws -> RunResults {
        var settings = Self.settings(settings, step.cell)
        settings.seed &+= UInt64(step.repetition * plan.parts.count + step.part)
        let spec = RunSpec(
            id: RunID(ProcessFacts.randomName()), submissionKey: ProcessFacts.randomName(), name: name,
            settings: settings)
        let run = try BatchSubmission.submit(spec, Array(problems[plan.parts[step.part]]), to: client)
        while true {
            try check()
            guard let status = try client.status().runs.first(where: { $0.run == run }) else {
                throw fail(.unavailable, "the coordinator does not know the run \(run.short) any more")
            }
            switch status.state {
            case .open:
                let waiting = status.waitingFor.joined(separator: ", ")
                progress("problems \(status.problemsEnded)/\(status.problems)\(waiting.isEmpty ? "" : "  \(waiting)")")
                Thread.sleep(forTimeInterval: Self.intervalSeconds)
            case .finished: return try ResultPages(client: client, blocks: true).all(run.rawValue)
            case .cancelled: throw fail(.temporaryFailure, "the run \(run.short) was cancelled; nothing is compared")
            }
        }
    }
}
