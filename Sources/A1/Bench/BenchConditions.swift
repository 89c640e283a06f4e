import Comparison
import Domain
import Foundation
import Runtime
import Tensors

/// What a reader of a comparison must know to repeat it.
enum BenchConditions {
    static func all(
        problems: String, plan: ComparisonPlan, settings: RunSettings, workers: [WorkerStatus]
    ) throws -> [ComparisonReport.Condition] {
        let date = Date(timeIntervalSince1970: Double(Clocks.wallMs) / 1_000)
        var conditions = [
            ComparisonReport.Condition("date", ISO8601DateFormatter().string(from: date)),
            .init("version", A1.configuration.version),
            .init("command", DocumentHeader.commandLine()),
            .init("machine", machine),
            .init(
                "problems",
                "\(plan.parts.last?.upperBound ?? 0) of \(problems); parts: \(plan.parts.count), each run by every "
                    + "strategy before the next; repetitions: \(plan.repetitions)"),
        ]
        for worker in workers.sorted(by: { $0.name < $1.name }) {
            conditions.append(
                .init(
                    "worker \(worker.name)",
                    "\(worker.role.rawValue), \(worker.model), SHA-256 \(worker.modelDigest), "
                        + "threads: \(worker.threads), slots: \(worker.slots)"))
        }
        conditions.append(.init("other settings", try text(settings)))
        return conditions
    }

    /// What is compared, and what all cells have in common, as sentences.
    static func words(_ plan: ComparisonPlan, settings: RunSettings, workers: [WorkerStatus]) -> [String] {
        func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
            var seen: Set<Value> = []
            return values.filter { seen.insert($0).inserted }
        }
        let models = [Role.draft, .target].compactMap { role in
            workers.first { $0.role == role }.map { (role: role, name: $0.model) }
        }
        var compared = "\(SettingsWords.list(unique(plan.cells.map(\.strategy.rawValue)))) are compared with "
            + SettingsWords.paths(unique(plan.cells.map(\.paths)))
        let rates = unique(plan.cells.compactMap(\.rejectionRate))
        if !rates.isEmpty { compared += " and r = \(SettingsWords.list(rates.map { "\($0)" }))" }
        let whose = models.map { "the \($0.role.rawValue) is \($0.name)" }
        return [compared + "."] + (whose.isEmpty ? [] : [SettingsWords.list(whose).firstUppercased + "."])
            + SettingsWords.sentences(settings)
    }

    /// What the cells vary is not among them.
    private static let varied: Set<String> = ["strategy", "paths", "rejectionRate", "runAhead"]

    private static func text(_ settings: RunSettings) throws -> String {
        let document = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(settings))
        let others = (document as? [String: Any] ?? [:]).filter { !varied.contains($0.key) }
        let data = try JSONSerialization.data(withJSONObject: others, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    static var machine: String {
        let kernels = (try? KernelChoice.current())?.rawValue ?? "unknown"
        return "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(processor), kernels \(kernels)"
    }

    /// The name that Linux has for the first processor (proc(5)); not every architecture has one.
    static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
        return name ?? "a processor without a name"
    }
}

extension String {
    fileprivate var firstUppercased: String { prefix(1).uppercased() + dropFirst() }
}
