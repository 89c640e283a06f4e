import ArgumentParser
import Conformal
import Domain
import Evaluation
import Foundation
import Runtime
import Settings

extension PValueRule: ExpressibleByArgument {}
extension Strata: ExpressibleByArgument {}
extension DriftResponse: ExpressibleByArgument {}

extension RateAdaptation: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Judge recorded scores by the code that the coordinator uses.",
        discussion: """
            Reads a CSV file with the columns problem_index (the path), question, round and ppl (any number of which \
            more is worse). Rows are judged in their order, or with --interleave round by round over the paths of a \
            question, as a cluster sees them. See docs/rejection-rate.md.
            """)

    @Argument(help: "The trace: a CSV file.", completion: .file(extensions: ["csv"]))
    var trace: String
    @Option(name: [.short, .long], help: "r: the share of blocks that shall be taken over, 0 to 1.")
    var rejectionRate = 0.4
    @Option(help: "smoothed or paper.")
    var pValue = PValueRule.smoothed
    @Option(help: "marginal, round, problem or round+problem: which scores are ranked together.")
    var strata = Strata.round
    @Option(help: "How the rate in force follows what was got: \(RateAdaptation.allowed).")
    var adaptive = RateAdaptation.automatic
    @Option(
        help: "A CSV file with the column ppl: scores that the bank begins with.",
        completion: .file(extensions: ["csv"]))
    var calibration: String?
    @Flag(
        inversion: .prefixedNo,
        help: "Keep the bank as it was loaded. Default: with --p-value paper and --calibration only.")
    var frozen: Bool?
    @Option(help: "Rank among this many of a stratum's latest scores; 0 is all.")
    var bankSize = 0
    @Option(help: "tell, restart or window: what a drift alarm does.")
    var onDrift = DriftResponse.tell
    @Option(help: "Decides how ties are broken.")
    var seed: UInt64 = 0
    @Flag(help: "Round by round over the paths of a question.")
    var interleave = false
    @Flag(help: "Print a line for each verdict before the report.")
    var each = false
    @Option(help: "Write a plot of the rate by round to this SVG file.", completion: .file())
    var svg: String?
    @Option(
        help: "Write a plot of rate against ranking, for step sizes and for the band, to this SVG file.",
        completion: .file())
    var frontier: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (0...1).contains(rejectionRate) else {
            throw ValidationError("--rejection-rate is \(rejectionRate); allowed is 0 to 1")
        }
        guard bankSize >= 0 else { throw ValidationError("--bank-size must not be negative") }
        if frozen == true, calibration == nil {
            throw ValidationError("--frozen needs --calibration: an empty bank that stays empty ranks nothing")
        }
    }

    func run() throws {
        var rows = try TraceFile.rows(trace)
        if interleave { rows = rows.interleaved }
        let bank = try calibration.map(TraceFile.scores) ?? []
        let replay = try replay(rows, settings(adaptive), bank)
        let report = RateReport(replay)
        // Files first: a reader of the table may go away.
        if let svg {
            try write(ReplayPlots.rateByRound(report, recorded: recorded(rows)), to: svg)
        }
        if let frontier {
            let points = try ReplayPlots.steps.map { step in
                (step, RateReport(try self.replay(rows, settings(step), bank)))
            }
            try write(ReplayPlots.frontier(points, recorded: recorded(rows)), to: frontier)
        }
        if each { try putEach(replay) }
        if json {
            try each ? putJSONLine(report) : putJSON(Documented(report))
        } else {
            show(report)
        }
    }

    private func settings(_ adaptation: RateAdaptation) -> ConformalSettings {
        ConformalSettings(
            rejectionRate: rejectionRate, pValue: pValue, strata: strata, adaptation: adaptation, bankSize: bankSize,
            isFrozen: frozen ?? (pValue == .paper && calibration != nil), onDrift: onDrift)
    }

    private func replay(_ rows: [TraceRow], _ settings: ConformalSettings, _ bank: [Double]) throws -> Replay {
        do {
            return try Replay(rows, settings, calibration: bank, seed: seed)
        } catch {
            throw fail(.dataError, "\(trace): \(error)")
        }
    }

    /// The decisions that the trace itself has, if it has them for every row.
    private func recorded(_ rows: [TraceRow]) -> RateReport? {
        let decisions = rows.compactMap(\.wasTakenOver)
        guard decisions.count == rows.count else { return nil }
        return RateReport(rows: rows, takeovers: decisions, rejectionRate: rejectionRate)
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw fail(.cannotCreate, "cannot write \(path): \(error.localizedDescription)")
        }
        say("wrote \(path)")
    }

    private struct Line: Encodable {
        var problemIndex: Int
        var round: Int
        var p: Double
        var takenOver: Bool
        /// Share of the bank strictly below the score; 0 with an empty bank.
        var percentile: Double
        var rate: Double
        var rankedIn: String

        enum CodingKeys: String, CodingKey {
            case problemIndex = "problem_index"
            case round, p
            case takenOver = "taken_over"
            case percentile, rate
            case rankedIn = "ranked_in"
        }
    }

    private func putEach(_ replay: Replay) throws {
        let lines = zip(replay.rows, replay.judgements).map { row, judgement in
            Line(
                problemIndex: row.path, round: row.round, p: judgement.pValue,
                takenOver: judgement.verdict == .takeOver,
                percentile: Double(judgement.rank.less) / Double(max(1, judgement.rank.count)), rate: judgement.rate,
                rankedIn: judgement.rankedIn.description)
        }
        if json {
            for line in lines { try putJSONLine(line) }
            return
        }
        put(CSVWriter.document(
            header: ["problem_index", "round", "p", "taken_over", "percentile", "rate", "ranked_in"],
            rows: lines.map {
                ["\($0.problemIndex)", "\($0.round)", "\($0.p)", $0.takenOver ? "1" : "0", "\($0.percentile)",
                 "\($0.rate)", $0.rankedIn]
            }))
    }

    private func show(_ report: RateReport) {
        var table = TextTable(columns: [("MEASURE", .left), ("VALUE", .right)])
        func add(_ name: String, _ value: Double?) {
            table.addRow([name, value.map { String(format: "%.4f", $0) } ?? "-"])
        }
        add("rejection rate asked", report.rejectionRate)
        add("rejection rate got", report.rate)
        table.addRow(["verdicts", "\(report.verdicts)"])
        if let interval = report.interval {
            table.addRow([
                report.intervalHolds == .exchangeable ? "95 % of replays if exchangeable" : "promised for so many",
                String(format: "%.4f to %.4f", interval.lowerBound, interval.upperBound),
            ])
        }
        add("rate by question: mean", report.questions.mean)
        add("rate by question: standard deviation", report.questions.sd)
        add("questions outside r +- 0.2", report.questions.outside)
        add("worst round" + (report.worstRound.map { " (\($0.round))" } ?? ""), report.worstRound?.deviation)
        add("p-values from uniform (KS)", report.ks)
        let alarms = report.alarmsAfter
        table.addRow([
            "drift alarms",
            alarms.first.map { driftAlarms(alarms.count, after: $0, of: report.questions.count) } ?? "0",
        ])
        add("hindsight overlap", report.overlap)
        put(table.shown)
        var rounds = TextTable(columns: [("ROUND", .right), ("VERDICTS", .right), ("RATE", .right)])
        for round in report.rounds {
            rounds.addRow(["\(round.round)", "\(round.verdicts)", String(format: "%.4f", round.rate)])
        }
        put(rounds.shown, terminator: "")
    }
}
