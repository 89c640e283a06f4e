import Domain

/// The volatile state of runs (raft's word for what a restart loses): the pace of each open run in this life of the
/// coordinator, its silence, where workers' times stood when it began, and what keeps it from going on.
struct VolatileRuns: Sendable {
    /// By the number of the run; nil of those that are over.
    private var open: [VolatileRun?] = []
    /// Of runs that ended in this life.
    private var finalPaces: [RunID: RunPace] = [:]

    func isOpen(_ run: Int) -> Bool { run < open.count && open[run] != nil }

    /// What is known of an open run.
    subscript(run: Int) -> VolatileRun {
        _read { yield open[run]! }
    }

    mutating func open(_ run: Int, countsBefore: RunCounts, times: [Int: WorkerTimes], nowMs: Int64) {
        while open.count <= run { open.append(nil) }
        open[run] = VolatileRun(countsBefore: countsBefore, timesBefore: times, nowMs: nowMs)
    }

    /// - Parameter counts: at its end.
    mutating func close(_ run: Int, _ id: RunID, _ counts: RunCounts, nowMs: Int64) {
        finalPaces[id] = self[run].pace(counts, nowMs: nowMs)
        open[run] = nil
    }

    /// How fast a run has gone that ended in this life; nil of others.
    func finalPace(_ run: RunID) -> RunPace? { finalPaces[run] }

    mutating func noteOrder(_ run: Int, nowMs: Int64) { open[run]!.noteOrder(nowMs: nowMs) }

    /// A record of the run was made.
    ///
    /// - Returns: whether people had been told that it made no progress.
    mutating func noteProgress(_ run: Int, nowMs: Int64) -> Bool { open[run]!.noteProgress(nowMs: nowMs) }

    /// People are told that the run makes no progress.
    mutating func noteSilenceTold(_ run: Int) { open[run]!.noteSilenceTold() }

    /// The coordinator itself stood still.
    mutating func forgiveAbsence(ofMs absentMs: Int64, _ runs: [Int]) {
        for run in runs { open[run]!.forgiveAbsence(ofMs: absentMs) }
    }

    /// Why the workers of this moment get no work of the run.
    ///
    /// - Returns: whether that is new.
    mutating func noteModelFaults(_ run: Int, _ faults: [String]) -> Bool {
        guard open[run]!.modelFaults != faults else { return false }
        open[run]!.noteModelFaults(faults)
        return true
    }

    /// Another worker has taken the place of the one of this index.
    mutating func forgetTimes(of worker: Int, _ runs: [Int]) {
        for run in runs { open[run]!.forgetTimes(of: worker) }
    }
}

/// What this life knows of one open run.
struct VolatileRun: Sendable {
    /// What had been counted before this life.
    private let countsBefore: RunCounts
    /// Where each worker's times stood when the run began in this life, by worker index.
    private(set) var timesBefore: [Int: WorkerTimes]
    /// When the last record about it was made in this life, or its waiting for one began.
    private(set) var lastProgressMs: Int64
    /// Whether people have been told that it makes none.
    private(set) var isSilenceTold = false
    /// Why the workers of this moment get no work of it.
    private(set) var modelFaults: [String] = []
    /// When its first order of this life was sent.
    private var firstOrderMs: Int64?

    fileprivate init(countsBefore: RunCounts, timesBefore: [Int: WorkerTimes], nowMs: Int64) {
        self.countsBefore = countsBefore
        self.timesBefore = timesBefore
        lastProgressMs = nowMs
    }

    /// How fast it has gone since its first order of this life; nil before that.
    func pace(_ counts: RunCounts, nowMs: Int64) -> RunPace? {
        firstOrderMs.map { first in
            RunPace(
                elapsedMs: nowMs - first, pathsEnded: counts.pathsEnded - countsBefore.pathsEnded,
                tokens: counts.tokens.total - countsBefore.tokens.total)
        }
    }

    fileprivate mutating func noteOrder(nowMs: Int64) {
        if firstOrderMs == nil { firstOrderMs = nowMs }
    }

    fileprivate mutating func noteProgress(nowMs: Int64) -> Bool {
        lastProgressMs = nowMs
        defer { isSilenceTold = false }
        return isSilenceTold
    }

    fileprivate mutating func noteSilenceTold() { isSilenceTold = true }
    fileprivate mutating func forgiveAbsence(ofMs absentMs: Int64) { lastProgressMs += absentMs }
    fileprivate mutating func noteModelFaults(_ faults: [String]) { modelFaults = faults }
    fileprivate mutating func forgetTimes(of worker: Int) { timesBefore[worker] = nil }
}
