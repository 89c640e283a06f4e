/// What the known answer of a row is made of.
public enum GoldRule: String, CaseIterable, Sendable {
    /// The field as it stands.
    case field
    /// What follows the last `####` of the field (GSM8K).
    case hashMarker = "hash-marker"
    /// The content of the last balanced `\boxed{}` of the field.
    case lastBox = "last-box"
    /// The letter, the text or the index of a choice, whichever fits; refused if two fit different choices.
    case choice
    /// The letter of a choice, or the label that the row gives it.
    case choiceLetter = "choice-letter"
    /// The place of a choice, from 0.
    case choiceIndex = "choice-index"
    /// The text of a choice.
    case choiceText = "choice-text"

    /// Whether it needs choices.
    public var isOfChoices: Bool {
        switch self {
        case .choice, .choiceLetter, .choiceIndex, .choiceText: true
        case .field, .hashMarker, .lastBox: false
        }
    }
}

/// In which fields the rows of a data set, or the columns of a table, hold what a problem is made of.
///
/// Of each list the first field that is there counts.
public struct ProblemForm: Equatable, Sendable {
    /// The id; a row without one is named after the data set and its place.
    public var id = ["id", "ID", "unique_id", "Record ID"]
    /// The question.
    public var problem = ["problem", "Problem", "question", "Question"]
    /// The choices: a list, an object from letters to texts, or `{"text": [...], "label": [...]}`.
    public var choices = ["choices", "options"]
    /// The known answer.
    public var answer = ["answer", "Answer", "answerKey"]
    /// The known answer of a row without any of those fields, which may be a list: OlympiadBench.
    public var finalAnswer = ["final_answer"]
    /// Where the known answer stands at the end of a worked solution, if no rule is declared and the row has no field
    /// for it.
    public var solution = ["solution", "Solution"]
    /// How the answer is said; nil: as the row looks.
    public var rule: GoldRule?
    /// The names of the columns of a table that has no header of its own; empty: the first record is the header.
    public var columns: [String] = []

    /// The form of any published shape, told by its fields.
    public init() {}

    /// Of a problem of our own: `{"id", "problem", "answer"?}`.
    static let own: ProblemForm = {
        var form = ProblemForm()
        form.id = ["id"]
        form.problem = ["problem"]
        form.answer = ["answer"]
        form.rule = .field
        return form
    }()
}
