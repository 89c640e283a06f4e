/// A set of real numbers in its one canonical form: ranges in order that neither overlap nor touch.
///
/// A range reaches from one cut to another. A cut lies directly before or after a number, so that (1, 2] is what lies
/// between the cut after 1 and the cut after 2, and a point lies between its own two cuts.
struct RealSet {
    struct Range {
        let low: RealCut
        let high: RealCut
    }

    private(set) var ranges: [Range] = []

    /// Sets of more ranges are not brought to one form.
    static let maximumRanges = 64

    static let empty = RealSet(ranges: [])
    static let all = RealSet(ranges: [Range(low: .lowest, high: .highest)])

    private init(ranges: [Range]) {
        self.ranges = ranges
    }

    /// What lies between two cuts; empty if the second is not after the first.
    init(from low: RealCut, to high: RealCut) throws(UndecidedOrder) {
        ranges = try low.isBefore(high) ? [Range(low: low, high: high)] : []
    }

    init(point: RealNumber) {
        ranges = [
            Range(low: RealCut(at: .number(point), isAfter: false), high: RealCut(at: .number(point), isAfter: true))
        ]
    }

    var isEmpty: Bool { ranges.isEmpty }

    func union(_ other: RealSet) throws(UndecidedOrder) -> RealSet {
        guard ranges.count + other.ranges.count <= Self.maximumRanges else { throw UndecidedOrder() }
        var (left, right) = (ranges[...], other.ranges[...])
        var merged: [Range] = []
        while let next = try Self.takeFirst(&left, &right) {
            if let last = merged.last, try !last.high.isBefore(next.low) {
                let high = try last.high.isBefore(next.high) ? next.high : last.high
                merged[merged.count - 1] = Range(low: last.low, high: high)
            } else {
                merged.append(next)
            }
        }
        return RealSet(ranges: merged)
    }

    private static func takeFirst(
        _ left: inout ArraySlice<Range>, _ right: inout ArraySlice<Range>
    ) throws(UndecidedOrder) -> Range? {
        guard let first = left.first else { return right.popFirst() }
        guard let second = right.first else { return left.popFirst() }
        return try second.low.isBefore(first.low) ? right.popFirst() : left.popFirst()
    }

    var complement: RealSet {
        var gaps: [Range] = []
        var low: RealCut? = .lowest
        for range in ranges {
            if let low, !range.low.isLowest { gaps.append(Range(low: low, high: range.low)) }
            low = range.high.isHighest ? nil : range.high
        }
        if let low { gaps.append(Range(low: low, high: .highest)) }
        return RealSet(ranges: gaps)
    }

    /// By De Morgan's law.
    func intersection(_ other: RealSet) throws(UndecidedOrder) -> RealSet {
        try complement.union(other.complement).complement
    }

    func subtracting(_ other: RealSet) throws(UndecidedOrder) -> RealSet { try intersection(other.complement) }
}

/// Which of two numbers is the larger was not decided: they are equal but for the error of their values.
struct UndecidedOrder: Error {}

/// A number by its expression, and as far as its order among others needs it.
struct RealNumber {
    let expression: AnswerExpression
    private let exact: ExactValue?
    private let value: ComplexNumber

    /// nil for what has symbols, is not real or has no value.
    init?(_ expression: AnswerExpression, _ choice: ReadingChoice) {
        guard expression.symbols.isEmpty, let value = expression.numericValue(choice, [:]) else { return nil }
        guard value.isReal || value.imaginary.magnitude <= 1e-12 * value.magnitude else { return nil }
        self.expression = expression
        self.value = value
        exact = try? expression.exactValue(choice)
    }

    /// Negative, zero or positive, as this number is smaller, equal or larger.
    func order(_ other: RealNumber) throws(UndecidedOrder) -> Int {
        if let exact, let otherExact = other.exact {
            if let first = exact.constant, let second = otherExact.constant {
                return first == second ? 0 : first < second ? -1 : 1
            }
            if (try? exact.isEqual(to: otherExact)) == true { return 0 }
        } else if value.isNear(other.value) {
            return 0
        }
        guard !value.isNear(other.value) else { throw UndecidedOrder() }
        return value.real < other.value.real ? -1 : 1
    }
}

/// A place between real numbers: directly before or directly after one, or at an end of the line.
struct RealCut {
    enum Place {
        case lowest, highest
        case number(RealNumber)
    }

    let place: Place
    let isAfter: Bool

    static let lowest = RealCut(at: .lowest, isAfter: false)
    static let highest = RealCut(at: .highest, isAfter: true)

    init(at place: Place, isAfter: Bool) {
        self.place = place
        self.isAfter = isAfter
    }

    var isLowest: Bool { if case .lowest = place { true } else { false } }
    var isHighest: Bool { if case .highest = place { true } else { false } }

    func isBefore(_ other: RealCut) throws(UndecidedOrder) -> Bool {
        switch (place, other.place) {
        case (.lowest, .lowest), (.highest, _), (_, .lowest): return false
        case (.lowest, _), (_, .highest): return true
        case (.number(let one), .number(let second)):
            let order = try one.order(second)
            return order == 0 ? !isAfter && other.isAfter : order < 0
        }
    }
}
