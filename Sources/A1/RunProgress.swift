import Domain
import Foundation

/// A run's progress in words, from its status alone: whoever looks, and whenever, sees the same.
struct RunProgress {
    /// Each with its place among those that a short line has room for; 0 is always there.
    private struct Part {
        let text: String
        let rank: Int
    }

    /// Of the run's paths, the share that has ended.
    let share: Double
    private let parts: [Part]

    init(_ status: RunStatus) {
        share = status.paths == 0 ? 0 : Double(status.pathsEnded) / Double(status.paths)
        var parts = [Part(text: "\(status.run.short) \(status.state.rawValue)", rank: 0)]
        var problems = "problems \(status.problemsEnded)/\(status.problems)"
        if status.problemsJudged > 0 { problems += " (right \(status.problemsRight)/\(status.problemsJudged))" }
        parts.append(Part(text: problems, rank: 0))
        parts.append(Part(text: "paths \(status.pathsEnded)/\(status.paths)", rank: 4))
        parts.append(Part(text: "votes \(status.votes)", rank: 5))
        if status.verdicts > 0 {
            let share = Double(status.takeovers) / Double(status.verdicts)
            parts.append(
                Part(
                    text: "taken over \(percent(share)) of \(status.verdicts) (asked \(percent(status.rejectionRate)))",
                    rank: 2))
        }
        if let chosen = status.chosenStrategy { parts.append(Part(text: "auto: \(chosen.rawValue)", rank: 3)) }
        parts.append(Part(text: "tokens \(status.tokens.draft) + \(status.tokens.target)", rank: 6))
        if let rate = status.tokensPerSecond { parts.append(Part(text: "\(Int(rate.rounded())) tokens/s", rank: 3)) }
        if let seconds = Self.secondsLeft(status) {
            parts.append(Part(text: "about \(duration(seconds)) left", rank: 1))
        }
        if !status.waitingFor.isEmpty {
            parts.append(Part(text: "waiting: \(status.waitingFor.joined(separator: ", "))", rank: 1))
        }
        self.parts = parts
    }

    /// From the run's pace in this life of the coordinator. Paths that end first are the short ones; before a fifth of
    /// those that were left has ended they say nothing of the others.
    static func secondsLeft(_ status: RunStatus) -> Double? {
        guard status.state == .open, let pace = status.pace, pace.pathsEnded > 0 else { return nil }
        let left = status.paths - status.pathsEnded
        guard left > 0, pace.pathsEnded * 5 >= pace.pathsEnded + left else { return nil }
        return Double(pace.elapsedMs) / 1_000 / Double(pace.pathsEnded) * Double(left)
    }

    /// One line of at most so many columns: the parts of most weight that there is room for, in their order; in the end
    /// the line is cut.
    func line(columns: Int?) -> String {
        guard let columns else { return parts.map(\.text).joined(separator: "  ") }
        var chosen = parts.indices.filter { parts[$0].rank == 0 }
        func text() -> String { chosen.sorted().map { parts[$0].text }.joined(separator: "  ") }
        for index in parts.indices.filter({ parts[$0].rank > 0 }).sorted(by: { parts[$0].rank < parts[$1].rank }) {
            chosen.append(index)
            if text().count > columns { chosen.removeLast() }
        }
        return String(text().prefix(columns))
    }

    /// The line with a bar before it, where there is room for one.
    func lineWithBar(columns: Int) -> String {
        let width = 20
        guard columns >= 3 * width else { return line(columns: columns) }
        let full = Int((share * Double(width)).rounded(.down))
        let bar = String(repeating: "#", count: full) + String(repeating: "-", count: width - full)
        return "[\(bar)] " + line(columns: columns - width - 3)
    }
}

extension RunStatus {
    /// Tokens that stand, in this life of the coordinator.
    var tokensPerSecond: Double? {
        guard let pace, pace.elapsedMs > 0, pace.tokens > 0 else { return nil }
        return Double(pace.tokens) * 1_000 / Double(pace.elapsedMs)
    }
}

func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

/// A time for people: to a tenth of a second below a minute, to the second above.
func duration(_ seconds: Double) -> String {
    let tenths = (seconds * 10).rounded() / 10
    guard tenths >= 60 else { return String(format: "%.1f s", max(0, tenths)) }
    guard seconds < 1e9 else { return String(format: "%.0f s", seconds) }
    let whole = Int(seconds.rounded())
    let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60)
    return hours > 0
        ? String(format: "%d h %02d min %02d s", hours, minutes, rest) : String(format: "%d min %02d s", minutes, rest)
}

func size(_ count: UInt64) -> String {
    switch count {
    case ..<(1 << 20): String(format: "%.0f KiB", Double(count) / 1_024)
    case ..<(1 << 30): String(format: "%.0f MiB", Double(count) / 1_048_576)
    case _: String(format: "%.2f GiB", Double(count) / 1_073_741_824)
    }
}
