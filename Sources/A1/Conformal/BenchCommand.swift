import ArgumentParser
import Conformal
import Domain
import Evaluation
import Foundation
import Runtime

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure with A1's own code, and compare strategies.",
        subcommands: [
            BenchStrategiesCommand.self, BenchEngineCommand.self, BenchMachineCommand.self,
            BenchCoordinationCommand.self, BenchDecisionsCommand.self, BenchDriftCommand.self,
        ])
}

struct BenchDecisionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions", abstract: "Verdicts a second with banks of different sizes, on one core.",
        discussion: """
            A verdict is everything the coordinator does for one score, by the calls that it makes: rank it, choose \
            the rate in force and decide (ConformalController.assess), then take the record of the verdict in and \
            add the score to the bank (note). Medians of --repetitions runs.
            """)

    @Option(help: "Scores in the bank before the first verdict, separated by commas.")
    var banks = "1000,100000,1000000"
    @Option(help: "marginal, round, problem or round+problem: which scores are ranked together.")
    var strata = Strata.round
    @Option(help: "Runs of each size.")
    var repetitions = 5
    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        var bank: Int
        var verdictsPerSecond: Double
        var nanoseconds: Double
        /// What the bank takes of the process's memory.
        var bankBytes: Int

        enum CodingKeys: String, CodingKey {
            case bank
            case verdictsPerSecond = "verdicts_per_second"
            case nanoseconds
            case bankBytes = "bank_bytes"
        }
    }

    func validate() throws {
        guard repetitions > 0 else { throw ValidationError("--repetitions must be at least 1") }
        _ = try sizes()
    }

    private func sizes() throws -> [Int] {
        try commaList("--banks", banks, "a number from 1 to 100000000") { text in
            Int(text).flatMap { (1...100_000_000).contains($0) ? $0 : nil }
        }
    }

    func run() throws {
        let lines = try sizes().map(measure)
        if json {
            try putJSON(Documented(Measured(cells: lines)))
            return
        }
        var table = TextTable(columns: [
            ("BANK", .right), ("VERDICTS/S", .right), ("NS EACH", .right), ("MEMORY", .right),
        ])
        for line in lines {
            table.addRow([
                "\(line.bank)", String(format: "%.0f", line.verdictsPerSecond),
                String(format: "%.0f", line.nanoseconds), size(UInt64(line.bankBytes)),
            ])
        }
        put(table)
    }

    private func measure(_ bank: Int) throws -> Line {
        var numbers = Seeds.mix(UInt64(bank))
        func next() -> Double {
            numbers &+= 1
            return Seeds.uniform(numbers)
        }
        let before = ProcessFacts.residentBytes
        var filled = ConformalController(ConformalSettings(rejectionRate: 0.4, strata: strata))
        for _ in 0..<bank {
            try filled.judge(score: next() * next(), round: 0, problem: 0, tieBreak: next())
        }
        let bytes = ProcessFacts.residentBytes
        // Few enough that the bank does not grow much while it is measured; a copy of it would be measured as well.
        let count = min(50_000, max(200, bank / 50))
        var seconds: [Double] = []
        for _ in 0..<repetitions {
            let scores = (0..<count).map { _ in (next() * next(), next()) }
            let took = try ContinuousClock().measure {
                for (score, u) in scores {
                    let judgement = try filled.assess(score: score, round: 0, problem: 0, tieBreak: u)
                    try filled.note(
                        score: score, pValue: judgement.pValue, judgement.verdict, round: 0, problem: 0)
                }
            }
            seconds.append(took / .seconds(1) / Double(count))
        }
        let median = seconds.sorted()[repetitions / 2]
        return Line(
            bank: bank, verdictsPerSecond: 1 / median, nanoseconds: median * 1e9,
            bankBytes: bytes > before ? Int(bytes - before) : 0)
    }
}
