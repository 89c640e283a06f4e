import Testing

@testable import Evaluation

@Suite struct SVGPlotTests {
    /// A document read tag by tag: every element closed in its order, every mark in texts written as an entity.
    private struct Reading {
        var elements: [String: Int] = [:]
        var text = ""

        init(_ document: String) throws {
            var open: [String] = []
            for piece in document.split(separator: "<", omittingEmptySubsequences: true) {
                let parts = piece.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
                try #require(parts.count == 2, "a tag is not closed: \(piece)")
                let tag = parts[0]
                let name = String(tag.prefix { !" />".contains($0) })
                if tag.hasPrefix("/") {
                    #expect(open.popLast() == String(tag.dropFirst()))
                } else {
                    elements[name, default: 0] += 1
                    // Attributes stand in pairs of quotes.
                    #expect(tag.count { $0 == "\"" }.isMultiple(of: 2))
                    if !tag.hasSuffix("/") { open.append(name) }
                }
                text += String(parts[1])
            }
            #expect(open.isEmpty, "\(open)")
            for (entity, mark) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
                text = text.replacing(entity, with: mark)
            }
        }
    }

    private func parsed(_ plot: SVGPlot) throws -> Reading { try Reading(plot.rendered()) }

    @Test func everyPointAndNameIsThere() throws {
        var plot = SVGPlot(title: "a < b & \"c\"", x: "rounds", y: "share")
        plot.level = (0.4, "r = 0.4")
        plot.series = [
            SVGPlot.Series(
                name: "one", style: .line, points: (0..<5).map { .init(x: Double($0), y: 0.1 * Double($0)) }),
            SVGPlot.Series(name: "two", style: .points, points: [.init(x: 2, y: 0.3, label: "here")]),
        ]
        let counter = try parsed(plot)
        // Five and one, and one in the legend for each series.
        #expect(counter.elements["circle"] == 8)
        #expect(counter.elements["polyline"] == 1)
        for name in ["a < b & \"c\"", "rounds", "share", "r = 0.4", "one", "two", "here"] {
            #expect(counter.text.contains(name))
        }
    }

    /// Labels of points that crowd each other, and of some that lie upon each other.
    @Test func labelsCoverNeitherEachOtherNorPoints() {
        let area = LabelPlacement.Box(left: 0, right: 600, top: 0, bottom: 300)
        var points: [(x: Double, y: Double)] = [(300, 150), (300, 150)]
        for number in 0..<16 { points.append((140 + Double(number % 4) * 9, 150 + Double(number / 4) * 7)) }
        var placement = LabelPlacement(area: area, points: points)
        let label = "m=16 r=0.25"
        let boxes = points.map { LabelPlacement.box(label, placement.place(label, at: $0)) }
        for (index, box) in boxes.enumerated() {
            #expect(!boxes[..<index].contains { $0.overlaps(box) }, "\(index)")
            #expect(box.left >= area.left && box.right <= area.right && box.top >= area.top)
            for point in points {
                let isCovered = (box.left...box.right).contains(point.x) && (box.top...box.bottom).contains(point.y)
                #expect(!isCovered, "\(index)")
            }
        }
        var alone = LabelPlacement(area: area, points: [(100, 100)])
        #expect(
            alone.place("a", at: (100, 100)) == LabelPlacement.Place(x: 106, y: 95, anchor: "start", needsLine: false))
    }

    @Test func aPlotOfNothingIsADocument() throws {
        #expect(try parsed(SVGPlot(title: "", x: "", y: "")).elements["svg"] == 1)
    }

    @Test func barsStandOnZeroAndIntervalsAreLines() throws {
        var plot = SVGPlot(title: "", x: "p", y: "share")
        plot.series = [
            .init(name: "bars", style: .bars(width: 0.5), points: [.init(x: 0.25, y: 3), .init(x: 0.75, y: 1)]),
        ]
        let bars = try parsed(plot)
        // The ground and two bars; a circle in the legend alone. The axis begins at 0, not at the least bar.
        #expect(bars.elements["rect"] == 3)
        #expect(bars.elements["circle"] == 1)
        #expect(plot.rendered().contains("height=\"292.0\""), "the highest bar takes the whole height")
        let lines = try #require(bars.elements["line"])
        plot.series[0].points[0].interval = 2...3
        #expect(try parsed(plot).elements["line"] == lines + 1)
    }

    @Test func manySeriesHaveLinesOfNamesAboveThePlot() throws {
        var plot = SVGPlot(title: "", x: "", y: "")
        plot.series = (0..<8).map { .init(name: "series \($0)", style: .points, points: [.init(x: 0, y: 0)]) }
        #expect(try parsed(plot).elements["circle"] == 16)
        #expect(plot.rendered().contains("height=\"436\""))
    }

    @Test func aTimeLineHasARowForEachNameAndLanesWhereBarsOverlap() throws {
        #expect(TimeLinePlot.lanes([0...2, 1...3, 2...4, 5...6, 1...5]) == [0, 1, 0, 0, 2])
        #expect(TimeLinePlot.lanes([]).isEmpty)
        let plot = TimeLinePlot(
            title: "<work>", x: "seconds", kinds: ["draft", "score"],
            bars: [
                .init(row: "draft-0", kind: "draft", time: 0...1), .init(row: "draft-0", kind: "draft", time: 0...2),
                .init(row: "target-0", kind: "score", time: 1...1), .init(row: "target-0", kind: "other", time: 1...3),
            ])
        let reading = try Reading(plot.rendered())
        // The ground, four bars, three in the legend.
        #expect(reading.elements["rect"] == 8)
        for name in ["<work>", "seconds", "draft-0", "target-0", "draft", "score", "other"] {
            #expect(reading.text.contains(name))
        }
        #expect(try Reading(TimeLinePlot(title: "", x: "", kinds: [], bars: []).rendered()).elements["svg"] == 1)
    }

    @Test(arguments: [
        ([0.0, 14], 0.0, 14.0, ["0", "2", "14"]), ([0.3, 0.608], 0.3, 0.65, ["0.30", "0.35", "0.65"]),
        ([-1, 1], -1, 1, ["-1.0", "0.0", "1.0"]), ([5, 5], 5, 5.5, ["5.0", "5.5"]),
    ] as [([Double], Double, Double, [String])])
    func axesHaveRoundTicksAroundTheValues(values: [Double], low: Double, high: Double, names: [String]) {
        let axis = Axis(values)
        #expect(abs(axis.low - low) < 1e-9 && abs(axis.high - high) < 1e-9)
        let all = axis.ticks.map(axis.name)
        for name in names { #expect(all.contains(name), "\(all)") }
        #expect(axis.ticks.count <= 10)
    }
}
