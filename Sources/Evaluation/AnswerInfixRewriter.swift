/// Puts `\frac{9}{7}` and `\binom{n}{k}` in the place of `9 \over 7` and `n \choose k`: what stands between the
/// brackets around the sign, or between commas and relations, goes above and below.
struct AnswerInfixRewriter {
    private struct Frame {
        /// Finished pieces, then the tokens of the piece that is being read.
        var tokens: [AnswerToken] = []
        var start = 0
        var infix: (sign: AnswerInfix, place: Int)?
    }

    private var frames = [Frame()]

    static func rewritten(_ tokens: [AnswerToken]) -> [AnswerToken] {
        let hasInfix = tokens.contains { if case .infix = $0.kind { true } else { false } }
        guard hasInfix else { return tokens }
        var rewriter = AnswerInfixRewriter()
        for token in tokens { rewriter.read(token) }
        while rewriter.frames.count > 1 { rewriter.closeFrame() }
        rewriter.finishPiece()
        return rewriter.frames[0].tokens
    }

    private mutating func read(_ token: AnswerToken) {
        let top = frames.count - 1
        switch token.kind {
        case .open, .begin:
            frames.append(Frame(tokens: [token], start: 1))
        case .close, .end:
            if frames.count > 1 { closeFrame() } else { finishPiece() }
            frames[frames.count - 1].tokens.append(token)
            if frames.count == 1, top == 0 { frames[0].start = frames[0].tokens.count }
        case .comma, .semicolon, .relation, .ampersand, .rowBreak, .union, .intersection, .disjunction:
            finishPiece()
            frames[top].tokens.append(token)
            frames[top].start = frames[top].tokens.count
        case .infix(let sign) where frames[top].infix == nil:
            frames[top].infix = (sign, frames[top].tokens.count)
        case _:
            frames[top].tokens.append(token)
        }
    }

    private mutating func closeFrame() {
        finishPiece()
        guard let frame = frames.popLast() else { return }
        frames[frames.count - 1].tokens += frame.tokens
    }

    private mutating func finishPiece() {
        let top = frames.count - 1
        guard let (sign, place) = frames[top].infix else { return }
        frames[top].infix = nil
        let frame = frames[top]
        let upper = frame.tokens[frame.start..<place]
        var lower = frame.tokens[place...]
        let kind: AnswerToken.Kind?
        switch sign {
        case .over: kind = .fraction
        case .choose: kind = .binomial
        case .atop:
            // One over the other means something only between round brackets.
            kind = frame.tokens.first?.kind == .open(.parenthesis) ? .binomial : nil
        case .atopBetween:
            let delimiters: [AnswerToken.Kind] = [.open(.parenthesis), .close(.parenthesis)]
            kind = lower.prefix(2).map(\.kind) == delimiters ? .binomial : nil
            if kind != nil { lower = lower.dropFirst(2) }
        }
        func token(_ kind: AnswerToken.Kind) -> AnswerToken { AnswerToken(kind: kind, isSpaced: false) }
        let (open, close) = ([token(.open(.group))], [token(.close(.group))])
        let rewritten =
            kind.map { [token($0)] + open + upper + close + open + lower + close }
            ?? upper + [token(.infix(sign))] + lower
        frames[top].tokens.replaceSubrange(frame.start..., with: rewritten)
    }
}
