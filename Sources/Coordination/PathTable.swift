/// A value for each path of the problems that are open in this life of the coordinator. Changed in place.
struct PathTable<Value: Sendable>: Sendable {
    /// By run, problem and path; empty where nothing is open.
    private var runs: [[[Value]]] = []

    mutating func open(run: Int, problems: Int) {
        while runs.count <= run { runs.append([]) }
        runs[run] = Array(repeating: [], count: problems)
    }

    mutating func close(run: Int) { runs[run] = [] }

    mutating func open(problem: Int, of run: Int, _ value: Value, paths: Int) {
        runs[run][problem] = Array(repeating: value, count: paths)
    }

    mutating func close(problem: Int, of run: Int) { runs[run][problem] = [] }

    func isOpen(problem: Int, of run: Int) -> Bool {
        run < runs.count && problem < runs[run].count && !runs[run][problem].isEmpty
    }

    func problems(of run: Int) -> Range<Int> { runs[run].indices }

    func contains(_ reference: PathReference) -> Bool {
        reference.run < runs.count && reference.problem < runs[reference.run].count
            && reference.path < runs[reference.run][reference.problem].count
    }

    /// Of an open problem, in the order of the paths.
    func values(problem: Int, of run: Int) -> [Value] { runs[run][problem] }

    subscript(reference: PathReference) -> Value {
        _read { yield runs[reference.run][reference.problem][reference.path] }
        _modify { yield &runs[reference.run][reference.problem][reference.path] }
    }
}
