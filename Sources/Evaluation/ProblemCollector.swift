/// Gathers the problems of a batch and the lines that are none, whatever file they come from.
struct ProblemCollector {
    let limits: BatchLimits
    let form: ProblemForm
    /// What rows without an id are named after; nil: each must have one.
    let name: String?
    private let names: FieldNames

    private(set) var problems: [BatchProblem] = []
    private(set) var badLines: [BadLine] = []
    private var firstLines: [[UInt8]: Int] = [:]
    private var hasMarkers = false

    init(limits: BatchLimits, form: ProblemForm, name: String?) {
        self.limits = limits
        self.form = form
        self.name = name
        names = FieldNames(form)
    }

    /// Rows so far, bad ones included: the place of the next one, from 0.
    private var count: Int { problems.count + badLines.count }

    /// Takes a row, or what is wrong with it.
    mutating func add(line: Int, _ row: Result<JSONValue, BadLineError>) throws(BatchError) {
        guard count < limits.maximumLines else { throw .tooManyLines(limit: limits.maximumLines) }
        do throws(BadLineError) {
            let madeID = name.map { "\($0)-\(count)" }
            let value = try names.canonical(try row.get())
            let row = ProblemRow(value: value, form: form, madeID: madeID, expectsMarker: hasMarkers)
            let problem = try row.problem()
            hasMarkers = hasMarkers || row.isMarked
            let id = Array(problem.id.utf8)
            if let first = firstLines[id] { throw BadLineError(.repeatedID(problem.id, firstLine: first)) }
            firstLines[id] = line
            problems.append(problem)
        } catch {
            badLines.append(BadLine(number: line, reason: error.reason))
        }
    }

    /// Takes what was read of a row's bytes; what is wrong with them is named by its own line.
    mutating func add(_ read: Result<JSONValue, BadLineError>, of row: JSONRow) throws(BatchError) {
        switch read {
        case .success: try add(line: row.line, read)
        case .failure(let error):
            let line = row.located(error.reason)
            try add(line: line.number, .failure(BadLineError(line.reason)))
        }
    }

    func batch(onBadLine: OnBadLine) throws(BatchError) -> Batch {
        if problems.isEmpty, badLines.isEmpty { throw .empty }
        if onBadLine == .reject, !badLines.isEmpty { throw .badLines(badLines) }
        if problems.isEmpty { throw .nothingLeft(badLines) }
        return Batch(problems: problems, badLines: badLines)
    }
}
