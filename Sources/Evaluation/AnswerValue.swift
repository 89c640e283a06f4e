/// What an answer is, as far as it could be read.
indirect enum AnswerValue: Sendable {
    case expression(AnswerExpression, unit: String?)
    /// Values with commas or "or" between, without brackets: an order is not meant.
    case list([AnswerValue])
    case set([AnswerValue])
    /// A tuple, a point or an interval: brackets with at least one comma.
    case tuple([AnswerValue], open: AnswerBracket, close: AnswerBracket)
    case matrix([[AnswerValue]])
    case union([AnswerValue])
    /// `a < x <= b`: one part more than relations.
    case chain([AnswerValue], [AnswerRelation])
    /// Words, and everything that could not be read.
    case text(String)
}
