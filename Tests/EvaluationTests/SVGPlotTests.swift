import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import Evaluation

@Suite struct SVGPlotTests {
    /// Counts elements, so that a document is known to be well formed by another's parser.
    private final class Counter: NSObject, XMLParserDelegate {
        var elements: [String: Int] = [:]
        var text = ""

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            elements[name, default: 0] += 1
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
    }

    private func parsed(_ plot: SVGPlot) throws -> Counter {
        let parser = XMLParser(data: Data(plot.rendered().utf8))
        let counter = Counter()
        parser.delegate = counter
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
        return counter
    }

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

    @Test func aPlotOfNothingIsADocument() throws {
        #expect(try parsed(SVGPlot(title: "", x: "", y: "")).elements["svg"] == 1)
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
