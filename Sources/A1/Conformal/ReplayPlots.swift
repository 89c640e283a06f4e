import Conformal
import Domain
import Evaluation
import Foundation

/// What a replay looks like.
enum ReplayPlots {
    /// What the frontier compares: no adaptation, fixed steps, the band.
    static let steps: [RateAdaptation] =
        [.off] + [0.005, 0.01, 0.02, 0.05, 0.1, 0.2].map { .step($0) } + [.band]

    /// Rate by round, of the replay and of the decisions that the trace recorded.
    static func rateByRound(_ report: RateReport, recorded: RateReport?) -> String {
        var plot = SVGPlot(title: "Share of blocks taken over, by round", x: "round", y: "share taken over")
        plot.level = (report.rejectionRate, "r = \(report.rejectionRate)")
        if let recorded { plot.series.append(series("recorded decisions", recorded)) }
        plot.series.append(series("this replay", report))
        return plot.rendered()
    }

    private static func series(_ name: String, _ report: RateReport) -> SVGPlot.Series {
        SVGPlot.Series(
            name: name, style: .line,
            points: report.rounds.map { SVGPlot.Point(x: Double($0.round), y: $0.rate) })
    }

    /// Worst round against hindsight overlap: to the left and up is better.
    static func frontier(_ points: [(RateAdaptation, RateReport)], recorded: RateReport?) -> String {
        var plot = SVGPlot(
            title: "What holding the rate costs in ranking", x: "worst round: distance from r",
            y: "hindsight overlap")
        func point(_ label: String, _ report: RateReport) -> SVGPlot.Point? {
            guard let worst = report.worstRound, let overlap = report.overlap else { return nil }
            return SVGPlot.Point(x: worst.deviation, y: overlap, label: label)
        }
        var fixed: [SVGPlot.Point] = []
        var band: [SVGPlot.Point] = []
        for (adaptation, report) in points {
            switch adaptation {
            case .step: if let point = point("\(adaptation)", report) { fixed.append(point) }
            case .off: if let point = point("0", report) { fixed.append(point) }
            case .band, .automatic: if let point = point("band", report) { band.append(point) }
            }
        }
        plot.series.append(SVGPlot.Series(name: "fixed step sizes", style: .line, points: fixed))
        plot.series.append(SVGPlot.Series(name: "tolerance band", style: .points, points: band))
        if let recorded, let point = point("recorded", recorded) {
            plot.series.append(SVGPlot.Series(name: "recorded decisions", style: .points, points: [point]))
        }
        return plot.rendered()
    }
}
