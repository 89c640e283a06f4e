import Domain
import Simulation
import Testing
import Tokenizers

@testable import WorkerCore

/// Passes that are timed for a plan.
@Suite struct ProbeTests {
    /// An engine whose passes take as long as they are said to.
    private func measure(
        _ probes: [Probe], lookup: PromptLookup? = nil,
        milliseconds: (Probe.Kind, _ sequences: Int, _ tokens: Int) -> Int64
    ) throws -> (report: ProbeReport?, released: Int, requests: Int) {
        var session = WorkerSession(
            tokenizer: try ByteVocabulary.tokenizer(pair: "ab"),
            prompts: PromptWriter(template: .plain, system: "", message: "{problem}", marker: "{problem}"),
            author: .target, lookup: lookup)
        var nowMs: Int64 = 1_000
        func now() -> Moment { Moment(monotonicMs: nowMs, wallMs: nowMs) }
        var effects = session.step(.instructed(.measure(ProbeOrder(id: 7, probes: probes))), now: now())
        var (released, requests): (Int, Int) = (0, 0)
        while true {
            var answers: [EngineAnswer] = []
            var pass: (kind: Probe.Kind, tokens: Int)?
            for effect in effects {
                switch effect {
                case .write(let request):
                    #expect(request.context.count == 32 && request.endTokens.isEmpty)
                    pass = (.write, request.task.maximumTokens)
                    answers.append(.written(
                        request.order, WrittenTokens(tokens: [1], bytes: [1], finish: .length), queuedMs: 0))
                case .score(let request):
                    #expect(request.context.count == 32)
                    pass = (.read, request.block.count)
                    answers.append(.scored(request.order, logProbabilities: [], queuedMs: 0))
                case .send(.measured(let report)): return (report, released, requests)
                case .release: released += 1
                case _: Issue.record("\(effect)")
                }
            }
            guard let pass else { return (nil, released, requests) }
            requests += answers.count
            nowMs += milliseconds(pass.kind, answers.count, pass.tokens)
            effects = answers.flatMap { session.step(.engineAnswered($0), now: now()) }
        }
    }

    @Test func stepsAndPassesAreTimedEachOverAndOver() throws {
        let probes = [
            Probe(.write, sequences: 3, tokens: 8, context: 32), Probe(.read, sequences: 2, tokens: 64, context: 32),
        ]
        let found = try measure(probes) { kind, sequences, tokens in
            kind == .write ? Int64(sequences * tokens) : Int64(sequences * tokens) / 4
        }
        // A step of three takes 3 ms; a pass over 2 x 64 tokens 32.
        #expect(found.report?.id == 7 && found.report?.seconds.count == 2)
        let errors = zip(found.report?.seconds ?? [], [0.003, 0.032]).map { abs($0 - $1) }
        #expect(errors.allSatisfy { $0 < 1e-12 })
        #expect(found.released == 3)
        // Once before, then three times for 60 ms or more: 24 ms a round of eight steps, 32 a pass.
        #expect(found.requests == 3 * (1 + 3 * 3) + 2 * (1 + 3 * 2))
    }

    @Test func aStumbleDoesNotCount() throws {
        var passes = 0
        let found = try measure([Probe(.read, sequences: 1, tokens: 4, context: 32)]) { _, _, _ in
            passes += 1
            return passes == 3 ? 5_000 : 20
        }
        #expect(found.report?.seconds == [0.02])
    }

    @Test func lookupHasNothingToTime() throws {
        let probes = [Probe(.write, sequences: 1, tokens: 8, context: 32)]
        let found = try measure(probes, lookup: .alone) { _, _, _ in 1 }
        #expect(found.report == ProbeReport(id: 7, seconds: [0]) && found.requests == 0)
    }
}
