/// One question of a batch.
public struct BatchProblem: Equatable, Sendable {
    /// The id as written; two ids are the same only byte by byte.
    public let id: String
    /// The question.
    public let text: String
    /// The known answer, if the line has one; never blank.
    public let answer: String?
    /// Messages before the question, in order.
    public let turns: [BatchTurn]
    /// What the line sets for itself; nil if nothing.
    public let settings: RequestSettings?

    /// A problem with its parts; a blank answer is no known answer.
    public init(
        id: String, text: String, answer: String?, turns: [BatchTurn] = [], settings: RequestSettings? = nil
    ) {
        self.id = id
        self.text = text
        self.answer = answer.flatMap { $0.utf8.allSatisfy(\.isWhiteSpace) ? nil : $0 }
        self.turns = turns
        self.settings = settings
    }

    public static func == (left: Self, right: Self) -> Bool {
        // String's == would call canonically equivalent texts equal.
        left.id.utf8.elementsEqual(right.id.utf8) && left.text.utf8.elementsEqual(right.text.utf8)
            && left.answer.map { Array($0.utf8) } == right.answer.map { Array($0.utf8) }
            && left.turns == right.turns && left.settings == right.settings
    }
}

/// The largest batch that is read.
public struct BatchLimits: Equatable, Sendable {
    /// Lines that are not blank.
    public var maximumLines = 50_000
    /// The whole file, and what a gzip file holds.
    public var maximumFileBytes = 200_000_000
    /// One row: a line without its end, or an object over many lines.
    public var maximumLineBytes = 1 << 20
    /// Nesting of arrays and objects, those around the rows included.
    public var maximumDepth = 64

    /// The default limits.
    public init() {}
}

/// What a line that is no problem does to its batch.
public enum OnBadLine: String, CaseIterable, Sendable {
    /// The whole batch is refused, with all its bad lines.
    case reject
    /// The bad lines are reported and left out.
    case skip
}

/// A line that is no problem.
public struct BadLine: Equatable, Sendable, CustomStringConvertible {
    /// Counted from 1, blank lines included.
    public let number: Int
    /// What is wrong with it.
    public let reason: BadLineReason

    /// A bad line with its parts.
    public init(number: Int, reason: BadLineReason) {
        self.number = number
        self.reason = reason
    }

    public var description: String { "line \(number): \(reason)" }
}

/// Why a line is no problem; offsets count bytes from the start of the line.
public enum BadLineReason: Equatable, Sendable, CustomStringConvertible {
    case tooLong(limitBytes: Int)
    case invalidUTF8
    case nul(offset: Int)
    case notJSON(offset: Int, found: String, expected: String)
    case tooDeep(limit: Int)
    case loneSurrogate(offset: Int)
    case repeatedKey(String)
    case notAnObject
    case missing(field: String)
    case wrongType(field: String, expected: String)
    case empty(field: String)
    case repeatedID(String, firstLine: Int)
    /// None of the fields that may hold something is there; `found` are those that are.
    case missingAll(fields: [String], found: [String])
    /// The field is there, but says no answer by its rule.
    case noAnswer(field: String, rule: GoldRule)
    /// The known answer names none of `count` choices.
    case noChoice(answer: String, count: Int, rule: GoldRule)
    /// The known answer fits several choices: it may be a letter, an index or a text.
    case ambiguousChoice(answer: String, letters: [String])
    case repeatedLabel(String)
    /// A request asks for what is not done here.
    case unsupported(field: String, what: String, remedy: String)
    case outOfRange(field: String, value: String, allowed: String)
    /// A character of a UTF-16 file is cut off.
    case invalidUTF16
    /// A byte that is not UTF-8, but a character in Windows-1252 or Latin-1.
    case otherEncoding(offset: Int, byte: UInt8)
    /// A record of a table has other cells than the header.
    case cellCount(found: Int, expected: Int)
    /// Text follows the quote that ends a cell.
    case textAfterQuote
    /// The row has no problem, but several lists of objects, of which each may be the problems.
    case severalLists(fields: [String])

    public var description: String {
        switch self {
        case .tooLong(let limit): "longer than the limit of \(limit) bytes"
        case .invalidUTF8: "not valid UTF-8"
        case .nul(let offset): "a NUL character at byte \(offset)"
        case .notJSON(let offset, let found, let expected):
            "not JSON at byte \(offset): found \(found), expected \(expected)"
        case .tooDeep(let limit): "nested deeper than the limit of \(limit)"
        case .loneSurrogate(let offset): "half a surrogate pair at byte \(offset)"
        case .repeatedKey(let key): "the key \(Self.quoted(key)) stands twice in one object"
        case .notAnObject: "not a JSON object; expected {\"id\": ..., \"problem\": ...}"
        case .missing(let field): "the field `\(field)` is missing"
        case .wrongType(let field, let expected): "the field `\(field)` is not \(expected)"
        case .empty(let field): "the field `\(field)` is empty"
        case .repeatedID(let id, let line): "the id \(Self.quoted(id)) is taken by line \(line)"
        case .missingAll(let fields, let found):
            "none of the fields \(Self.listed(fields)) is there; there are \(Self.listed(found))"
        case .noAnswer(let field, let rule): "the field `\(field)` has no \(Self.answer(by: rule))"
        case .noChoice(let answer, let count, let rule):
            "the answer \(Self.quoted(answer)) is not \(Self.answer(by: rule)) of the \(count) choices"
        case .ambiguousChoice(let answer, let letters):
            "the answer \(Self.quoted(answer)) may mean \(letters.joined(separator: " or ")): "
                + "its letter, its index from 0 and its text fit different choices; write the letter"
        case .repeatedLabel(let label): "two choices are called \(Self.quoted(label))"
        case .unsupported(let field, let what, let remedy):
            "the field `\(Self.bare(field))`: \(Self.bare(what)) is not supported; \(remedy)"
        case .outOfRange(let field, let value, let allowed):
            "the field `\(Self.bare(field))` is \(Self.bare(value)); allowed is \(allowed)"
        case .invalidUTF16: "not valid UTF-16: the file ends within a character"
        case .otherEncoding(let offset, let byte):
            "not UTF-8 at byte \(offset): the byte 0x\(String(byte, radix: 16, uppercase: true)) is a character of "
                + "Windows-1252 or Latin-1; \(TextEncoding.windows1252.remedy)"
        case .cellCount(let found, let expected): "\(found) cells, but the header has \(expected)"
        case .textAfterQuote: "text follows a closed quote"
        case .severalLists(let fields):
            "the fields \(Self.listed(fields)) are lists of objects each, and one of them must be the problems; "
                + "take one: jq -c '.FIELD[]' FILE > NEW.jsonl"
        }
    }

    private static func answer(by rule: GoldRule) -> String {
        switch rule {
        case .field: "answer"
        case .hashMarker: "line `#### ANSWER`"
        case .lastBox: "balanced \\boxed{}"
        case .choice: "the letter, the index from 0 or the text of one"
        case .choiceLetter: "the letter of one"
        case .choiceIndex: "the index from 0 of one"
        case .choiceText: "the text of one"
        }
    }

    private static func listed(_ fields: [String]) -> String {
        guard !fields.isEmpty else { return "none" }
        let shown = fields.prefix(12).map { "`\(quoted($0).dropFirst().dropLast())`" }.joined(separator: ", ")
        return shown + (fields.count > 12 ? " and more" : "")
    }

    /// As `quoted`, without the marks.
    private static func bare(_ text: String) -> String { String(quoted(text).dropFirst().dropLast()) }

    /// A text for a message: short, control characters escaped.
    private static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(80).map { $0.escaped(asASCII: false) }.joined()
        return "\"\(shown)\(text.unicodeScalars.count > 80 ? "..." : "")\""
    }
}

/// A batch that was read.
public struct Batch: Equatable, Sendable {
    /// In the order of the file.
    public let problems: [BatchProblem]
    /// The lines left out by `OnBadLine.skip`.
    public let badLines: [BadLine]
    /// Lines that are not blank: problems and bad lines together.
    public var lineCount: Int { problems.count + badLines.count }
}

/// Why a whole batch is refused.
public enum BatchError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case empty
    /// The file holds no text.
    case foreign(FileKind)
    /// The text is not UTF-8, nor UTF-16 with a byte order mark.
    case encoding(TextEncoding)
    /// A gzip file cannot be unpacked.
    case gzip(GzipError)
    /// The document is no table.
    case table(CSVReader.Problem)
    case tooManyLines(limit: Int)
    case tooManyBytes(limit: Int)
    case badLines([BadLine])
    /// Every line is bad, so that skipping them leaves nothing.
    case nothingLeft([BadLine])

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .empty: "the batch is empty: it needs at least one line {\"id\": ..., \"problem\": ...}"
        case .foreign(let kind): "the batch is \(kind.name); \(kind.remedy)"
        case .encoding(let encoding): "the text is \(encoding.rawValue), which is not read; \(encoding.remedy)"
        case .gzip(let error): "\(error)"
        case .table(let problem): "\(problem)"
        case .tooManyLines(let limit): "the batch has more than \(limit) lines; split it"
        case .tooManyBytes(let limit): "the batch is larger than \(limit) bytes; split it"
        case .badLines(let lines): Self.listed(lines) + "\ncorrect them, or leave them out with --on-bad-line=skip"
        case .nothingLeft(let lines): Self.listed(lines) + "\nno line is left to run"
        }
    }

    private static func listed(_ lines: [BadLine]) -> String {
        let shown = lines.prefix(20).map(\.description).joined(separator: "\n")
        let rest = lines.count > 20 ? "\nand \(lines.count - 20) more bad lines" : ""
        return shown + rest
    }
}
