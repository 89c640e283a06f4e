/// Finds places for labels of points so that they cover neither each other nor a point.
struct LabelPlacement {
    /// Where a text stands: its anchor as SVG has it.
    struct Place: Hashable {
        var x: Double
        var y: Double
        var anchor: String
        /// Too far from its point to be seen as its label without a line between them.
        var needsLine: Bool
    }

    struct Box: Hashable {
        var left: Double
        var right: Double
        var top: Double
        var bottom: Double

        func overlaps(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }

    /// Pixels, of sans-serif of 12: a character on average, and the line above and below its base.
    private static let characterWidth = 7.2
    private static let ascent = 9.0
    private static let descent = 3.0
    private static let pointRadius = 4.0
    private static let lineHeight = 13.0
    private static let mostSteps = 16

    private let area: Box
    private var taken: [Box]

    /// - Parameters:
    ///   - area: what a label must stay within.
    ///   - points: places that stay free.
    init(area: Box, points: [(x: Double, y: Double)]) {
        self.area = area
        taken = points.map { point in
            Box(
                left: point.x - Self.pointRadius, right: point.x + Self.pointRadius, top: point.y - Self.pointRadius,
                bottom: point.y + Self.pointRadius)
        }
    }

    /// A place near a point: right of it and a little above if that is free, else on either side further up or down.
    /// Where nothing is free the label stands in the first place all the same.
    mutating func place(_ text: String, at point: (x: Double, y: Double)) -> Place {
        let candidates = (0...Self.mostSteps).flatMap { step -> [Place] in
            let far = Double((step + 1) / 2) * Self.lineHeight * (step.isMultiple(of: 2) ? 1 : -1)
            return [("start", 6.0), ("end", -6.0)].map { anchor, aside in
                Place(x: point.x + aside, y: point.y - 5 + far, anchor: anchor, needsLine: abs(far) > Self.lineHeight)
            }
        }
        let free = candidates.first { candidate in
            let box = Self.box(text, candidate)
            return box.left >= area.left && box.right <= area.right && box.top >= area.top
                && box.bottom <= area.bottom && !taken.contains { $0.overlaps(box) }
        }
        let place = free ?? candidates[0]
        taken.append(Self.box(text, place))
        return place
    }

    static func box(_ text: String, _ place: Place) -> Box {
        let width = characterWidth * Double(text.count)
        let left = place.anchor == "end" ? place.x - width : place.x
        return Box(left: left, right: left + width, top: place.y - ascent, bottom: place.y + descent)
    }
}
