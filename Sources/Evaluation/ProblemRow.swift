/// One row of a data set, from named values to a problem.
struct ProblemRow {
    /// An object; the cells of a table are texts.
    let value: JSONValue
    let form: ProblemForm
    /// What the row is called if it has no id; nil: it must have one.
    let madeID: String?
    /// Rows before this one were worked solutions with a marked answer.
    var expectsMarker = false

    func problem() throws(BadLineError) -> BatchProblem {
        if value["custom_id"] != nil, value["problem"] == nil { return try BatchRequest.problem(value) }
        return try reader().read()
    }

    /// Whether the row is a question with a worked solution that ends in a marked answer (GSM8K).
    var isMarked: Bool {
        guard value["problem"] == nil, let (_, answer) = first(of: form.answer), case .string(let text) = answer else {
            return false
        }
        return Self.hasMarkedLine(text)
    }

    /// A row of our own stands for itself in every data set.
    private func reader() -> ProblemRow {
        let isDeclared = form.problem.contains { value[$0] != nil }
        guard !isDeclared, value["problem"] != nil else { return self }
        return ProblemRow(value: value, form: .own, madeID: madeID)
    }

    private func read() throws(BadLineError) -> BatchProblem {
        let id = try id()
        let (field, stem) = try question()
        let nested = stem["stem"] != nil ? stem : value
        let text = context() + (try Self.string(stem["stem"] ?? stem, named: field))
        guard let choices = try Choices.read(of: nested, and: value, form: form) else {
            guard form.rule?.isOfChoices != true else { throw missing(form.choices) }
            return BatchProblem(id: id, text: text, answer: try gold())
        }
        return BatchProblem(id: id, text: choices.rendered(after: text), answer: try letter(among: choices))
    }

    // MARK: Fields

    /// The first of some fields that is there and not null.
    private func first(of fields: [String]) -> (name: String, value: JSONValue)? {
        for name in fields {
            if let found = value[name], found != .null { return (name, found) }
        }
        return nil
    }

    private func id() throws(BadLineError) -> String {
        guard let (name, found) = first(of: form.id) else {
            guard let madeID else { throw BadLineError(.missing(field: form.id[0])) }
            return madeID
        }
        // Data sets number their rows.
        if madeID != nil, case .number(let digits) = found { return digits }
        return try Self.string(found, named: name)
    }

    private func question() throws(BadLineError) -> (name: String, value: JSONValue) {
        guard let found = first(of: form.problem) else { throw missing(form.problem) }
        return found
    }

    /// What a question of OlympiadBench refers to; other data sets call other things by that name.
    private func context() -> String {
        let isOlympiadBench = form.finalAnswer.contains { value[$0] != nil }
        guard isOlympiadBench, case .string(let text)? = value["context"], !FieldName.isBlank(text) else { return "" }
        return text + "\n\n"
    }

    private func missing(_ fields: [String]) -> BadLineError {
        guard case .object(let members) = value, fields.count > 1 else {
            return BadLineError(.missing(field: fields.first ?? "problem"))
        }
        return BadLineError(.missingAll(fields: fields, found: members.map(\.key)))
    }

    // MARK: Answers

    private func gold() throws(BadLineError) -> String? {
        guard let (name, text) = try knownAnswer() else { return form.rule == nil ? solved() : nil }
        // Where others of the data set mark their answers, one that does not would be taken whole.
        if form.rule == nil, isMarked || expectsMarker && value["problem"] == nil { return try marked(text, name) }
        switch form.rule {
        case .hashMarker: return try marked(text, name)
        case .lastBox:
            guard let box = AnswerExtractor.lastBox(in: text) else {
                throw BadLineError(.noAnswer(field: name, rule: .lastBox))
            }
            return box
        case nil, .field, .choice, .choiceLetter, .choiceIndex, .choiceText: return text
        }
    }

    /// What stands in the first field for the answer that is there and not blank.
    ///
    /// - Throws: if a rule is declared, which promises an answer, and there is none.
    private func knownAnswer() throws(BadLineError) -> (name: String, text: String)? {
        var blank: String?
        for name in form.answer + form.finalAnswer {
            guard let found = value[name], found != .null else { continue }
            let text = try AnswerList.text(of: found, named: name)
            if !FieldName.isBlank(text) { return (name, text) }
            blank = blank ?? name
        }
        if form.rule == nil || form == .own { return nil }
        throw blank.map { BadLineError(.empty(field: $0)) } ?? missing(form.answer)
    }

    /// The answer at the end of a worked solution: behind its mark, else in its last box; of several solutions that of
    /// the first that has one.
    private func solved() -> String? {
        guard let (_, found) = first(of: form.solution) else { return nil }
        let solutions: [JSONValue] = if case .array(let several) = found { several } else { [found] }
        for case .string(let text) in solutions {
            let answer = Self.hasMarkedLine(text)
                ? AnswerPattern.hashMarker.lastMatch(in: Array(text.utf8)) : AnswerExtractor.lastBox(in: text)
            if let answer, !FieldName.isBlank(answer) { return answer }
        }
        return nil
    }

    private func marked(_ text: String, _ name: String) throws(BadLineError) -> String {
        guard let answer = AnswerPattern.hashMarker.lastMatch(in: Array(text.utf8)) else {
            throw BadLineError(.noAnswer(field: name, rule: .hashMarker))
        }
        return answer
    }

    /// A worked solution in the manner of GSM8K ends with a line of its own for the answer.
    private static func hasMarkedLine(_ text: String) -> Bool {
        text.utf8.split(separator: .lineFeed).last.map { $0.starts(with: Array("####".utf8)) } ?? false
    }

    private func letter(among choices: Choices) throws(BadLineError) -> String? {
        if let known = choices.correct { return Choices.letter(known) }
        guard let (name, answer) = try knownAnswer() else { return nil }
        let isNumber = if case .number? = value[name] { true } else { false }
        let rule = form.rule.map { $0.isOfChoices ? $0 : .choice } ?? .choice
        return Choices.letter(try choices.place(of: answer, isNumber: isNumber, rule: rule))
    }

    // MARK: Values

    static func string(_ value: JSONValue?, named field: String) throws(BadLineError) -> String {
        guard let value else { throw BadLineError(.missing(field: field)) }
        guard case .string(let text) = value else { throw BadLineError(.wrongType(field: field, expected: "a text")) }
        guard text.utf8.contains(where: { !$0.isWhiteSpace }) else { throw BadLineError(.empty(field: field)) }
        return text
    }

    /// Data sets write numeric answers and choices as numbers; their digits are kept.
    static func scalar(_ value: JSONValue, named field: String) throws(BadLineError) -> String {
        switch value {
        case .string(let text): return text
        case .number(let digits): return digits
        case .null, .boolean, .array, .object:
            throw BadLineError(.wrongType(field: field, expected: "a text or a number"))
        }
    }
}
