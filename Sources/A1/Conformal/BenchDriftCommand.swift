import ArgumentParser
import Conformal
import Domain
import Evaluation
import Foundation

struct BenchDriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "How often quiet batches raise drift alarms, and how soon a shift does.",
        discussion: """
            A batch is problems whose statistics (the mean score of their first blocks) are normal. Quiet batches: all \
            alike; the share that raises any alarm, which is promised to be at most 1 %. Shifted batches: after \
            --before problems the statistics are greater by --shift standard deviations; the problems until the first \
            alarm, of those batches that were quiet until then.
            """)

    @Option(help: "Quiet batches.")
    var batches = 10_000
    @Option(help: "Problems of a quiet batch, and of a shifted one after its shift.")
    var problems = 1_000
    @Option(help: "Shifted batches.")
    var shifted = 1_000
    @Option(help: "Problems before the shift.")
    var before = 500
    @Option(help: "The shift, in standard deviations of a problem's statistic.")
    var shift = 0.5
    @Flag(help: "Print JSON.")
    var json = false

    private struct Report: Encodable {
        var batches: Int
        var problems: Int
        var falseAlarmShare: Double
        var before: Int
        var shift: Double
        /// Of the shifted batches, the share that raised an alarm after the shift.
        var detected: Double
        /// Problems from the shift to the alarm: median, and nine in ten. Nil where fewer batches raised one.
        var medianDelay: Int?
        var delayOfNineInTen: Int?

        enum CodingKeys: String, CodingKey {
            case batches, problems
            case falseAlarmShare = "false_alarm_share"
            case before, shift, detected
            case medianDelay = "median_delay"
            case delayOfNineInTen = "delay_of_nine_in_ten"
        }
    }

    func validate() throws {
        guard batches > 0, problems > 0, shifted > 0, before >= 0 else {
            throw ValidationError(
                "--batches, --problems and --shifted must be at least 1, --before at least 0")
        }
        guard shift.isFinite else { throw ValidationError("--shift must be a number") }
    }

    func run() throws {
        let loud = (0..<batches).count { firstAlarm(UInt64($0), problems: problems, shiftAfter: nil) != nil }
        var delays: [Int] = []
        for batch in 0..<shifted {
            let alarm = firstAlarm(~UInt64(batch), problems: before + problems, shiftAfter: before)
            // One before the shift is false, and says nothing of the shift.
            if let alarm, alarm <= before { continue }
            delays.append(alarm.map { $0 - before } ?? .max)
        }
        delays.sort()
        func delay(of share: Double) -> Int? {
            guard !delays.isEmpty else { return nil }
            let delay = delays[min(Int(share * Double(delays.count)), delays.count - 1)]
            return delay == .max ? nil : delay
        }
        let report = Report(
            batches: batches, problems: problems, falseAlarmShare: Double(loud) / Double(batches), before: before,
            shift: shift, detected: Double(delays.count { $0 < .max }) / Double(max(1, delays.count)),
            medianDelay: delay(of: 0.5), delayOfNineInTen: delay(of: 0.9))
        if json {
            try putJSON(Documented(report))
            return
        }
        var table = TextTable(columns: [("MEASURE", .left), ("VALUE", .right)])
        table.addRow(["quiet batches with an alarm", String(format: "%.2f %%", 100 * report.falseAlarmShare)])
        table.addRow(["shifted batches with an alarm", String(format: "%.2f %%", 100 * report.detected)])
        table.addRow(["problems until it, median", report.medianDelay.map(String.init) ?? "-"])
        table.addRow(["problems until it, nine in ten", report.delayOfNineInTen.map(String.init) ?? "-"])
        put(table)
    }

    /// How many problems a batch had had when it raised its first alarm.
    private func firstAlarm(_ batch: UInt64, problems: Int, shiftAfter: Int?) -> Int? {
        var state = Seeds.mix(batch)
        func uniform() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            return Seeds.uniform(state)
        }
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
        for problem in 0..<problems {
            // Box and Muller.
            let normal = (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform())
            let isShifted = shiftAfter.map { problem >= $0 } ?? false
            let statistic = normal + (isShifted ? shift : 0)
            let alarms = controller.endProblem(problem, firstScores: [statistic], tieBreak: uniform())
            if let first = alarms.first { return first.problems }
        }
        return nil
    }
}
