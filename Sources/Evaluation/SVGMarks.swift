/// The elements that plots are drawn with.
enum SVGMarks {
    /// Colours that people with any colour vision tell apart (Okabe and Ito, 2008).
    static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]

    static func opening(width: Double, height: Double) -> [String] {
        let (width, height) = (Int(width), Int(height))
        return [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
        ]
    }

    static func stroke(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, dashes: Bool = false
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
            + "stroke=\"\(colour)\"\(dashes ? " stroke-dasharray=\"5 4\"" : "")/>"
    }

    static func bar(x: Double, y: Double, width: Double, height: Double, _ colour: String) -> String {
        "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" "
            + "fill=\"\(colour)\" fill-opacity=\"0.75\"/>"
    }

    static func dot(x: Double, y: Double, radius: String, _ colour: String) -> String {
        "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(radius)\" fill=\"\(colour)\"/>"
    }

    static func text(_ text: String, x: Double, y: Double, size: Int = 12, anchor: String = "start") -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\">"
            + Markup.escaped(text) + "</text>"
    }

    /// A text that is read before lines and dots: it stands on a rim of the ground's colour.
    static func label(_ text: String, x: Double, y: Double, anchor: String, _ colour: String) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"12\" text-anchor=\"\(anchor)\" fill=\"\(colour)\" "
            + "stroke=\"white\" stroke-width=\"3\" paint-order=\"stroke\">" + Markup.escaped(text) + "</text>"
    }

    /// One digit after the point is a tenth of a pixel.
    static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
