import Domain

/// Summaries of runs that were asked for of late. A summary is over a whole run and costs as much as the run is large,
/// and every page of its results carries it.
struct SummaryCache: Sendable {
    private struct Entry: Sendable {
        let summary: RunSummary
        let madeMs: Int64
    }

    /// For so long the pages of an open run carry the summary of its first page.
    private static let openRunMs: Int64 = 10_000
    private static let runs = 8

    private var entries: [RunID: Entry] = [:]

    /// The summary that a page of the run may carry; nil where it has to be made.
    ///
    /// - Parameter firstProblem: where the page begins: a first page of an open run is as of now.
    func summary(of run: RunID, firstProblem: Int, nowMs: Int64) -> RunSummary? {
        guard let entry = entries[run] else { return nil }
        let isFresh = firstProblem > 0 && nowMs - entry.madeMs < Self.openRunMs
        return entry.summary.state != .open || isFresh ? entry.summary : nil
    }

    /// Keeps a summary that was made just now. The oldest makes room.
    mutating func keep(_ summary: RunSummary, nowMs: Int64) {
        entries[summary.run] = Entry(summary: summary, madeMs: nowMs)
        guard entries.count > Self.runs, let oldest = entries.min(by: { $0.value.madeMs < $1.value.madeMs }) else {
            return
        }
        entries[oldest.key] = nil
    }
}
