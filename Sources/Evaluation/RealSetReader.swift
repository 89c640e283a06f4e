/// Reads which real numbers an answer describes: inequalities around one name, intervals, finite sets, and what is put
/// together from them.
struct RealSetReader {
    let choice: ReadingChoice
    /// The name that the answer gives the numbers; nil while there is none, or none outside a set-builder.
    private(set) var name: AnswerValue?

    init(_ choice: ReadingChoice) {
        self.choice = choice
    }

    /// nil if the answer describes no set of numbers, or one whose order is not decided.
    mutating func set(_ value: AnswerValue) -> RealSet? {
        switch value {
        case .expression(let expression, _):
            return number(expression).map { RealSet(point: $0) }
        case .set(let values):
            return union(values)
        case .tuple(let ends, let open, let close):
            return interval(ends, open, close)
        case .chain(let parts, let relations):
            return chain(parts, relations)
        case .list(let values):
            return list(values)
        case .builder(let variable, let conditions):
            var inner = RealSetReader(choice)
            guard let set = inner.set(conditions) else { return nil }
            if let name = inner.name, !isSame(name, variable) { return nil }
            return set
        case .combination(let operation, let values):
            guard let first = values.first, var result = set(first) else { return nil }
            for value in values.dropFirst() {
                guard let next = set(value), let combined = try? result.combined(operation, next) else { return nil }
                result = combined
            }
            return result
        case .matrix, .text:
            return nil
        }
    }

    private func isSame(_ first: AnswerValue, _ second: AnswerValue) -> Bool {
        AnswerComparison(left: choice, right: choice).areEqual(first, second)
    }

    private func number(_ expression: AnswerExpression) -> RealNumber? { RealNumber(expression, choice) }

    private mutating func union(_ values: [AnswerValue]) -> RealSet? {
        var result = RealSet.empty
        for value in values {
            guard let set = set(value), let united = try? result.union(set) else { return nil }
            result = united
        }
        return result
    }

    /// Conditions with commas or "and" between hold together; if nothing satisfies them together, they are cases, as
    /// in `x < -1, x > 2`. Other values are the members.
    private mutating func list(_ values: [AnswerValue]) -> RealSet? {
        let areConditions = values.allSatisfy {
            if case .chain(_, let relations) = $0 { return !relations.allSatisfy { $0 == .equal } }
            return false
        }
        guard areConditions else { return union(values) }
        var both = RealSet.all
        for value in values {
            guard let set = set(value), let next = try? both.intersection(set) else { return nil }
            both = next
        }
        return both.isEmpty ? union(values) : both
    }

    /// A pair in brackets, unless its first end is not before the second: that is no interval.
    private func interval(_ ends: [AnswerValue], _ open: AnswerBracket, _ close: AnswerBracket) -> RealSet? {
        guard ends.count == 2, open != .angle, close != .angle, let low = place(ends[0]), let high = place(ends[1])
        else { return nil }
        let range = try? RealSet(
            from: RealCut(at: low, isAfter: open == .parenthesis), to: RealCut(at: high, isAfter: close == .square))
        return range?.isEmpty == true ? nil : range
    }

    private func place(_ value: AnswerValue) -> RealCut.Place? {
        guard case .expression(let expression, _) = value else { return nil }
        if let sign = expression.infinitySign { return sign < 0 ? .lowest : .highest }
        return number(expression).map { .number($0) }
    }

    // MARK: Relations

    /// Every relation of a chain holds.
    private mutating func chain(_ parts: [AnswerValue], _ relations: [AnswerRelation]) -> RealSet? {
        var result = RealSet.all
        for (index, relation) in relations.enumerated() {
            let next = condition(parts[index], relation, parts[index + 1])
            guard let next, let both = try? result.intersection(next) else { return nil }
            result = both
        }
        return result
    }

    private mutating func condition(
        _ left: AnswerValue, _ relation: AnswerRelation, _ right: AnswerValue
    ) -> RealSet? {
        if relation == .member || relation == .notMember {
            guard left.isName, note(left), let set = set(right) else { return nil }
            return relation == .member ? set : set.complement
        }
        guard case .expression(let first, _) = left, case .expression(let second, _) = right else { return nil }
        if let place = place(right) { return solution(first, relation, place) }
        if let place = place(left) { return solution(second, relation.mirrored, place) }
        return nil
    }

    /// Where an expression with one name is so related to a number.
    private mutating func solution(
        _ expression: AnswerExpression, _ relation: AnswerRelation, _ place: RealCut.Place
    ) -> RealSet? {
        if case .function(.abs, let inner) = expression, !inner.symbols.isEmpty {
            return absolute(inner, relation, place)
        }
        let value = AnswerValue.expression(expression, unit: nil)
        if value.isName { return note(value) ? Self.half(relation, place) : nil }
        guard case .number(let number) = place, let (symbol, bound, isMirrored) = linear(expression, number.expression),
            note(.expression(.symbol(symbol), unit: nil))
        else { return nil }
        return Self.half(isMirrored ? relation.mirrored : relation, .number(bound))
    }

    /// |a| < b means -b < a < b, and |a| > b its opposite.
    private mutating func absolute(
        _ inner: AnswerExpression, _ relation: AnswerRelation, _ place: RealCut.Place
    ) -> RealSet? {
        guard case .number(let number) = place, let low = self.number(.negated(number.expression)) else { return nil }
        let isOutside: Bool
        switch relation {
        case .less, .lessOrEqual: isOutside = false
        case .greater, .greaterOrEqual: isOutside = true
        case .equal, .notEqual, .member, .notMember, .approximately, .congruent, .similar: return nil
        }
        guard let first = solution(inner, relation, place),
            let second = solution(inner, relation.mirrored, .number(low))
        else { return nil }
        return try? isOutside ? first.union(second) : first.intersection(second)
    }

    /// The symbol of a x + b and what it must be for the expression to be the number; mirrored if a is negative.
    private func linear(
        _ expression: AnswerExpression, _ number: AnswerExpression
    ) -> (symbol: String, bound: RealNumber, isMirrored: Bool)? {
        guard let symbol = expression.symbols.first, expression.symbols.count == 1,
            let value = try? expression.exactValue(choice), value.bottom == .one
        else { return nil }
        let monomial = Monomial(powers: [.init(generator: .symbol(symbol), exponent: .one)])
        guard let slope = value.top.terms[monomial] else { return nil }
        guard value.top.terms.keys.allSatisfy({ $0 == monomial || $0 == .one }) else { return nil }
        let start = value.top.terms[.one] ?? .zero
        let bound = AnswerExpression.quotient(.sum(number, .number(start.negated)), .number(slope))
        return self.number(bound).map { (symbol, $0, slope.isNegative) }
    }

    /// Remembers the name; false if there is another already.
    private mutating func note(_ found: AnswerValue) -> Bool {
        guard let name else {
            self.name = found
            return true
        }
        return isSame(name, found)
    }

    private static func half(_ relation: AnswerRelation, _ place: RealCut.Place) -> RealSet? {
        let (before, after) = (RealCut(at: place, isAfter: false), RealCut(at: place, isAfter: true))
        switch relation {
        case .less: return try? RealSet(from: .lowest, to: before)
        case .lessOrEqual: return try? RealSet(from: .lowest, to: after)
        case .greater: return try? RealSet(from: after, to: .highest)
        case .greaterOrEqual: return try? RealSet(from: before, to: .highest)
        case .equal: return try? RealSet(from: before, to: after)
        case .notEqual: return (try? RealSet(from: before, to: after))?.complement
        case .member, .notMember, .approximately, .congruent, .similar: return nil
        }
    }
}

extension RealSet {
    func combined(_ operation: AnswerSetOperation, _ other: RealSet) throws(UndecidedOrder) -> RealSet {
        switch operation {
        case .union: try union(other)
        case .intersection: try intersection(other)
        case .difference: try subtracting(other)
        }
    }
}
