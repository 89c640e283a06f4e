import Domain
import Testing

@testable import CoordinatorService

@Suite struct SummaryCacheTests {
    private func summary(_ run: String, _ state: RunState, name: String = "n") -> RunSummary {
        RunSummary(run: RunID(run), name: name, state: state, settings: RunSettings())
    }

    @Test func aRunThatIsOverIsSummedUpOnce() {
        var cache = SummaryCache()
        #expect(cache.summary(of: RunID("a"), firstProblem: 0, nowMs: 0) == nil)
        cache.keep(summary("a", .finished), nowMs: 0)
        #expect(cache.summary(of: RunID("a"), firstProblem: 0, nowMs: 1_000_000)?.state == .finished)
        #expect(cache.summary(of: RunID("b"), firstProblem: 0, nowMs: 0) == nil)
    }

    /// Its pages show one summary, but for those who ask anew.
    @Test func theNextPagesOfAnOpenRunCarryThatOfTheFirst() {
        var cache = SummaryCache()
        cache.keep(summary("a", .open), nowMs: 0)
        #expect(cache.summary(of: RunID("a"), firstProblem: 0, nowMs: 1) == nil)
        #expect(cache.summary(of: RunID("a"), firstProblem: 100, nowMs: 9_999) != nil)
        #expect(cache.summary(of: RunID("a"), firstProblem: 100, nowMs: 10_000) == nil)
    }

    @Test func theOldestMakesRoom() {
        var cache = SummaryCache()
        for number in 0..<9 { cache.keep(summary("\(number)", .finished), nowMs: Int64(number)) }
        #expect(cache.summary(of: RunID("0"), firstProblem: 0, nowMs: 9) == nil)
        #expect((1..<9).allSatisfy { cache.summary(of: RunID("\($0)"), firstProblem: 0, nowMs: 9) != nil })
    }
}
