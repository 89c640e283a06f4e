import ArgumentParser
import Conformal
import Domain
import Evaluation
import Foundation

struct BenchDriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "How often quiet streams raise drift alarms, and how soon a shift does.",
        discussion: """
            Quiet streams: normal scores, all alike; the share that raises any alarm, which is promised to be at most \
            1 %. Shifted streams: after --before verdicts the scores are greater by --shift standard deviations; the \
            verdicts until the first alarm, of those streams that were quiet until then.
            """)

    @Option(help: "Quiet streams.")
    var streams = 10_000
    @Option(help: "Verdicts of a quiet stream, and of a shifted one after its shift.")
    var verdicts = 5_000
    @Option(help: "Shifted streams.")
    var shifted = 1_000
    @Option(help: "Verdicts before the shift.")
    var before = 1_000
    @Option(help: "The shift, in standard deviations.")
    var shift = 0.5
    @Option(help: "marginal, round, problem or round+problem: which scores are ranked together.")
    var strata = Strata.round
    @Option(help: "Rounds that the blocks come from in turn.")
    var rounds = 5
    @Flag(help: "Print JSON.")
    var json = false

    private struct Report: Encodable {
        var streams: Int
        var verdicts: Int
        var falseAlarmShare: Double
        var shift: Double
        /// Of the shifted streams, the share that raised an alarm after the shift.
        var detected: Double
        /// Verdicts from the shift to the alarm: median, and nine in ten.
        var medianDelay: Int?
        var delayOfNineInTen: Int?

        enum CodingKeys: String, CodingKey {
            case streams, verdicts
            case falseAlarmShare = "false_alarm_share"
            case shift, detected
            case medianDelay = "median_delay"
            case delayOfNineInTen = "delay_of_nine_in_ten"
        }
    }

    func validate() throws {
        guard streams > 0, verdicts > 0, shifted > 0, before >= 0, rounds > 0 else {
            throw ValidationError(
                "--streams, --verdicts, --shifted and --rounds must be at least 1, --before at least 0")
        }
        guard shift.isFinite else { throw ValidationError("--shift must be a number") }
    }

    func run() throws {
        var loud = 0
        for stream in 0..<streams {
            if try firstAlarm(UInt64(stream), verdicts: verdicts, shiftAfter: nil) != nil { loud += 1 }
        }
        var delays: [Int] = []
        var quiet = 0
        for stream in 0..<shifted {
            let alarm = try firstAlarm(~UInt64(stream), verdicts: before + verdicts, shiftAfter: before)
            // One before the shift is false, and says nothing of the shift.
            if let alarm, alarm <= before { continue }
            quiet += 1
            if let alarm { delays.append(alarm - before) }
        }
        delays.sort()
        let report = Report(
            streams: streams, verdicts: verdicts, falseAlarmShare: Double(loud) / Double(streams), shift: shift,
            detected: Double(delays.count) / Double(max(1, quiet)),
            medianDelay: delays.isEmpty ? nil : delays[delays.count / 2],
            delayOfNineInTen: delays.isEmpty ? nil : delays[delays.count * 9 / 10])
        if json {
            try putJSON(report)
            return
        }
        var table = TextTable(columns: [("MEASURE", .left), ("VALUE", .right)])
        table.addRow(["quiet streams with an alarm", String(format: "%.2f %%", 100 * report.falseAlarmShare)])
        table.addRow(["shifted streams with an alarm", String(format: "%.2f %%", 100 * report.detected)])
        table.addRow(["verdicts until it, median", report.medianDelay.map(String.init) ?? "-"])
        table.addRow(["verdicts until it, nine in ten", report.delayOfNineInTen.map(String.init) ?? "-"])
        put(table.rendered(), terminator: "")
    }

    /// How many verdicts a stream had when it raised its first alarm.
    private func firstAlarm(_ stream: UInt64, verdicts: Int, shiftAfter: Int?) throws -> Int? {
        var state = Seeds.mix(stream)
        func uniform() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            return Seeds.uniform(state)
        }
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4, strata: strata))
        for verdict in 0..<verdicts {
            // Box and Muller; 20 is far enough from 0.
            let normal = (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform())
            let isShifted = shiftAfter.map { verdict >= $0 } ?? false
            let score = max(0, 20 + normal + (isShifted ? shift : 0))
            let round = verdict % rounds
            let judgement = try controller.assess(score: score, round: round, problem: 0, tieBreak: uniform())
            let alarms = try controller.note(
                score: score, pValue: judgement.pValue, judgement.verdict, round: round, problem: 0)
            if !alarms.isEmpty { return verdict + 1 }
        }
        return nil
    }
}
