/// Text for documents of marks: SVG and HTML.
public enum Markup {
    /// A text in which nothing is a mark, for elements and for attributes in double quotes.
    public static func escaped(_ text: String) -> String {
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

extension Double {
    /// With so many digits after the point, at most 9; half is rounded away from zero.
    public func fixed(_ digits: Int) -> String {
        precondition((0...9).contains(digits), "0 to 9 digits")
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        let unit = (0..<digits).reduce(1.0) { unit, _ in unit * 10 }
        let scaled = (magnitude * unit).rounded()
        guard scaled < 9e15 else { return "\(self)" }
        var text = "\(Int(scaled))"
        if text.count <= digits { text = String(repeating: "0", count: digits + 1 - text.count) + text }
        let sign = self < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + text }
        return "\(sign)\(text.dropLast(digits)).\(text.suffix(digits))"
    }
}
