import Domain
import Testing

@Suite struct StopSequencesTests {
    private func start(_ stop: [String], _ text: String) -> Int? { StopSequences(stop).start(in: Array(text.utf8)) }

    @Test func theFirstThatIsCompleteCounts() {
        #expect(start(["b", "abc"], "xabc") == 2)
        #expect(start(["abc", "c"], "xabc") == 1)
        #expect(start(["\n\n"], "a\n b\n\nc") == 4)
        #expect(start(["x"], "abc") == nil && start([], "abc") == nil && start([""], "abc") == nil)
        #expect(start(["é"], "caf\u{E9}") == 3)
    }

    /// Against a search that knows nothing of ends: the least end, and then the least start.
    @Test func agreesWithASlowSearch() {
        var state: UInt64 = 7
        func below(_ bound: Int) -> Int {
            state = Seeds.mix(state)
            return Int(state % UInt64(bound))
        }
        var generator = Numbers(state: 3)
        func text(_ length: Int) -> String {
            String((0..<length).map { _ in "ab\n".randomElement(using: &generator)! })
        }
        for _ in 0..<2_000 {
            let (stop, text) = ((0..<below(4)).map { _ in text(1 + below(4)) }, text(below(20)))
            let bytes = Array(text.utf8)
            var found: [(end: Int, start: Int)] = []
            for sequence in stop.map({ Array($0.utf8) }) {
                for start in bytes.indices where bytes[start...].starts(with: sequence) {
                    found.append((start + sequence.count, start))
                }
            }
            #expect(start(stop, text) == found.min { $0 < $1 }?.start)
        }
    }

    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 1
            return Seeds.mix(state)
        }
    }

    @Test func theOverlapIsWhatMayBegin() {
        #expect(StopSequences(["a", "abcd"]).overlap == 3 && StopSequences.none.overlap == 0)
    }
}

@Suite struct ProblemSettingsTests {
    @Test func aProblemsOwnSettingsReplaceTheRuns() {
        var run = RunSettings(paths: 8, pathTokens: 100, seed: 5)
        run.draftSampling.minP = 0.5
        let own = ProblemSettings(paths: 2, seed: 9, temperature: 0)
        let both = run.with(own)
        #expect(both.paths == 2 && both.pathTokens == 100 && both.seed == 9)
        #expect(both.draftSampling.temperature == 0 && both.targetSampling.temperature == 0)
        #expect(both.draftSampling.minP == 0.5 && run.with(ProblemSettings()) == run)
        #expect(own.problems(in: run) == [])
        #expect(ProblemSettings(paths: 0).problems(in: run).map(\.field) == ["paths"])
        #expect(ProblemSettings(stop: [""]).problems(in: run).map(\.field) == ["stop"])
        let fields = ProblemSettings(topP: 0).problems(in: run).map(\.field)
        #expect(fields == ["draft_sampling.top_p", "target_sampling.top_p"])
    }
}
