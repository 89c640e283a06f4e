/// Matrices in their spellings.
extension AnswerReader {
    /// An environment of rows.
    func matrix(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue? {
        rows(ofEnvironment: "matrix", tokens, depth: depth).map { .matrix($0) }
    }

    private func rows(
        ofEnvironment name: String, _ tokens: ArraySlice<AnswerToken>, depth: Int
    ) -> [[AnswerValue]]? {
        guard depth < Self.maximumDepth, tokens.count >= 2, tokens.first?.kind == .begin(name),
            tokens.last?.kind == .end(name)
        else { return nil }
        var open = 0
        for index in tokens.indices.dropLast() {
            if case .begin = tokens[index].kind { open += 1 }
            if case .end = tokens[index].kind { open -= 1 }
            guard open > 0 else { return nil }
        }
        let rows = Self.split(tokens.dropFirst().dropLast()) { $0 == .rowBreak }.filter { !$0.isEmpty }
        return rows.map { row in Self.split(row) { $0 == .ampersand }.map { element($0, depth: depth + 1) } }
    }

    /// The rows of `[[1, 2], [3, 4]]`, of one length; nil if these parts are not all in square brackets.
    func rows(_ parts: [ArraySlice<AnswerToken>], depth: Int) -> [[AnswerValue]]? {
        var rows: [[AnswerValue]] = []
        for part in parts {
            guard part.first?.kind == .open(.square), part.last?.kind == .close(.square),
                Self.matchingClose(of: part.startIndex, in: part) == part.endIndex - 1
            else { return nil }
            let cells = Self.split(part.dropFirst().dropLast()) { $0 == .comma || $0 == .semicolon }
            rows.append(cells.map { element($0, depth: depth + 1) })
        }
        return rows.allSatisfy { $0.count == rows[0].count && !$0.isEmpty } ? rows : nil
    }

    /// `Matrix([[1, 2], [3, 4]])`, `Matrix([1, 2])`, which is a column, and `Matrix(2, 2, [1, 2, 3, 4])`, as computer
    /// algebra prints them.
    func matrixCall(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue? {
        guard case .word(let name)? = tokens.first?.kind, name.hasSuffix("matrix") || name == "array" else {
            return nil
        }
        let call = tokens.dropFirst()
        guard depth < Self.maximumDepth, call.first?.kind == .open(.parenthesis),
            Self.matchingClose(of: call.startIndex, in: call) == call.endIndex - 1
        else { return nil }
        let inner = call.dropFirst().dropLast()
        let arguments = Self.split(inner) { $0 == .comma }.map { element($0, depth: depth + 1) }
        switch (arguments.count, arguments.last) {
        case (1, .matrix(let rows)?):
            return .matrix(rows)
        case (1, .tuple(let values, open: .square, close: .square)?):
            return .matrix(values.map { [$0] })
        case (3, .tuple(let values, open: .square, close: .square)?):
            guard let height = whole(arguments[0]), let width = whole(arguments[1]), height > 0, width > 0,
                values.count == height * width
            else { return nil }
            return .matrix((0..<height).map { Array(values[($0 * width)..<(($0 + 1) * width)]) })
        case _:
            return nil
        }
    }

    private func whole(_ value: AnswerValue) -> Int? {
        guard case .expression(.number(let number), _) = value, number.isWhole, number < Rational(1_000) else {
            return nil
        }
        return Int(number.numerator)
    }

    /// Larger determinants are compared as text.
    private static let maximumDeterminant = 4

    /// The value of a determinant: `vmatrix`, or bars around a matrix.
    func determinant(_ tokens: ArraySlice<AnswerToken>, depth: Int) -> AnswerValue? {
        var rows = rows(ofEnvironment: "determinant", tokens, depth: depth)
        if rows == nil, tokens.count > 2, tokens.first?.kind == .bar, tokens.last?.kind == .bar {
            rows = self.rows(ofEnvironment: "matrix", tokens.dropFirst().dropLast(), depth: depth)
        }
        guard let rows, !rows.isEmpty, rows.count <= Self.maximumDeterminant else { return nil }
        var cells: [[AnswerExpression]] = []
        for row in rows {
            guard row.count == rows.count else { return nil }
            var line: [AnswerExpression] = []
            for cell in row {
                guard case .expression(let expression, unit: nil) = cell else { return nil }
                line.append(expression)
            }
            cells.append(line)
        }
        return .expression(Self.determinant(cells), unit: nil)
    }

    /// By its first row (Laplace).
    private static func determinant(_ cells: [[AnswerExpression]]) -> AnswerExpression {
        guard cells.count > 1 else { return cells[0][0] }
        var sum: AnswerExpression?
        for column in cells.indices {
            let minor = cells.dropFirst().map { row in
                row.indices.filter { $0 != column }.map { row[$0] }
            }
            let product = AnswerExpression.product(cells[0][column], determinant(minor))
            let term = column % 2 == 0 ? product : .negated(product)
            sum = sum.map { .sum($0, term) } ?? term
        }
        return sum ?? cells[0][0]
    }
}
