import Domain
import Testing
import Wire

@testable import CoordinatorService

@Suite struct SubmissionsTests {
    private let spec = RunSpec(
        id: RunID(String(repeating: "b", count: 32)), submissionKey: "k", name: "n", settings: RunSettings())
    private let peer = PeerID(bytes: [1])

    private func part(_ number: Int, of parts: Int, _ problems: Int = 1) -> SubmissionPart {
        SubmissionPart(
            spec: spec, part: number, parts: parts,
            problems: (0..<problems).map { ProblemSpec(id: "\(number).\($0)", text: "t") })
    }

    @Test func aRunBeginsWithItsLastPart() {
        var submissions = Submissions(limits: .standard)
        for number in 0..<3 {
            switch submissions.take(part(number, of: 3), from: peer, nowMs: 0) {
            case .wantsMore: #expect(number < 2)
            case .complete(let spec, let problems):
                #expect(number == 2)
                #expect(spec == self.spec)
                #expect(problems.map(\.id) == ["0.0", "1.0", "2.0"])
            case .refused(let refusal): Issue.record("\(refusal)")
            }
        }
    }

    @Test(arguments: [(1, 3), (3, 3), (-1, 3), (0, 0)]) func partsOutOfTurnAreRefused(number: Int, parts: Int) {
        var submissions = Submissions(limits: .standard)
        guard case .refused = submissions.take(part(number, of: parts), from: peer, nowMs: 0) else {
            Issue.record("part \(number) of \(parts) was taken")
            return
        }
    }

    @Test func theLimitHoldsAndOneMoreIsRefused() {
        var limits = Limits.standard
        limits.problemsPerBatch = 4
        var submissions = Submissions(limits: limits)
        guard case .complete = submissions.take(part(0, of: 1, 4), from: peer, nowMs: 0) else {
            Issue.record("a batch at the limit was refused")
            return
        }
        guard case .refused(let refusal) = submissions.take(part(0, of: 1, 5), from: peer, nowMs: 0) else {
            Issue.record("a batch over the limit was taken")
            return
        }
        #expect(refusal.code == .tooMany)
    }

    @Test func abandonedSubmissionsMakeRoom() {
        var limits = Limits.standard
        limits.openSubmissions = 1
        var submissions = Submissions(limits: limits)
        guard case .wantsMore = submissions.take(part(0, of: 2), from: peer, nowMs: 0),
            case .refused = submissions.take(part(0, of: 2), from: PeerID(bytes: [2]), nowMs: 1_000),
            case .wantsMore = submissions.take(part(0, of: 2), from: PeerID(bytes: [2]), nowMs: 100_000)
        else {
            Issue.record("the place was not bounded, or not given back")
            return
        }
    }
}
