/// How long each draft worker had room and waited for verdicts (ALGORITHM.md, section 5).
struct VerdictWaits: Sendable {
    /// The draft worker among whose waiting paths each is counted.
    private var countedAt = PathTable<Int?>()
    /// By worker: paths of its own that it may not draft for want of a verdict.
    private var paths: [Int] = []
    /// By worker: time in which it had room for one of these.
    private var waitedMs: [Int64] = []

    mutating func open(run: Int, problems: Int) { countedAt.open(run: run, problems: problems) }

    mutating func open(problem: Int, of run: Int, paths: Int) {
        countedAt.open(problem: problem, of: run, nil, paths: paths)
    }

    /// None of its paths waits any more.
    mutating func close(problem: Int, of run: Int) {
        guard countedAt.isOpen(problem: problem, of: run) else { return }
        for case let worker? in countedAt.values(problem: problem, of: run) { paths[worker] -= 1 }
        countedAt.close(problem: problem, of: run)
    }

    mutating func close(run: Int) {
        for problem in countedAt.problems(of: run) { close(problem: problem, of: run) }
        countedAt.close(run: run)
    }

    /// The path waits at this worker, or nowhere.
    mutating func note(_ reference: PathReference, waitsAt worker: Int?) {
        guard countedAt.contains(reference), countedAt[reference] != worker else { return }
        if let before = countedAt[reference] { paths[before] -= 1 }
        if let worker {
            while paths.count <= worker {
                paths.append(0)
                waitedMs.append(0)
            }
            paths[worker] += 1
        }
        countedAt[reference] = worker
    }

    func waitingPaths(_ worker: Int) -> Int { worker < paths.count ? paths[worker] : 0 }

    func waitedMs(_ worker: Int) -> Int64 { worker < waitedMs.count ? waitedMs[worker] : 0 }

    /// Time has passed in which nothing changed.
    mutating func pass(_ milliseconds: Int64, _ roster: Roster) {
        guard milliseconds > 0 else { return }
        for worker in paths.indices where paths[worker] > 0 && roster.hasSpareRoom(worker) {
            waitedMs[worker] += milliseconds
        }
    }

    /// Another worker has taken the place of the one of this index.
    mutating func forgetTimes(of worker: Int) {
        if worker < waitedMs.count { waitedMs[worker] = 0 }
    }
}
