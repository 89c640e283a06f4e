import Evaluation
import Foundation
import Runtime

/// One row of `a1 bench engine`: what was computed, how fast, and how fast it could be at most.
struct EngineCell: Codable {
    enum Kind: String, Codable { case prompt, score, generate }

    /// Which products the peak is of.
    enum Products: String, Codable { case float32, int8 }

    /// What was measured.
    struct Key {
        var kind: Kind
        /// Of each sequence.
        var tokens: Int
        var sequences: Int
    }

    /// What is the same for all cells of one engine.
    struct Engine {
        var model: String
        var fileBytes: Int
        /// Of the matrices that a step with logits reads.
        var weightBytes: Int
        var threads: Int
        var kernels: String
        var isExact: Bool
        var pinsThreads: Bool
        var hasSharedPrompt: Bool
        /// Most tokens of a step.
        var stepTokens: Int
        var loadSeconds: Double
        var machine: MachineLine
    }

    var model: String
    var kind: Kind
    var tokens: Int
    var sequences: Int
    var threads: Int
    var kernels: String
    var isExact: Bool
    var pinsThreads: Bool
    var hasSharedPrompt: Bool
    var repeats: Int
    /// Of the median run, as all figures that are not said to be others.
    var seconds: Double
    var steps: Int
    var stepTokens: Int
    var tokensPerSecond: Double
    var minimumTokensPerSecond: Double
    var maximumTokensPerSecond: Double
    var gbPerSecond: Double
    var gflopPerSecond: Double
    var shareOfLimit: Double
    var peakGBPerSecond: Double
    var peakGFLOPPerSecond: Double
    var peakProducts: Products
    var allocationsPerStep: Double?
    var loadSeconds: Double
    var fileBytes: Int
    var weightBytes: Int
    var weightShareOfFile: Double
    /// Of the process, so far.
    var peakMemoryBytes: UInt64
    var anonymousMemoryBytes: UInt64
    var machine: MachineLine

    enum CodingKeys: String, CodingKey {
        case model, kind, tokens, sequences, threads, kernels
        case isExact = "exact"
        case pinsThreads = "pin_threads"
        case hasSharedPrompt = "shared_prompt"
        case repeats = "repeat"
        case seconds, steps
        case stepTokens = "step_tokens"
        case tokensPerSecond = "tokens_per_second"
        case minimumTokensPerSecond = "minimum_tokens_per_second"
        case maximumTokensPerSecond = "maximum_tokens_per_second"
        case gbPerSecond = "gb_per_second"
        case gflopPerSecond = "gflop_per_second"
        case shareOfLimit = "share_of_limit"
        case peakGBPerSecond = "peak_gb_per_second"
        case peakGFLOPPerSecond = "peak_gflop_per_second"
        case peakProducts = "peak_products"
        case allocationsPerStep = "allocations_per_step"
        case loadSeconds = "load_seconds"
        case fileBytes = "file_bytes"
        case weightBytes = "weight_bytes"
        case weightShareOfFile = "weight_share_of_file"
        case peakMemoryBytes = "peak_memory_bytes"
        case anonymousMemoryBytes = "anonymous_memory_bytes"
        case machine
    }

    // MARK: For people

    /// What holds for the whole process, then the rows: for each of the processes, by its kernels.
    static func text(_ cells: [EngineCell], processor: String) -> String {
        var machines: [MachineLine] = []
        for cell in cells where !machines.contains(where: { $0.threads == cell.threads }) {
            machines.append(cell.machine)
        }
        var lines = cells.first.map { first in
            [
                "model    \(first.model), \(size(UInt64(first.fileBytes))); a step reads "
                    + "\(size(UInt64(first.weightBytes))) of weights, \(percent(first.weightShareOfFile)) of the file",
                "machine  \(processor)",
            ]
        } ?? []
        lines += machines.map { machine in
            String(
                format: "peaks    threads: %d, read %.1f GB/s, float32 %.0f GFLOP/s, int8 %.0f GOP/s (%@)",
                machine.threads, machine.readGBPerSecond, machine.floatGFLOPPerSecond, machine.byteGOPPerSecond,
                machine.byteInstructions)
        }
        for kernels in cells.map(\.kernels).distinct {
            let own = cells.filter { $0.kernels == kernels }
            let loads = own.map { "\(String(format: "%.3f", $0.loadSeconds)) s with \($0.threads)" }.distinct
            let peak = own.map(\.peakMemoryBytes).max() ?? 0
            let anonymous = own.map(\.anonymousMemoryBytes).max() ?? 0
            lines.append(
                "\(kernels): loaded in \(loads.joined(separator: ", ")) threads; peak memory \(size(peak)), "
                    + "no file's: \(size(anonymous))")
        }
        return lines.joined(separator: "\n") + "\n\n" + table(cells)
    }

    private static func table(_ cells: [EngineCell]) -> String {
        let counts = cells.contains { $0.allocationsPerStep != nil }
        let allocations: [(title: String, alignment: TextTable.Alignment)] = counts ? [("MALLOCS/STEP", .right)] : []
        var table = TextTable(
            columns: [
                ("KERNELS", .left), ("THREADS", .right), ("KIND", .left), ("SEQUENCES", .right), ("TOKENS", .right),
                ("TOKENS/S", .right), ("GB/S", .right), ("GFLOP/S", .right), ("OF LIMIT", .right), ("PEAK", .left),
            ] + allocations)
        for cell in cells {
            table.addRow([
                cell.kernels, "\(cell.threads)", cell.kind.rawValue, "\(cell.sequences)", "\(cell.tokens)",
                String(format: "%.1f", cell.tokensPerSecond), String(format: "%.2f", cell.gbPerSecond),
                String(format: "%.1f", cell.gflopPerSecond), percent(cell.shareOfLimit), cell.peakProducts.rawValue,
                cell.allocationsPerStep.map { String(format: "%.1f", $0) } ?? "-",
            ])
        }
        return table.shown
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

extension EngineCell {
    /// Figures of one or more runs of the same, the median one's work and time.
    ///
    /// - Parameter products: what most of the work is computed with.
    init(_ key: Key, _ engine: Engine, _ runs: [EngineRun], products: Products) {
        let sorted = runs.sorted { $0.seconds < $1.seconds }
        let median = sorted[sorted.count / 2]
        // Of what the kind is named for: context tokens of a score are computed, too, but not counted.
        let tokens = Double(key.tokens * key.sequences)
        let peaks = engine.machine.peaks
        model = engine.model
        (kind, self.tokens, sequences) = (key.kind, key.tokens, key.sequences)
        (threads, kernels) = (engine.threads, engine.kernels)
        (isExact, pinsThreads) = (engine.isExact, engine.pinsThreads)
        hasSharedPrompt = engine.hasSharedPrompt
        repeats = runs.count
        (seconds, steps, stepTokens) = (median.seconds, median.steps, engine.stepTokens)
        tokensPerSecond = tokens / median.seconds
        minimumTokensPerSecond = tokens / sorted[sorted.count - 1].seconds
        maximumTokensPerSecond = tokens / sorted[0].seconds
        gbPerSecond = median.work.readBytes / median.seconds / 1e9
        gflopPerSecond = median.work.operations / median.seconds / 1e9
        shareOfLimit = median.work.leastSeconds(peaks) / median.seconds
        peakGBPerSecond = engine.machine.readGBPerSecond
        peakProducts = products
        peakGFLOPPerSecond = products == .int8 ? engine.machine.byteGOPPerSecond : engine.machine.floatGFLOPPerSecond
        let allocations = runs.compactMap(\.allocationsPerStep).sorted()
        allocationsPerStep = allocations.isEmpty ? nil : allocations[allocations.count / 2]
        loadSeconds = engine.loadSeconds
        (fileBytes, weightBytes) = (engine.fileBytes, engine.weightBytes)
        weightShareOfFile = Double(engine.weightBytes) / Double(engine.fileBytes)
        peakMemoryBytes = ProcessFacts.peakResidentBytes
        anonymousMemoryBytes = ProcessFacts.anonymousBytes
        machine = engine.machine
    }
}

extension Array where Element: Hashable {
    /// Each element once, where it stands first.
    fileprivate var distinct: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
