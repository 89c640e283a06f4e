import Conformal
import Domain

extension Coordinator {
    /// The durable state as text: equal texts mean that the same records lead on from here. Two coordinators that
    /// were fed the same records, live or from the store, give the same text.
    public var durableDescription: String {
        var lines: [String] = []
        for number in ledger.openRuns {
            let run = ledger.runs[number]
            lines.append("run \(run.spec.id) \(run.spec.submissionKey) \(run.contentDigest) \(run.counts)")
            for (index, problem) in run.problems.enumerated() where problem.phase != .waiting {
                lines.append("problem \(index) \(problem.phase == .ended) \(problem.votes)")
                for (place, path) in problem.paths.enumerated() {
                    lines.append("path \(place) \(path.durableDescription)")
                }
            }
            for role in Role.allCases { lines.append("\(role) \(run.models[role]?.digest ?? "not begun")") }
            lines.append(run.controller.durableDescription)
            if let gate = run.gate { lines.append(gate.durableDescription) }
            lines.append("alarms \(run.alarms) records \(run.driftRecords)")
        }
        for id in ledger.endedOrder {
            var ended = ledger.endedRun(id)!
            // How fast it went in the life in which it ended, where that is kept.
            ended.status.pace = nil
            lines.append("ended \(ended)")
        }
        return lines.joined(separator: "\n")
    }
}

extension Path {
    fileprivate var durableDescription: String {
        "\(state.name) round=\(round) standing=\(standing.map(\.id)) next=\(nextSegment) tokens=\(tokens) "
            + "score=\(meanScore) first=\(firstScore.map { "\($0)" } ?? "none") verdicts=\(verdicts) "
            + "takeovers=\(takeovers) box=\(hasBox)"
            + (drafted.isEmpty ? "" : " drafted=\(drafted.map(\.segment.id))")
            + (isRead ? " read" : "") + (firstGateScore.map { " own=\($0)" } ?? "")
    }
}
