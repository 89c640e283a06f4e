/// Takes the pieces that a pre-tokenizer cuts a text into.
protocol PieceTaker {
    /// The next piece is `text[start..<end]`; pieces come in order and leave nothing out.
    mutating func take(_ text: [UInt8], _ start: Int, _ end: Int)
}

/// Cuts a text into the pieces within which bytes are merged. Hand-written scanners, each linear in the text.
struct PreTokenizer: Sendable {
    private let cuts: [Cut]
    private let scanner: CutScanner
    /// Brings a text into the form that is cut, where the family has one.
    let composition: Composition?

    init(family: PreTokenizerFamily) {
        cuts = family.cuts
        scanner = CutScanner(classes: .shared)
        composition = family.composesText ? Composition(classes: .shared) : nil
    }

    /// Gives every piece of `text[start..<end]` to `taker`.
    func cut(_ text: [UInt8], _ start: Int, _ end: Int, to taker: inout some PieceTaker) {
        cut(text, start, end, from: 0, to: &taker)
    }

    private func cut(_ text: [UInt8], _ start: Int, _ end: Int, from first: Int, to taker: inout some PieceTaker) {
        guard first < cuts.count else { return taker.take(text, start, end) }
        let rule = cuts[first]
        var gap = start
        var position = start
        while position < end {
            let step = scanner.scan(rule, text, position, end)
            if step.isMatch {
                if gap < position { cut(text, gap, position, from: first + 1, to: &taker) }
                cut(text, position, step.end, from: first + 1, to: &taker)
                gap = step.end
            }
            position = step.end
        }
        if gap < end { cut(text, gap, end, from: first + 1, to: &taker) }
    }
}

/// What a cut finds at a position: a match up to `end`, or that no match begins before `end`.
/// `end` always lies behind the position.
struct CutStep {
    var end: Int
    var isMatch: Bool

    @inline(__always)
    static func match(_ end: Int) -> CutStep { CutStep(end: end, isMatch: true) }

    @inline(__always)
    static func none(_ end: Int) -> CutStep { CutStep(end: end, isMatch: false) }
}
