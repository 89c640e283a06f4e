import ArgumentParser
import Domain
import Evaluation
import Runtime
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run coordinator and workers together in virtual time.",
        subcommands: [SimulateFaultsCommand.self])
}

struct SimulateFaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults", abstract: "Let everything go wrong, drawn from a seed, and say what must not be.",
        discussion: """
            The real coordinator, the real sessions of workers and the bytes of their protocol run on a virtual \
            clock, around scripted models. Links are slow, cut and lose messages; workers are killed, paused, \
            drained and get stuck; the coordinator is killed anywhere in a step, and its disk refuses. Every run must \
            come to its end, and an audit of its own reads every record. The same seed gives the same trace. Ends \
            with 70 when something is wrong, and prints the command that repeats it.
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1
    @Option(help: "How many seeds, one after the other.")
    var seeds = 1
    @Flag(help: "Print JSON, a line a seed.")
    var json = false

    /// What `--json` prints.
    private struct Document: Encodable {
        let seed: UInt64
        let traceHash: String
        let complaints: [String]
        let elapsedMs: Int64
        let faults: [String: Int]
        let outcomes: [String: Int]

        init(_ report: FaultSimulation.Report) {
            seed = report.seed
            traceHash = report.hash
            complaints = report.complaints
            elapsedMs = report.elapsedMs
            faults = report.faults
            outcomes = Dictionary(uniqueKeysWithValues: report.outcomes.map { ($0.key.rawValue, $0.value) })
        }
    }

    func validate() throws {
        if seeds < 1 { throw ValidationError("--seeds: at least one") }
    }

    func run() throws {
        var failed: [UInt64] = []
        for seed in seed..<(seed &+ UInt64(seeds)) {
            var simulation = try FaultSimulation(seed: seed)
            let report = simulation.run()
            if json {
                try putJSONLine(Document(report))
            } else {
                put(line(report))
            }
            guard !report.complaints.isEmpty else { continue }
            failed.append(seed)
            for complaint in report.complaints { say("seed \(seed): \(complaint)") }
            say("repeat it: a1 simulate faults --seed \(seed)")
        }
        if !failed.isEmpty {
            let names = failed.map(String.init).joined(separator: ", ")
            throw fail(.software, "\(failed.count) of \(seeds) seeds: \(names)")
        }
    }

    private func line(_ report: FaultSimulation.Report) -> String {
        func counts(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        let outcomes = Dictionary(uniqueKeysWithValues: report.outcomes.map { ($0.key.rawValue, $0.value) })
        return "seed \(report.seed)  trace \(report.hash)  \(duration(Double(report.elapsedMs) / 1_000)) virtual  "
            + "faults: \(counts(report.faults))  paths: \(counts(outcomes))"
    }
}

extension FaultSimulation.Report {
    fileprivate var hash: String {
        let digits = String(traceHash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
