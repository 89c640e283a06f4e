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
