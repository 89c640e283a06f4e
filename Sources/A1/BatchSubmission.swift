import Domain
import Foundation
import Runtime
import Wire

/// A batch on its way to the coordinator.
enum BatchSubmission {
    /// Sends the batch in parts that fit a frame; nothing is a run before the last part has been answered.
    static func submit(
        _ spec: RunSpec, _ problems: [ProblemSpec], bank: CalibrationBank? = nil, to client: Client
    ) throws -> RunID {
        let parts = split(problems)
        for (number, part) in parts.enumerated() {
            let answer = try client.ask(
                .submit(
                    SubmissionPart(
                        spec: spec, part: number, parts: parts.count, problems: part, bank: number == 0 ? bank : nil)),
                patienceMs: 60_000)
            switch answer {
            case .partTaken: continue
            case .accepted(let run, let alreadyKnown):
                if alreadyKnown { say("a1: this submission is known; the run is \(run.short)") }
                return run
            case .status, .results, .cancelled, .resumed, .measured, .refused: throw client.unexpected()
            }
        }
        throw client.unexpected()
    }

    private static func split(_ problems: [ProblemSpec]) -> [[ProblemSpec]] {
        var parts: [[ProblemSpec]] = [[]]
        var bytes = 0
        for problem in problems {
            let size = problem.text.utf8.count + problem.id.utf8.count + (problem.answer?.utf8.count ?? 0)
            if bytes + size > Limits.standard.submissionPartBytes, !parts[parts.count - 1].isEmpty {
                parts.append([])
                bytes = 0
            }
            parts[parts.count - 1].append(problem)
            bytes += size
        }
        return parts
    }
}
