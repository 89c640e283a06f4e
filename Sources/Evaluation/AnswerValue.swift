/// What an answer is, as far as it could be read.
indirect enum AnswerValue: Sendable {
    case expression(AnswerExpression, unit: String?)
    /// Values with commas or "or" between, without brackets: an order is not meant.
    case list([AnswerValue])
    case set([AnswerValue])
    /// A tuple, a point or an interval: brackets with at least one comma.
    case tuple([AnswerValue], open: AnswerBracket, close: AnswerBracket)
    case matrix([[AnswerValue]])
    /// `A ∪ B`, `x < 1 or x > 2`, `A ∩ B`, `A ∖ B`.
    case combination(AnswerSetOperation, [AnswerValue])
    /// `{x : x > 1}`: a name and what holds for it.
    case builder(AnswerValue, AnswerValue)
    /// `a < x <= b`: one part more than relations.
    case chain([AnswerValue], [AnswerRelation])
    /// Words, and everything that could not be read.
    case text(String)
}

/// How sets are put together, from left to right.
enum AnswerSetOperation: Hashable, Sendable {
    case union, intersection, difference
}
