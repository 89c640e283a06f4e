/// Who did what when, as an SVG document: a row for each name, bars from their beginning to their end, side by side
/// where they overlap.
public struct TimeLinePlot: Sendable {
    public struct Bar: Sendable, Hashable {
        /// Whose it is.
        public var row: String
        /// What it is; its colour.
        public var kind: String
        public var time: ClosedRange<Double>

        public init(row: String, kind: String, time: ClosedRange<Double>) {
            self.row = row
            self.kind = kind
            self.time = time
        }
    }

    public var title: String
    /// The name of the axis.
    public var x: String
    public var bars: [Bar]
    /// In the order of their colours; kinds of bars that are not among them follow.
    public var kinds: [String]

    private static let width = 960.0
    private static let area = (left: 100.0, right: 940.0, top: 56.0)
    private static let rowGap = 12.0

    public init(title: String, x: String, kinds: [String], bars: [Bar]) {
        self.title = title
        self.x = x
        self.kinds = kinds
        self.bars = bars
    }

    /// The whole document.
    public func rendered() -> String {
        let axis = Axis(bars.flatMap { [$0.time.lowerBound, $0.time.upperBound] })
        let colours = self.colours
        let rows = Dictionary(grouping: bars, by: \.row).sorted { $0.key < $1.key }
        var drawn: [String] = []
        var top = Self.area.top
        for (name, bars) in rows {
            let lanes = Self.lanes(bars.map(\.time))
            let count = (lanes.max() ?? 0) + 1
            // Thin where there are many, so that a row stays in sight.
            let height = min(16, max(3, 96 / Double(count)))
            let middle = top + Double(count) * height / 2
            drawn.append(SVGMarks.text(name, x: Self.area.left - 8, y: middle + 4, anchor: "end"))
            for (bar, lane) in zip(bars, lanes) {
                let (begin, end) = (place(bar.time.lowerBound, axis), place(bar.time.upperBound, axis))
                drawn.append(
                    SVGMarks.bar(
                        x: begin, y: top + Double(lane) * height, width: max(0.5, end - begin),
                        height: max(1, height - 1), colours[bar.kind] ?? ""))
            }
            top += Double(count) * height + Self.rowGap
        }
        var lines = SVGMarks.opening(width: Self.width, height: top + 46)
        lines.append(SVGMarks.text(title, x: Self.area.left, y: 22, size: 15))
        lines += legend(colours) + frame(axis, bottom: top) + drawn
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The lane of each interval: the lowest in which none that overlaps it lies. Intervals that touch do not overlap.
    static func lanes(_ intervals: [ClosedRange<Double>]) -> [Int] {
        var ends: [Double] = []
        var lanes = Array(repeating: 0, count: intervals.count)
        let order = intervals.indices.sorted { left, right in
            (intervals[left].lowerBound, left) < (intervals[right].lowerBound, right)
        }
        for index in order {
            let interval = intervals[index]
            let free = ends.firstIndex { $0 <= interval.lowerBound }
            lanes[index] = free ?? ends.count
            if let free { ends[free] = interval.upperBound } else { ends.append(interval.upperBound) }
        }
        return lanes
    }

    // MARK: Parts

    private var allKinds: [String] {
        var seen = Set(kinds)
        return kinds + bars.map(\.kind).filter { seen.insert($0).inserted }
    }

    private var colours: [String: String] {
        let named = allKinds.enumerated().map { ($1, SVGMarks.colours[$0 % SVGMarks.colours.count]) }
        return Dictionary(named) { first, _ in first }
    }

    private func legend(_ colours: [String: String]) -> [String] {
        allKinds.enumerated().flatMap { number, kind in
            let left = Self.area.left + 150 * Double(number)
            return [
                SVGMarks.bar(x: left, y: 32, width: 10, height: 10, colours[kind] ?? ""),
                SVGMarks.text(kind, x: left + 15, y: 41),
            ]
        }
    }

    private func frame(_ axis: Axis, bottom: Double) -> [String] {
        let area = Self.area
        var lines = [
            SVGMarks.stroke(area.left, bottom, area.right, bottom, "#000000"),
            SVGMarks.text(x, x: (area.left + area.right) / 2, y: bottom + 38, anchor: "middle"),
        ]
        for tick in axis.ticks {
            let at = place(tick, axis)
            lines.append(SVGMarks.stroke(at, area.top - 4, at, bottom + 5, "#DDDDDD"))
            lines.append(SVGMarks.text(axis.name(of: tick), x: at, y: bottom + 19, anchor: "middle"))
        }
        return lines
    }

    private func place(_ value: Double, _ axis: Axis) -> Double {
        Self.area.left + (value - axis.low) / (axis.high - axis.low) * (Self.area.right - Self.area.left)
    }
}
