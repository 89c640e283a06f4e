/// One sign of an answer.
struct AnswerToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Digits with at most one point.
        case number(String)
        /// A number with a decimal exponent, `2E70`.
        case scientific(String)
        /// Digits of a number in a base that is written behind them.
        case based(digits: String, base: Int)
        case symbol(String)
        /// Text, in small letters.
        case word(String)
        case function(AnswerFunction)
        case logarithm
        case pi, euler, imaginary, infinity, emptySet, realNumbers
        case plus, minus, plusMinus, minusPlus, times, divide, caret, underscore, factorial, percent, degree
        case bar, comma, semicolon, colon, stop
        case relation(AnswerRelation)
        /// A decimal with a repeating period: digits up to it, with the point, and the period.
        case repeating(digits: String, period: String)
        case fraction, squareRoot, binomial
        case open(AnswerBracket)
        case close(AnswerBracket)
        case union, intersection, setMinus
        /// The word `or`: it separates as a comma does.
        case disjunction
        /// `\over` and its like, between what they stand over; the cleaner puts fractions in their place.
        case infix(AnswerInfix)
        case ampersand, rowBreak
        case begin(String)
        case end(String)
        case other(String)
    }

    let kind: Kind
    /// White space stands before it.
    let isSpaced: Bool
}

enum AnswerBracket: Hashable, Sendable {
    case parenthesis, square, group, set, angle, floor, ceiling, bar
}

/// Signs of plain TeX that stand between the parts of a fraction or binomial.
enum AnswerInfix: String, Hashable, Sendable {
    case over, choose, atop, atopBetween
}

enum AnswerRelation: String, Hashable, Sendable {
    case equal = "=", notEqual = "≠", less = "<", lessOrEqual = "≤", greater = ">", greaterOrEqual = "≥"
    case member = "∈", notMember = "∉", approximately = "≈", congruent = "≡", similar = "~"
}

extension AnswerToken {
    /// What the token is compared as where an answer can only be compared as text.
    var text: String {
        switch kind {
        case .number(let digits), .scientific(let digits): digits
        case .based(let digits, let base): "\(digits)_\(base)"
        case .symbol(let name): name
        case .word(let word): word
        case .function(let function): function.rawValue
        case .logarithm: "log"
        case .pi: "π"
        case .euler: "e"
        case .imaginary: "i"
        case .infinity: "∞"
        case .emptySet: "∅"
        case .realNumbers: "ℝ"
        case .plus: "+"
        case .minus: "-"
        case .plusMinus: "±"
        case .minusPlus: "∓"
        case .times: "*"
        case .divide: "/"
        case .caret: "^"
        case .underscore: "_"
        case .factorial: "!"
        case .percent: "%"
        case .degree: "°"
        case .bar: "|"
        case .comma: ","
        case .semicolon: ";"
        case .colon: ":"
        case .stop: "."
        case .relation(let relation): relation.rawValue
        case .fraction: "\\frac"
        case .squareRoot: "√"
        case .binomial: "\\binom"
        case .repeating(let digits, let period): "\(digits)(\(period))"
        case .open(let bracket), .close(let bracket): bracket.text(isOpen: isOpen)
        case .union: "∪"
        case .intersection: "∩"
        case .setMinus: "∖"
        case .disjunction: ","
        case .infix(let infix): "\\" + infix.rawValue
        case .ampersand: "&"
        case .rowBreak: "\\\\"
        case .begin(let name): "\\begin{\(name)}"
        case .end(let name): "\\end{\(name)}"
        case .other(let text): text
        }
    }

    var isOpen: Bool {
        if case .open = kind { return true }
        return false
    }

    var isClose: Bool {
        if case .close = kind { return true }
        return false
    }

    var isWord: Bool {
        if case .word = kind { return true }
        return false
    }
}

extension AnswerBracket {
    func text(isOpen: Bool) -> String {
        switch self {
        case .parenthesis: isOpen ? "(" : ")"
        case .square: isOpen ? "[" : "]"
        case .group: isOpen ? "{" : "}"
        case .set: isOpen ? "\\{" : "\\}"
        case .angle: isOpen ? "⟨" : "⟩"
        case .floor: isOpen ? "⌊" : "⌋"
        case .ceiling: isOpen ? "⌈" : "⌉"
        case .bar: "|"
        }
    }
}
