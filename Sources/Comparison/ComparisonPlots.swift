import Domain
import Evaluation

/// What a comparison looks like.
enum ComparisonPlots {
    /// A plot, and what one sees in it and what is good.
    struct Figure {
        /// An SVG document.
        var plot: String
        var caption: String
        var isWide = false
    }

    private static let bins = 20

    static func all(_ report: ComparisonReport) -> [Figure] {
        var plots = rateByRound(report.cells).map { Figure(plot: $0, caption: rateCaption) }
        if !report.pValues.isEmpty { plots.append(Figure(plot: pValues(report.pValues), caption: pValueCaption)) }
        let byTokens = CostAxis(name: "tokens by the target") { $0.tokensTarget }
        let bySeconds = CostAxis(name: "seconds") { $0.seconds }
        for axis in [byTokens, bySeconds] {
            let right = accuracy("pass@1 against \(axis.name)", axis, "pass@1", report.cells) { $0.passAt1 }
            let majority = accuracy("maj@m against \(axis.name)", axis, "maj@m", report.cells) { $0.majority }
            plots.append(Figure(plot: right, caption: "Each point is a cell. \(accuracyCaption)"))
            plots.append(Figure(plot: majority, caption: "The same for the majority's answers. \(accuracyCaption)"))
        }
        if let timeLine = report.timeLine {
            let plot = TimeLinePlot(
                title: "What the workers did: the first part of \(timeLine.cell)", x: "seconds",
                kinds: PartOutcome.barKinds, bars: timeLine.bars)
            plots.append(Figure(plot: plot.rendered(), caption: timeLineCaption, isWide: true))
        }
        return plots
    }

    // MARK: Captions

    private static let rateCaption =
        "Each line is the share of judged blocks that were taken over in a round. Good is a line near the dashed r. "
        + "Late rounds have few verdicts, since most paths have ended, and scatter."
    private static let pValueCaption =
        "How often p-values of async fell in each twentieth. Good is level with the dashed line: scores can be ranked "
        + "among those before them. Higher bars on the left mean that scores get worse as runs go on."
    private static let accuracyCaption =
        "The line through it is its 95 % interval; its label has m and r, its colour is the strategy's. Good is up and "
        + "to the left: more right answers for less."
    private static let timeLineCaption =
        "Each bar is an order that a worker carried out, from its beginning to its end; bars lie side by side where it "
        + "had several at once. Good is a target without gaps."

    // MARK: Plots

    /// A plot for each rate that was asked for.
    private static func rateByRound(_ cells: [CellMeasures]) -> [String] {
        let rates = Set(cells.compactMap(\.cell.rejectionRate)).sorted()
        return rates.map { rate in
            var plot = SVGPlot(
                title: "Share of blocks taken over, by round; r = \(rate)", x: "round", y: "share taken over")
            plot.level = (rate, "r = \(rate)")
            plot.series = cells.filter { $0.cell.rejectionRate == rate && !$0.rounds.isEmpty }.map { cell in
                let points = cell.rounds.map { round in
                    SVGPlot.Point(
                        x: Double(round.round), y: Double(round.takeovers) / Double(max(1, round.verdicts)))
                }
                return SVGPlot.Series(name: cell.cell.name, style: .line, points: points)
            }
            return plot.rendered()
        }
    }

    private static func pValues(_ values: [Double]) -> String {
        let width = 1 / Double(bins)
        let counts = Statistics.histogram(values, bins: bins)
        var plot = SVGPlot(title: "p-values of async, \(values.count) verdicts", x: "p-value", y: "share of verdicts")
        plot.level = (width, "uniform")
        plot.series = [
            SVGPlot.Series(
                name: "async", style: .bars(width: width),
                points: counts.enumerated().map { bin, count in
                    SVGPlot.Point(x: (Double(bin) + 0.5) * width, y: Double(count) / Double(values.count))
                }),
        ]
        return plot.rendered()
    }

    private struct CostAxis {
        var name: String
        var value: (CellMeasures) -> Double
    }

    /// A point a cell, with its interval; a series a strategy.
    private static func accuracy(
        _ title: String, _ axis: CostAxis, _ y: String, _ cells: [CellMeasures],
        _ share: (CellMeasures) -> CellMeasures.Share?
    ) -> String {
        var plot = SVGPlot(title: title, x: axis.name, y: y)
        let strategies = cells.map(\.cell.strategy).reduce(into: [Strategy]()) { if !$0.contains($1) { $0.append($1) } }
        plot.series = strategies.map { strategy in
            let points = cells.filter { $0.cell.strategy == strategy }.compactMap { cell in
                share(cell).map {
                    SVGPlot.Point(
                        x: axis.value(cell), y: $0.value, interval: $0.interval, label: label(cell.cell))
                }
            }
            return SVGPlot.Series(name: strategy.rawValue, style: .points, points: points)
        }
        return plot.rendered()
    }

    private static func label(_ cell: ComparisonCell) -> String {
        let rate = cell.rejectionRate.map { " r=\($0)" } ?? ""
        return "m=\(cell.paths)\(rate)"
    }
}
