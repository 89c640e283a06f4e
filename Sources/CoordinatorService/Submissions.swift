import Domain
import Wire

/// Batches that are arriving in parts. Nothing of a batch is a run before its last part is there, so a client that
/// goes away leaves nothing behind but a place that the next ones take.
struct Submissions {
    private struct Open {
        var spec: RunSpec
        var parts: Int
        var problems: [ProblemSpec]
        var nextPart: Int
        var bytes: Int
        var touchedMs: Int64
        let bank: CalibrationBank?
    }

    enum Outcome {
        case wantsMore
        case complete(RunSpec, [ProblemSpec])
        case refused(ClientRefusal)
    }

    /// A submission without a new part for this long makes room for others.
    private static let patienceMs: Int64 = 60_000

    private let limits: Limits
    private var open: [PeerID: Open] = [:]

    init(limits: Limits) { self.limits = limits }

    mutating func take(_ part: SubmissionPart, from peer: PeerID, nowMs: Int64) -> Outcome {
        guard part.parts >= 1, part.part >= 0, part.part < part.parts else {
            return refuse(peer, .invalid, "part \(part.part) of \(part.parts) cannot be")
        }
        var submission: Open
        if part.part == 0 {
            makeRoom(nowMs)
            guard open[peer] != nil || open.count < limits.openSubmissions else {
                return refuse(
                    peer, .tooMany, "\(open.count) submissions are under way, the limit; submit again in a minute")
            }
            submission = Open(
                spec: part.spec, parts: part.parts, problems: [], nextPart: 0, bytes: 0, touchedMs: nowMs,
                bank: part.bank)
        } else if let known = open[peer], known.nextPart == part.part, known.parts == part.parts,
            known.spec == part.spec
        {
            submission = known
        } else {
            return refuse(peer, .invalid, "part \(part.part) does not follow what came before; submit again")
        }
        submission.problems += part.problems
        submission.bytes += part.problems.reduce(0) { $0 + $1.text.utf8.count + $1.id.utf8.count }
        submission.nextPart += 1
        submission.touchedMs = nowMs
        guard submission.problems.count <= limits.problemsPerBatch, submission.bytes <= limits.batchBytes else {
            return refuse(
                peer, .tooMany,
                "a batch has at most \(limits.problemsPerBatch) problems and \(limits.batchBytes) bytes")
        }
        guard submission.nextPart == submission.parts else {
            open[peer] = submission
            return .wantsMore
        }
        open[peer] = nil
        submission.spec.bank = submission.bank
        return .complete(submission.spec, submission.problems)
    }

    private mutating func makeRoom(_ nowMs: Int64) {
        open = open.filter { nowMs - $0.value.touchedMs < Submissions.patienceMs }
    }

    private mutating func refuse(_ peer: PeerID, _ code: ClientErrorCode, _ message: String) -> Outcome {
        open[peer] = nil
        return .refused(ClientRefusal(code: code, message: message))
    }
}
