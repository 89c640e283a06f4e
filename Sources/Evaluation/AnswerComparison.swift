/// Compares two readings of answers. Symmetric by construction: every rule is applied in both directions.
struct AnswerComparison {
    let left: ReadingChoice
    let right: ReadingChoice

    /// Longer lists are compared in order only.
    static let maximumUnordered = 64

    private var reversed: AnswerComparison { AnswerComparison(left: right, right: left) }

    func areEqual(_ first: AnswerValue, _ second: AnswerValue) -> Bool {
        areEqualAsWritten(first, second) || areEqualSets(first, second)
    }

    private func areEqualAsWritten(_ first: AnswerValue, _ second: AnswerValue) -> Bool {
        switch (first, second) {
        case (.expression(let one, let unit), .expression(let other, let otherUnit)):
            if let unit, let otherUnit, unit != otherUnit { return false }
            return areEqual(one, other)
        case (.text(let one), .text(let other)):
            return one == other
        case (.chain(let parts, let relations), .chain(let otherParts, let otherRelations)):
            return areEqual(chain: (parts, relations), chain: (otherParts, otherRelations))
        case (.chain(let parts, let relations), _):
            if let value = Self.named(parts, relations)?.value, areEqual(value, second) { return true }
            return Self.interval(parts, relations).map { areEqual($0, second) } ?? false
        case (_, .chain):
            return reversed.areEqualAsWritten(second, first)
        case (.list(let ones), .list(let others)):
            return areMatching(ones, others)
        case (.list(let ones), .set(let others)), (.set(let ones), .list(let others)),
            (.set(let ones), .set(let others)):
            return areCovering(ones, others)
        case (.list(let ones), .tuple(let others, open: .parenthesis, close: .parenthesis)),
            (.tuple(let ones, open: .parenthesis, close: .parenthesis), .list(let others)):
            return areInOrder(ones, others)
        case (.tuple(let ones, let open, let close), .tuple(let others, let otherOpen, let otherClose)):
            return open.isLike(otherOpen) && close.isLike(otherClose) && areInOrder(ones, others)
        case (.matrix(let rows), .matrix(let otherRows)):
            return rows.count == otherRows.count && zip(rows, otherRows).allSatisfy { areInOrder($0, $1) }
        case (.matrix(let rows), .tuple(let others, let open, let close)):
            return isVector(rows, open, close) && areInOrder(rows.flatMap { $0 }, others)
        case (.tuple, .matrix):
            return reversed.areEqualAsWritten(second, first)
        case (.combination(.difference, let ones), .combination(.difference, let others)):
            return areInOrder(ones, others)
        case (.combination(let operation, let ones), .combination(let otherOperation, let others)):
            return operation == otherOperation && areMatching(ones, others)
        case (.builder(let name, let conditions), .builder(let otherName, let otherConditions)):
            return areEqual(name, otherName) && areEqual(conditions, otherConditions)
        case (.set(let ones), .expression) where ones.count == 1:
            return areEqual(ones[0], second)
        case (.expression, .set(let others)) where others.count == 1:
            return areEqual(first, others[0])
        case (.expression, _), (.list, _), (.set, _), (.tuple, _), (.matrix, _), (.combination, _),
            (.builder, _), (.text, _):
            return false
        }
    }

    /// Whether a matrix is written as a tuple is: a column or a row as `(1, 2)`, a row as `[1, 2]`.
    private func isVector(_ rows: [[AnswerValue]], _ open: AnswerBracket, _ close: AnswerBracket) -> Bool {
        switch (open, close) {
        case (.parenthesis, .parenthesis), (.angle, .angle): rows.count == 1 || rows.allSatisfy { $0.count == 1 }
        case (.square, .square): rows.count == 1
        case _: false
        }
    }

    // MARK: Sets of real numbers

    /// Whether both describe the same real numbers, one of them in words of sets: two tuples or lists are what they
    /// look like.
    private func areEqualSets(_ first: AnswerValue, _ second: AnswerValue) -> Bool {
        guard first.mayBeSet, second.mayBeSet, first.isSetLike || second.isSetLike else { return false }
        var (one, other) = (RealSetReader(left), RealSetReader(right))
        guard let set = one.set(first), let otherSet = other.set(second) else { return false }
        if let name = one.name, let otherName = other.name, !areEqual(name, otherName) { return false }
        return set.ranges.count == otherSet.ranges.count
            && zip(set.ranges, otherSet.ranges).allSatisfy { areEqual($0.low, $1.low) && areEqual($0.high, $1.high) }
    }

    private func areEqual(_ one: RealCut, _ other: RealCut) -> Bool {
        switch (one.place, other.place) {
        case (.lowest, .lowest), (.highest, .highest): true
        case (.number(let first), .number(let second)):
            one.isAfter == other.isAfter && areEqual(first.expression, second.expression)
        case (.lowest, _), (.highest, _), (.number, _): false
        }
    }

    // MARK: Collections

    private func areInOrder(_ ones: [AnswerValue], _ others: [AnswerValue]) -> Bool {
        ones.count == others.count && zip(ones, others).allSatisfy { areEqual($0, $1) }
    }

    /// Every value of either side has its equal on the other: sets, where a value written twice counts once.
    private func areCovering(_ ones: [AnswerValue], _ others: [AnswerValue]) -> Bool {
        guard Swift.max(ones.count, others.count) <= Self.maximumUnordered else { return areInOrder(ones, others) }
        return ones.allSatisfy { one in others.contains { areEqual(one, $0) } }
            && others.allSatisfy { other in ones.contains { areEqual($0, other) } }
    }

    /// A perfect matching between the sides, by augmenting paths: the answer does not depend on any order.
    private func areMatching(_ ones: [AnswerValue], _ others: [AnswerValue]) -> Bool {
        guard ones.count == others.count else { return false }
        guard ones.count <= Self.maximumUnordered else { return areInOrder(ones, others) }
        let edges = ones.map { one in others.indices.filter { areEqual(one, others[$0]) } }
        var partner = [Int?](repeating: nil, count: others.count)
        func augment(_ one: Int, _ visited: inout Set<Int>) -> Bool {
            for other in edges[one] where visited.insert(other).inserted {
                guard let taken = partner[other] else {
                    partner[other] = one
                    return true
                }
                if augment(taken, &visited) {
                    partner[other] = one
                    return true
                }
            }
            return false
        }
        return ones.indices.allSatisfy { one in
            var visited: Set<Int> = []
            return augment(one, &visited)
        }
    }

    // MARK: Relations

    private typealias Chain = (parts: [AnswerValue], relations: [AnswerRelation])

    private func areEqual(chain one: Chain, chain other: Chain) -> Bool {
        if one.relations == other.relations, areInOrder(one.parts, other.parts) { return true }
        let mirrored = other.relations.reversed().map(\.mirrored)
        if one.relations == mirrored, areInOrder(one.parts, other.parts.reversed()) { return true }
        if let first = Self.named(one.parts, one.relations), let second = Self.named(other.parts, other.relations),
            areEqual(first.name, second.name), areEqual(first.value, second.value)
        {
            return true
        }
        if let first = Self.interval(one.parts, one.relations),
            let second = Self.interval(other.parts, other.relations), areEqual(first, second),
            zip(one.parts.filter(\.isName), other.parts.filter(\.isName)).contains(where: { areEqual($0, $1) })
        {
            return true
        }
        guard one.relations == [.equal], other.relations == [.equal],
            let first = Self.difference(one.parts, left), let second = Self.difference(other.parts, right)
        else { return false }
        return (try? first.isMultiple(of: second)) ?? false
    }

    /// What `x = 5`, `5 = x`, `x = 10/2 = 5`, `Area = 5` or `x ∈ A` give the name, and the name.
    private static func named(
        _ parts: [AnswerValue], _ relations: [AnswerRelation]
    ) -> (name: AnswerValue, value: AnswerValue)? {
        guard let first = parts.first, let last = parts.last else { return nil }
        if relations == [.member] { return first.isName ? (first, last) : nil }
        guard relations.allSatisfy({ $0 == .equal || $0 == .approximately }) else { return nil }
        if first.isName { return (first, last) }
        return last.isName && parts.count == 2 ? (last, first) : nil
    }

    /// The interval that inequalities around one name describe.
    private static func interval(_ parts: [AnswerValue], _ relations: [AnswerRelation]) -> AnswerValue? {
        var (parts, relations) = (parts, relations)
        if relations.allSatisfy({ $0 == .greater || $0 == .greaterOrEqual }) {
            parts.reverse()
            relations = relations.reversed().map(\.mirrored)
        }
        guard relations.allSatisfy({ $0 == .less || $0 == .lessOrEqual }) else { return nil }
        let low = AnswerValue.expression(.negated(.infinity), unit: nil)
        let high = AnswerValue.expression(.infinity, unit: nil)
        switch (parts.count, parts[0].isName, parts[1].isName) {
        case (2, true, false): return .tuple([low, parts[1]], open: .parenthesis, close: relations[0].bracket)
        case (2, false, true): return .tuple([parts[0], high], open: relations[0].bracket, close: .parenthesis)
        case (3, false, true):
            return .tuple([parts[0], parts[2]], open: relations[0].bracket, close: relations[1].bracket)
        case _: return nil
        }
    }

    private static func difference(_ parts: [AnswerValue], _ choice: ReadingChoice) -> ExactValue? {
        guard parts.count == 2, case .expression(let first, _) = parts[0], case .expression(let second, _) = parts[1]
        else { return nil }
        guard let difference = try? AnswerExpression.sum(first, .negated(second)).exactValue(choice),
            difference.constant == nil
        else { return nil }
        return difference
    }

    // MARK: Expressions

    private func areEqual(_ one: AnswerExpression, _ other: AnswerExpression) -> Bool {
        if let first = one.infinitySign, let second = other.infinitySign { return first == second }
        do {
            return try one.exactValue(left).isEqual(to: other.exactValue(right))
        } catch {
            switch error {
            case .tooLarge, .undefined: return false
            case .outside, .tooManyTerms: return areNumericallyEqual(one, other)
            }
        }
    }

    /// Values for symbols at which two expressions are compared; positive ones first, no simple ratios among them.
    private static let samples: [Double] = [
        0.731_058_578_6, 1.377_540_668_9, 2.131_592_653_5, 0.412_970_911_3, 3.241_421_356_2, 1.771_245_385_1,
        -0.618_203_498_8, -1.443_635_347_5, 0.182_321_556_7, -2.301_258_509_2,
    ]

    /// Equal at every sample point where both are defined, and defined together at enough of them.
    private func areNumericallyEqual(_ one: AnswerExpression, _ other: AnswerExpression) -> Bool {
        let symbols = one.symbols.union(other.symbols).sorted()
        let points = symbols.isEmpty ? 1 : Self.samples.count
        guard symbols.count <= Self.samples.count else { return false }
        var agreed = 0
        for point in 0..<points {
            var values: [String: Double] = [:]
            for (offset, symbol) in symbols.enumerated() {
                // Powers of a factor keep symbols apart that take the same sample at different points.
                let sample = Self.samples[(point + 3 * offset) % Self.samples.count]
                values[symbol] = sample * (1 + 0.137 * Double(offset))
            }
            guard let first = one.numericValue(left, values), let second = other.numericValue(right, values) else {
                continue
            }
            guard first.isNear(second) else { return false }
            agreed += 1
        }
        return agreed >= Swift.min(3, points)
    }
}

extension AnswerValue {
    /// A symbol, a product of symbols or words: what an equation gives a value to.
    var isName: Bool {
        switch self {
        case .expression(let expression, unit: nil): expression.isName
        case .text(let text): !text.isEmpty
        case .expression, .list, .set, .tuple, .matrix, .combination, .builder, .chain: false
        }
    }
}

extension AnswerValue {
    /// A relation other than that something is equal to its value.
    var isInequality: Bool {
        guard case .chain(_, let relations) = self else { return false }
        return relations.contains { relation in
            switch relation {
            case .less, .lessOrEqual, .greater, .greaterOrEqual, .notEqual, .member, .notMember: true
            case .equal, .approximately, .congruent, .similar: false
            }
        }
    }

    /// Written as a set: by relations, by operations or by its members.
    fileprivate var isSetLike: Bool {
        switch self {
        case .chain: isInequality
        case .list(let values): values.contains(where: \.isInequality)
        case .combination, .builder: true
        case .set(let values): values.contains { if case .tuple = $0 { false } else { true } }
        case .expression, .tuple, .matrix, .text: false
        }
    }

    fileprivate var mayBeSet: Bool {
        switch self {
        case .chain, .list, .combination, .builder, .set, .tuple: true
        case .expression, .matrix, .text: false
        }
    }
}

extension AnswerExpression {
    /// +1 or -1 for plus or minus infinity, nil for everything else.
    var infinitySign: Int? {
        switch self {
        case .infinity: 1
        case .negated(let inner): inner.infinitySign.map { -$0 }
        case .number, .based, .symbol, .constant, .sum, .product, .quotient, .power, .root, .function,
            .logarithm, .binomial, .factorial, .percent, .degrees:
            nil
        }
    }
}

extension AnswerRelation {
    /// The relation read from right to left.
    var mirrored: AnswerRelation {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual, .member, .notMember, .approximately, .congruent, .similar: self
        }
    }

    fileprivate var bracket: AnswerBracket { self == .lessOrEqual ? .square : .parenthesis }
}

extension AnswerBracket {
    /// ⟨1, 2⟩ is written for (1, 2).
    fileprivate func isLike(_ other: AnswerBracket) -> Bool {
        self == other || (self == .angle && other == .parenthesis) || (self == .parenthesis && other == .angle)
    }
}
