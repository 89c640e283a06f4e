public import Domain
import GRDB

extension RunStore {
    /// A run's results, a page of problems at a time.
    ///
    /// - Parameters:
    ///   - problems: the places wanted; nil for all.
    ///   - blocks: whether each path carries its blocks, by far the largest part.
    ///   - summary: that of an earlier page, to be used again; it is over the whole run and the same for every page
    ///     of a run that has ended. Nil computes it.
    ///   - equality: whether a path's answer (first) equals the known one (second).
    /// - Returns: nil when the run is not in the store.
    public func results(
        of run: RunID, problems: Range<Int>? = nil, blocks: Bool = true, summary: RunSummary? = nil,
        equality: (String, String) -> Bool
    ) throws(RunStoreError) -> RunResults? {
        try read { database in
            guard let run = try StoredRun.fetch(database, run) else { return nil }
            let assembly = try ResultAssembly(
                database: database, run: run, range: problems ?? 0..<run.problemCount, blocks: blocks)
            return RunResults(
                summary: try summary ?? SummaryQuery(database: database, run: run).summary(equality),
                problems: assembly.problems(equality))
        }
    }

    /// A run's figures; nil when it is not in the store.
    ///
    /// - Parameter equality: whether a path's answer (first) equals the known one (second).
    public func summary(
        of run: RunID, equality: (String, String) -> Bool
    ) throws(RunStoreError) -> RunSummary? {
        try read { database in
            try StoredRun.fetch(database, run).map { run in
                try SummaryQuery(database: database, run: run).summary(equality)
            }
        }
    }

    /// Runs whose id begins with what someone typed, the newest first; more than one means that it is ambiguous.
    ///
    /// - Parameter limit: at most so many; enough to list the candidates.
    public func findRun(prefix: String, limit: Int = 16) throws(RunStoreError) -> [RunID] {
        try read { database in
            let sql = """
                SELECT run FROM runs WHERE substr(run, 1, ?) = ? ORDER BY sequence DESC LIMIT ?
                """
            let wanted = prefix.lowercased()
            return try String.fetchAll(
                database, sql: sql, arguments: [wanted.unicodeScalars.count, wanted, limit]).map { RunID($0) }
        }
    }
}
