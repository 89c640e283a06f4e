/// A mathematical expression as it was written.
indirect enum AnswerExpression: Sendable {
    case number(Rational)
    /// Digits with a base: `2516_8`. The digits are kept as written.
    case based(digits: String, base: Int)
    case symbol(String)
    case constant(Constant)
    case infinity
    case sum(AnswerExpression, AnswerExpression)
    case product(AnswerExpression, AnswerExpression)
    case quotient(AnswerExpression, AnswerExpression)
    case negated(AnswerExpression)
    case power(AnswerExpression, AnswerExpression)
    /// The root of a radicand with a written degree (2 if none was written).
    case root(degree: AnswerExpression, AnswerExpression)
    case function(AnswerFunction, AnswerExpression)
    /// A logarithm to a written base.
    case logarithm(base: AnswerExpression, AnswerExpression)
    case binomial(AnswerExpression, AnswerExpression)
    case factorial(AnswerExpression)
    case percent(AnswerExpression)
    /// A number with a degree sign: its sign is a unit, except as the argument of an angle function.
    case degrees(AnswerExpression)

    enum Constant: Sendable {
        case pi, euler, imaginary
    }

    /// The symbols in it, for numeric comparison; constants are not symbols.
    var symbols: Set<String> {
        switch self {
        case .number, .based, .constant, .infinity: []
        case .symbol(let name): [name]
        case .negated(let inner), .function(_, let inner), .factorial(let inner), .percent(let inner),
            .degrees(let inner):
            inner.symbols
        case .sum(let left, let right), .product(let left, let right), .quotient(let left, let right),
            .power(let left, let right), .root(let left, let right), .logarithm(let left, let right),
            .binomial(let left, let right):
            left.symbols.union(right.symbols)
        }
    }

    /// True for a symbol or a product of symbols, as `x`, `xy`, `f(x)`: what stands left of `=` as a name.
    var isName: Bool {
        switch self {
        case .symbol: true
        case .product(let left, let right): left.isName && right.isName
        case .number, .based, .constant, .infinity, .sum, .quotient, .negated, .power, .root, .function,
            .logarithm, .binomial, .factorial, .percent, .degrees:
            false
        }
    }
}

/// The functions of one argument that answers use.
enum AnswerFunction: String, CaseIterable, Sendable {
    case sin, cos, tan, cot, sec, csc
    case arcsin, arccos, arctan
    case sinh, cosh, tanh
    case ln, log, exp
    case abs, floor, ceiling

    var takesAngle: Bool {
        switch self {
        case .sin, .cos, .tan, .cot, .sec, .csc: true
        case .arcsin, .arccos, .arctan, .sinh, .cosh, .tanh, .ln, .log, .exp, .abs, .floor, .ceiling: false
        }
    }
}

/// How the ambiguous signs of one reading are taken.
struct ReadingChoice: Hashable, Sendable {
    /// `1,234` is one number rather than two.
    var groupsThousands = true
    /// `50%` is 50 rather than 1/2.
    var percentIsUnit = false
    /// `2516_8` is 2516 rather than 1358.
    var baseIsMark = false
    /// The letter of `5 m` is a unit rather than a factor.
    var lettersAreUnits = false
}
