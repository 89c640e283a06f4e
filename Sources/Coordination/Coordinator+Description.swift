import Conformal
import Domain

extension Coordinator {
    /// The durable state as text: equal texts mean that the same records lead on from here. Two coordinators that
    /// were fed the same records, live or from the store, give the same text.
    public var durableDescription: String {
        var lines: [String] = []
        for number in openRuns {
            let run = runs[number]
            lines.append("run \(run.spec.id) \(run.spec.submissionKey) \(run.contentDigest) \(run.counts)")
            for (index, problem) in run.problems.enumerated() {
                // Whether paths exist that nothing has happened to is a matter of this life.
                guard problem.phase == .ended || problem.paths.contains(where: \.path.isTouched) else { continue }
                lines.append("problem \(index) \(problem.phase == .ended) \(problem.votes)")
                for (place, open) in problem.paths.enumerated() {
                    lines.append("path \(place) \(open.path.durableDescription)")
                }
            }
            for role in Role.allCases { lines.append("\(role) \(run.models[role]?.digest ?? "not begun")") }
            lines.append(run.controller.durableDescription)
            lines.append("alarms \(run.alarms) records \(run.driftRecords)")
        }
        for id in endedOrder {
            var ended = endedRuns[id]!
            // How fast it went in this life.
            ended.status.pace = nil
            lines.append("ended \(ended)")
        }
        return lines.joined(separator: "\n")
    }
}

extension Path {
    /// Whether a record speaks of it.
    fileprivate var isTouched: Bool { state != .opening || round > 0 }

    fileprivate var durableDescription: String {
        "\(state.name) round=\(round) standing=\(standing.map(\.id)) tokens=\(tokens) score=\(meanScore) "
            + "first=\(firstScore.map { "\($0)" } ?? "none") verdicts=\(verdicts) takeovers=\(takeovers) box=\(hasBox)"
    }
}
