/// A plot as an SVG document (https://www.w3.org/TR/SVG11/): text, no scripts, no outside resources.
public struct SVGPlot: Sendable {
    public struct Point: Sendable, Hashable {
        public var x: Double
        public var y: Double
        /// Stands beside the point.
        public var label: String?

        public init(x: Double, y: Double, label: String? = nil) {
            self.x = x
            self.y = y
            self.label = label
        }
    }

    public enum Style: Sendable, Hashable {
        case line
        case points
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

    private static let size = (width: 640.0, height: 400.0)
    private static let area = (left: 64.0, right: 620.0, top: 56.0, bottom: 348.0)
    /// Colours that people with any colour vision tell apart (Okabe and Ito, 2008).
    private static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"]

    public init(title: String, x: String, y: String) {
        self.title = title
        self.x = x
        self.y = y
    }

    /// The whole document.
    public func rendered() -> String {
        let points = series.flatMap(\.points)
        let xAxis = Axis(points.map(\.x))
        let yAxis = Axis(points.map(\.y) + (level.map { [$0.y] } ?? []))
        let (width, height) = (Int(Self.size.width), Int(Self.size.height))
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            Self.text(title, x: Self.area.left, y: 22, size: 15),
        ]
        lines += frame(xAxis, yAxis)
        if let level {
            let height = place(level.y, yAxis, Self.area.bottom, Self.area.top)
            lines.append(Self.stroke(Self.area.left, height, Self.area.right, height, "#888888", dashes: true))
            lines.append(Self.text(level.name, x: Self.area.right, y: height - 4, anchor: "end"))
        }
        for (number, entry) in series.enumerated() { lines += drawn(entry, number, xAxis, yAxis) }
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Parts

    private func frame(_ xAxis: Axis, _ yAxis: Axis) -> [String] {
        let area = Self.area
        var lines = [
            Self.stroke(area.left, area.bottom, area.right, area.bottom, "#000000"),
            Self.stroke(area.left, area.top, area.left, area.bottom, "#000000"),
            Self.text(x, x: (area.left + area.right) / 2, y: area.bottom + 38, anchor: "middle"),
            "<g transform=\"translate(16 \(Self.number((area.top + area.bottom) / 2))) rotate(-90)\">"
                + Self.text(y, x: 0, y: 0, anchor: "middle") + "</g>",
        ]
        for tick in xAxis.ticks {
            let at = place(tick, xAxis, area.left, area.right)
            lines.append(Self.stroke(at, area.bottom, at, area.bottom + 5, "#000000"))
            lines.append(Self.text(xAxis.name(of: tick), x: at, y: area.bottom + 19, anchor: "middle"))
        }
        for tick in yAxis.ticks {
            let at = place(tick, yAxis, area.bottom, area.top)
            lines.append(Self.stroke(area.left, at, area.right, at, "#EEEEEE"))
            lines.append(Self.text(yAxis.name(of: tick), x: area.left - 7, y: at + 4, anchor: "end"))
        }
        return lines
    }

    private func drawn(_ entry: Series, _ number: Int, _ xAxis: Axis, _ yAxis: Axis) -> [String] {
        let colour = Self.colours[number % Self.colours.count]
        let area = Self.area
        let places = entry.points.map { point in
            (place(point.x, xAxis, area.left, area.right), place(point.y, yAxis, area.bottom, area.top))
        }
        var lines: [String] = []
        if entry.style == .line, places.count > 1 {
            let path = places.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: " ")
            lines.append("<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\"/>")
        }
        for (place, point) in zip(places, entry.points) {
            lines.append(
                "<circle cx=\"\(Self.number(place.0))\" cy=\"\(Self.number(place.1))\" r=\"3.5\" fill=\"\(colour)\"/>")
            if let label = point.label { lines.append(Self.text(label, x: place.0 + 6, y: place.1 - 5)) }
        }
        let left = area.left + 180 * Double(number)
        lines.append("<circle cx=\"\(Self.number(left + 4))\" cy=\"36\" r=\"4\" fill=\"\(colour)\"/>")
        lines.append(Self.text(entry.name, x: left + 13, y: 40))
        return lines
    }

    private func place(_ value: Double, _ axis: Axis, _ from: Double, _ to: Double) -> Double {
        from + (value - axis.low) / (axis.high - axis.low) * (to - from)
    }

    private static func stroke(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, dashes: Bool = false
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
            + "stroke=\"\(colour)\"\(dashes ? " stroke-dasharray=\"5 4\"" : "")/>"
    }

    private static func text(
        _ text: String, x: Double, y: Double, size: Int = 12, anchor: String = "start"
    ) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\">"
            + escaped(text) + "</text>"
    }

    /// One digit after the point is a tenth of a pixel.
    private static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
    }
}

/// The range of an axis, in whole steps of 1, 2 or 5 times a power of ten.
struct Axis: Sendable, Hashable {
    let low: Double
    let high: Double
    let step: Double

    init(_ values: [Double]) {
        let finite = values.filter(\.isFinite)
        let least = finite.min() ?? 0
        let greatest = finite.max() ?? 1
        let span = greatest > least ? greatest - least : max(abs(greatest), 1) / 2
        var power = 1.0
        while power * 10 <= span { power *= 10 }
        while power > span { power /= 10 }
        // 4 to 10 steps.
        let step = [0.1, 0.2, 0.5, 1].map { $0 * power }.first { span / $0 <= 8 } ?? power * 2
        self.step = step
        // A value that is a tick but for the noise of binary fractions is that tick.
        low = (least / step + 1e-9).rounded(.down) * step
        let top = (greatest / step - 1e-9).rounded(.up) * step
        high = top > low ? top : low + step
    }

    var ticks: [Double] { (0...Int(((high - low) / step).rounded())).map { low + Double($0) * step } }

    /// A tick without the noise of binary fractions.
    func name(of tick: Double) -> String {
        let rounded = (tick / step).rounded() * step
        guard step < 1 else { return "\(Int(rounded))" }
        var digits = 0
        var unit = 1.0
        while unit > step * 1.001, digits < 12 {
            unit /= 10
            digits += 1
        }
        let scaled = Int((abs(rounded) / unit).rounded())
        var text = "\(scaled)"
        while text.count <= digits { text = "0" + text }
        let point = text.index(text.endIndex, offsetBy: -digits)
        return (rounded < 0 && scaled > 0 ? "-" : "") + text[..<point] + "." + text[point...]
    }
}
