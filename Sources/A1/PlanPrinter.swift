import Domain
import Evaluation
import Foundation
import Planning

/// Prints a plan.
struct PlanPrinter {
    let strategies: [PlannedStrategy]
    let batch: String?
    let problems: Int
    let settings: RunSettings
    let facts: TextFacts

    /// What `--json` prints.
    private struct Document: Encodable {
        var batch: String?
        var problems: Int
        var paths: Int
        var problemsInFlight: Int
        var text: TextFacts
        var strategies: [PlannedStrategy]
        /// The fastest of those that give the target's own text: what `strategy: auto` would take.
        var auto: String
    }

    private var auto: PlannedStrategy? { strategies.filter(\.isExact).min { $0.seconds < $1.seconds } }

    func print(json: Bool) throws {
        if json {
            try putJSON(
                Documented(
                    Document(
                        batch: batch, problems: problems, paths: settings.paths,
                        problemsInFlight: settings.problemsInFlight, text: facts, strategies: strategies,
                        auto: auto?.name ?? "target")))
            return
        }
        let atOnce = settings.problemsInFlight == 0 ? "all in flight" : "\(settings.problemsInFlight) at a time"
        put("\(problems) problems\(batch.map { " of \($0)" } ?? ""), \(settings.paths) paths each, \(atOnce)\n")
        var table = TextTable(columns: [
            ("STRATEGY", .left), ("TARGET'S TEXT", .left), ("SECONDS", .right), ("PROBLEMS/MIN", .right),
            ("ONE PROBLEM S", .right), ("DRAFTED", .right), ("READ", .right), ("WRITTEN", .right),
            ("SPEED-UP", .right), ("BOUND BY", .left),
        ])
        for plan in strategies {
            table.addRow([
                plan.name, plan.isExact ? "yes" : "no", number(plan.seconds), number(plan.problemsPerMinute),
                number(plan.secondsPerProblem), "\(plan.tokensDrafted)", "\(plan.tokensRead)", "\(plan.tokensWritten)",
                String(format: "%.2f", plan.speedUp), plan.bound.rawValue,
            ])
        }
        put(table.shown, terminator: "")
        if let auto {
            put("\nstrategy: auto would take \(auto.name).", terminator: "\n")
            for help in auto.wouldHelp.prefix(2) {
                put("What would help it: \(help.change), \(String(format: "%.2f", help.factor)) times as fast.")
            }
        }
    }

    private func number(_ value: Double) -> String {
        value >= 100 ? String(format: "%.0f", value) : value >= 1 ? String(format: "%.1f", value)
            : String(format: "%.3f", value)
    }
}
