/// The choices of a question, in order, and which of them is right as far as their own fields say.
struct Choices {
    /// At most one a letter of the alphabet.
    static let maximum = 26

    let texts: [String]
    /// What the data set calls them; `A`, `B` and so on where it gives no names.
    let labels: [String]
    /// The place of the right one, where it stands in a field of its own (`Correct Answer`).
    let correct: Int?

    static func letter(_ place: Int) -> String { String(UnicodeScalar(UInt8(ascii: "A") + UInt8(place))) }

    /// The question, a line for each choice, and what is wanted of an answer.
    func rendered(after question: String) -> String {
        let lines = texts.indices.map { "\(Self.letter($0)). \(texts[$0])" }
        return question + "\n\n" + lines.joined(separator: "\n") + "\n\nAnswer with the letter of the right choice."
    }

    // MARK: The right one

    /// The place of the choice that an answer names.
    ///
    /// - Parameter isNumber: it was written as a number, which can only be an index where labels are letters.
    func place(of answer: String, isNumber: Bool, rule: GoldRule) throws(BadLineError) -> Int {
        let wanted = String(decoding: Array(answer.utf8).trimmingWhiteSpace(), as: UTF8.self)
        var places: Set<Int> = []
        if rule == .choice || rule == .choiceLetter {
            places.formUnion(self.places(in: labels, of: wanted))
            // A label that is a digit is no index as well.
            if let place = places.first, places.count == 1, labels[place] == wanted, Int(wanted) != nil { return place }
        }
        if rule == .choiceIndex || rule == .choice, let index = Int(wanted), texts.indices.contains(index) {
            places.insert(index)
        }
        if !isNumber, rule == .choiceText || rule == .choice { places.formUnion(self.places(in: texts, of: wanted)) }
        guard let place = places.first else {
            throw BadLineError(.noChoice(answer: wanted, count: texts.count, rule: rule))
        }
        guard places.count == 1 else {
            throw BadLineError(.ambiguousChoice(answer: wanted, letters: places.sorted().map(Self.letter)))
        }
        return place
    }

    private func places(in names: [String], of wanted: String) -> [Int] {
        names.indices.filter { names[$0].utf8.elementsEqual(wanted.utf8) }
    }

    // MARK: Reading

    /// The choices in a row; nil if it has none.
    ///
    /// - Parameters:
    ///   - question: where choices may stand beside the stem of the question; else the row itself.
    static func read(
        of question: JSONValue, and row: JSONValue, form: ProblemForm
    ) throws(BadLineError) -> Choices? {
        for field in form.choices {
            guard let value = question[field] ?? row[field], value != .null else { continue }
            return try read(value, field: field).checked(field)
        }
        if let separate = try separate(row) { return try separate.checked("Incorrect Answer 1") }
        return try lettered(row)?.checked("A")
    }

    private static func read(_ value: JSONValue, field: String) throws(BadLineError) -> Choices {
        switch value {
        case .string(let text):
            // A cell of a table that holds JSON.
            guard let start = text.utf8.first(where: { !$0.isWhiteSpace }), start == .openBracket || start == .openBrace
            else { throw BadLineError(.wrongType(field: field, expected: expectedList)) }
            return try read(try BatchLine.json(Array(text.utf8), maximumDepth: 4), field: field)
        case .array(let items): return try list(items, field)
        case .object(let members):
            if let texts = value["text"], let labels = value["label"] {
                return try parallel(texts, labels, field)
            }
            var texts: [String] = []
            for member in members { texts.append(try ProblemRow.scalar(member.value, named: "\(field).\(member.key)")) }
            return Choices(texts: texts, labels: members.map(\.key), correct: nil)
        case .null, .boolean, .number: throw BadLineError(.wrongType(field: field, expected: expectedList))
        }
    }

    private static let expectedList = "a list of choices, or an object from letters to choices"

    /// Texts, or `{"text", "label"}` each.
    private static func list(_ items: [JSONValue], _ field: String) throws(BadLineError) -> Choices {
        var texts: [String] = []
        var labels: [String] = []
        for (place, item) in items.enumerated() {
            let name = "\(field)[\(place)]"
            if case .object = item {
                texts.append(try ProblemRow.string(item["text"], named: name + ".text"))
                labels.append(try ProblemRow.string(item["label"], named: name + ".label"))
            } else {
                texts.append(try ProblemRow.scalar(item, named: name))
            }
        }
        if labels.isEmpty { return unnamed(texts) }
        return Choices(texts: texts, labels: labels, correct: nil)
    }

    private static func unnamed(_ texts: [String], correct: Int? = nil) -> Choices {
        Choices(texts: texts, labels: texts.indices.prefix(maximum).map(letter), correct: correct)
    }

    private static func parallel(
        _ texts: JSONValue, _ labels: JSONValue, _ field: String
    ) throws(BadLineError) -> Choices {
        guard case .array(let texts) = texts, case .array(let labels) = labels, texts.count == labels.count else {
            throw BadLineError(.wrongType(field: field, expected: "as many texts as labels"))
        }
        var named: [JSONValue] = []
        for (text, label) in zip(texts, labels) { named.append(.object([("text", text), ("label", label)])) }
        return try list(named, field)
    }

    /// Columns `Correct Answer` and `Incorrect Answer 1`, ... (GPQA). The right one's place is drawn from the bytes of
    /// the question, so that it is the same in every reading and nowhere in particular.
    private static func separate(_ row: JSONValue) throws(BadLineError) -> Choices? {
        guard let right = row["Correct Answer"] else { return nil }
        var texts: [String] = []
        while let wrong = row["Incorrect Answer \(texts.count + 1)"], wrong != .null {
            texts.append(try ProblemRow.scalar(wrong, named: "Incorrect Answer \(texts.count + 1)"))
        }
        let place = row["Question"].map { try? ProblemRow.scalar($0, named: "Question") }.flatMap { $0 }
            .map { Int(fingerprint($0) % UInt64(texts.count + 1)) } ?? 0
        texts.insert(try ProblemRow.scalar(right, named: "Correct Answer"), at: place)
        return unnamed(texts, correct: place)
    }

    /// FNV-1a of 64 bits.
    private static func fingerprint(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Columns `A`, `B` and so on.
    private static func lettered(_ row: JSONValue) throws(BadLineError) -> Choices? {
        var texts: [String] = []
        while texts.count < maximum, let choice = row[letter(texts.count)], choice != .null {
            texts.append(try ProblemRow.scalar(choice, named: letter(texts.count)))
        }
        return texts.count < 2 ? nil : unnamed(texts)
    }

    private func checked(_ field: String) throws(BadLineError) -> Choices {
        guard (2...Self.maximum).contains(texts.count) else {
            throw BadLineError(.wrongType(field: field, expected: "2 to \(Self.maximum) choices"))
        }
        if texts.contains(where: { $0.utf8.allSatisfy(\.isWhiteSpace) }) { throw BadLineError(.empty(field: field)) }
        var seen: Set<[UInt8]> = []
        for label in labels where !seen.insert(Array(label.utf8)).inserted {
            throw BadLineError(.repeatedLabel(label))
        }
        return self
    }
}
