/// A plot as an SVG document (https://www.w3.org/TR/SVG11/): text, no scripts, no outside resources.
public struct SVGPlot: Sendable {
    public struct Point: Sendable, Hashable {
        public var x: Double
        public var y: Double
        /// Drawn as a line up and down through the point.
        public var interval: ClosedRange<Double>?
        /// Stands beside the point.
        public var label: String?

        public init(x: Double, y: Double, interval: ClosedRange<Double>? = nil, label: String? = nil) {
            self.x = x
            self.y = y
            self.interval = interval
            self.label = label
        }
    }

    public enum Style: Sendable, Hashable {
        case line
        case points
        /// From 0 to each point, so wide on the axis of x.
        case bars(width: Double)
    }

    public struct Series: Sendable, Hashable {
        public var name: String
        public var style: Style
        public var points: [Point]

        public init(name: String, style: Style, points: [Point]) {
            self.name = name
            self.style = style
            self.points = points
        }
    }

    public var title: String
    /// Names of the axes.
    public var x: String
    public var y: String
    public var series: [Series] = []
    /// A horizontal line with its name.
    public var level: (y: Double, name: String)?

    private static let width = 640.0
    private static let area = (left: 64.0, right: 620.0, height: 292.0)
    /// Names of series in a line above the area.
    private static let namesPerLine = 3
    private static let lineHeight = 18.0

    public init(title: String, x: String, y: String) {
        self.title = title
        self.x = x
        self.y = y
    }

    /// Above the area: the title and a line for each three series.
    private var top: Double {
        let lines = max(1, (series.count + Self.namesPerLine - 1) / Self.namesPerLine)
        return 56 + Self.lineHeight * Double(lines - 1)
    }

    private var bottom: Double { top + Self.area.height }

    /// The whole document.
    public func rendered() -> String {
        let xAxis = Axis(series.flatMap(Self.reach))
        let heights = series.flatMap(Self.heights)
        let yAxis = Axis(heights + (level.map { [$0.y] } ?? []))
        var lines = SVGMarks.opening(width: Self.width, height: bottom + 52)
        lines.append(SVGMarks.text(title, x: Self.area.left, y: 22, size: 15))
        lines += frame(xAxis, yAxis)
        if let level {
            let height = place(level.y, yAxis, bottom, top)
            lines.append(SVGMarks.stroke(Self.area.left, height, Self.area.right, height, "#888888", dashes: true))
            lines.append(SVGMarks.text(level.name, x: Self.area.right, y: height - 4, anchor: "end"))
        }
        for (number, entry) in series.enumerated() {
            lines += drawn(entry, number, xAxis, yAxis) + legend(entry, number)
        }
        lines += labels(xAxis, yAxis)
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Parts

    /// What the axis of x must hold of a series.
    private static func reach(_ entry: Series) -> [Double] {
        switch entry.style {
        case .line, .points: entry.points.map(\.x)
        case .bars(let width): entry.points.flatMap { [$0.x - width / 2, $0.x + width / 2] }
        }
    }

    /// What the axis of y must hold of a series.
    private static func heights(_ entry: Series) -> [Double] {
        let ends = entry.points.flatMap { point in
            [point.y] + (point.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }
        switch entry.style {
        case .line, .points: return ends
        case .bars: return ends.isEmpty ? [] : ends + [0]
        }
    }

    private func frame(_ xAxis: Axis, _ yAxis: Axis) -> [String] {
        let area = Self.area
        var lines = [
            SVGMarks.stroke(area.left, bottom, area.right, bottom, "#000000"),
            SVGMarks.stroke(area.left, top, area.left, bottom, "#000000"),
            SVGMarks.text(x, x: (area.left + area.right) / 2, y: bottom + 38, anchor: "middle"),
            "<g transform=\"translate(16 \(SVGMarks.number((top + bottom) / 2))) rotate(-90)\">"
                + SVGMarks.text(y, x: 0, y: 0, anchor: "middle") + "</g>",
        ]
        for tick in xAxis.ticks {
            let at = place(tick, xAxis, area.left, area.right)
            lines.append(SVGMarks.stroke(at, bottom, at, bottom + 5, "#000000"))
            lines.append(SVGMarks.text(xAxis.name(of: tick), x: at, y: bottom + 19, anchor: "middle"))
        }
        for tick in yAxis.ticks {
            let at = place(tick, yAxis, bottom, top)
            lines.append(SVGMarks.stroke(area.left, at, area.right, at, "#EEEEEE"))
            lines.append(SVGMarks.text(yAxis.name(of: tick), x: area.left - 7, y: at + 4, anchor: "end"))
        }
        return lines
    }

    private func colour(_ number: Int) -> String { SVGMarks.colours[number % SVGMarks.colours.count] }

    private func drawn(_ entry: Series, _ number: Int, _ xAxis: Axis, _ yAxis: Axis) -> [String] {
        let colour = self.colour(number)
        let area = Self.area
        let places = entry.points.map { point in
            (x: place(point.x, xAxis, area.left, area.right), y: place(point.y, yAxis, bottom, top))
        }
        var lines: [String] = []
        switch entry.style {
        case .line where places.count > 1:
            let path = places.map { "\(SVGMarks.number($0.x)),\(SVGMarks.number($0.y))" }.joined(separator: " ")
            let dashes = isDashed(number) ? " stroke-dasharray=\"6 3\"" : ""
            lines.append(
                "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\"\(dashes)/>")
        case .line, .points: break
        case .bars(let width):
            let wide = width / (xAxis.high - xAxis.low) * (area.right - area.left)
            let zero = place(0, yAxis, bottom, top)
            for place in places {
                let upper = min(place.y, zero)
                lines.append(
                    SVGMarks.bar(
                        x: place.x - wide / 2, y: upper, width: wide, height: abs(zero - place.y), colour))
            }
        }
        for (place, point) in zip(places, entry.points) {
            if let interval = point.interval {
                let (low, high) = (interval.lowerBound, interval.upperBound)
                lines.append(
                    SVGMarks.stroke(
                        place.x, self.place(low, yAxis, bottom, top), place.x, self.place(high, yAxis, bottom, top),
                        colour))
            }
            if entry.isDotted { lines.append(SVGMarks.dot(x: place.x, y: place.y, radius: "3.5", colour)) }
        }
        return lines
    }

    /// Of all series together, so that none stands on another.
    private func labels(_ xAxis: Axis, _ yAxis: Axis) -> [String] {
        let area = Self.area
        let points = series.enumerated().flatMap { number, entry in
            entry.points.map { point in
                (
                    x: place(point.x, xAxis, area.left, area.right), y: place(point.y, yAxis, bottom, top),
                    label: point.label, colour: colour(number)
                )
            }
        }
        var placement = LabelPlacement(
            area: .init(left: area.left, right: area.right + 16, top: top - 10, bottom: bottom),
            points: points.map { ($0.x, $0.y) })
        return points.flatMap { x, y, label, colour -> [String] in
            guard let label else { return [] }
            let found = placement.place(label, at: (x, y))
            let text = SVGMarks.label(label, x: found.x, y: found.y, anchor: found.anchor, colour)
            return found.needsLine ? [SVGMarks.stroke(x, y, found.x, found.y - 4, "#BBBBBB"), text] : [text]
        }
    }

    /// Where colours begin again, lines are dashed.
    private func isDashed(_ number: Int) -> Bool { number >= SVGMarks.colours.count }

    private func legend(_ entry: Series, _ number: Int) -> [String] {
        let left = Self.area.left + 180 * Double(number % Self.namesPerLine)
        let height = 36 + Self.lineHeight * Double(number / Self.namesPerLine)
        let line = entry.style == .line
            ? [SVGMarks.stroke(left - 8, height, left + 10, height, colour(number), dashes: isDashed(number))] : []
        return line + [
            SVGMarks.dot(x: left + 4, y: height, radius: "4", colour(number)),
            SVGMarks.text(entry.name, x: left + 13, y: height + 4),
        ]
    }

    private func place(_ value: Double, _ axis: Axis, _ from: Double, _ to: Double) -> Double {
        from + (value - axis.low) / (axis.high - axis.low) * (to - from)
    }
}

extension SVGPlot.Series {
    fileprivate var isDotted: Bool {
        switch style {
        case .line, .points: true
        case .bars: false
        }
    }
}
