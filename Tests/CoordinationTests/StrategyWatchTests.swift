import Domain
import Testing

@testable import Coordination

/// When a run of `strategy: auto` changes over, at speeds that are made up.
@Suite struct StrategyWatchTests {
    /// A run in virtual time: blocks of ten tokens that stand, one after the other.
    private struct Run {
        var watch: StrategyWatch
        var progress = StrategyWatch.Progress(
            nowMs: 0, tokens: 0, blocks: 0, begunPaths: 2, tokensLeft: 100_000, hasFresh: true, hasDraft: true,
            hasOldOrders: false)
        var changes: [StrategyWatch.Change] = []

        init(_ strategy: Strategy, _ forecast: RunForecast? = nil) { watch = StrategyWatch(strategy, forecast) }

        /// Milliseconds of a block, by who opens it.
        mutating func go(blocks: Int, target: Int64, drafted: Int64) {
            for _ in 0..<blocks {
                progress.nowMs += watch.strategy == .target ? target : drafted
                progress.blocks += 1
                progress.tokens += 10
                look()
            }
        }

        /// Up to its first change.
        mutating func goUntilChange(target: Int64) {
            while changes.isEmpty { go(blocks: 1, target: target, drafted: target) }
        }

        mutating func look() {
            if let change = watch.note(progress) { changes.append(change) }
        }
    }

    private func change(_ strategy: Strategy, _ reason: StrategyReason) -> StrategyWatch.Change {
        StrategyWatch.Change(strategy: strategy, reason: reason)
    }

    @Test func aFasterDraftIsFoundByATrialAndKept() {
        var run = Run(.target)
        run.go(blocks: 200, target: 20, drafted: 10)
        #expect(run.changes == [change(.async, .trial)])
        #expect(run.watch.targetRate == 500 && run.watch.draftedRate == 1_000)
    }

    @Test func aSlowerDraftIsTriedAtGrowingDistances() {
        var run = Run(.target)
        run.go(blocks: 1_000, target: 20, drafted: 30)
        #expect(run.changes == [change(.async, .trial), change(.target, .slower)])
        // Slower by so much is not tried again, unless the target itself becomes slower.
        run.go(blocks: 1_000, target: 50, drafted: 30)
        #expect(run.changes.last == change(.async, .faster))
        #expect(run.changes.count == 3)
    }

    @Test func aTrialIsNoLongerThanItsShareOfWhatIsLeft() {
        var run = Run(.target)
        run.progress.tokensLeft = 100
        run.go(blocks: 100, target: 20, drafted: 1)
        #expect(run.changes.isEmpty)
        run.progress.tokensLeft = nil
        run.go(blocks: 100, target: 20, drafted: 1)
        #expect(run.changes.isEmpty)
    }

    @Test func aTrialThatGoesNowhereIsBrokenOff() {
        var run = Run(.target)
        run.goUntilChange(target: 20)
        #expect(run.changes == [change(.async, .trial)])
        // Not a block comes: twice the time of the target's for the trial is enough.
        for _ in 0..<40 {
            run.progress.nowMs += 20
            run.look()
        }
        #expect(run.changes.last == change(.target, .slower))
        #expect(run.watch.draftedRate == 0)
    }

    @Test func aDraftThatTurnsBadIsLeft() {
        var run = Run(.target)
        run.go(blocks: 200, target: 20, drafted: 10)
        run.go(blocks: 300, target: 20, drafted: 40)
        #expect(run.changes.last == change(.target, .slower))
    }

    @Test func withoutADraftTheTargetGoesOnAndTakesUpAgainWhatWasFaster() {
        var run = Run(.async, RunForecast(targetTokensPerSecond: 500, draftedTokensPerSecond: 1_000))
        run.progress.hasDraft = false
        run.look()
        #expect(run.changes == [change(.target, .noDraft)])
        run.look()
        run.progress.hasDraft = true
        run.go(blocks: 60, target: 20, drafted: 10)
        #expect(run.changes.last == change(.async, .faster))
    }

    @Test func whatWasOrderedBeforeAChangeIsNotMeasured() {
        var run = Run(.target)
        run.goUntilChange(target: 20)
        run.progress.hasOldOrders = true
        run.go(blocks: 100, target: 20, drafted: 1_000)
        #expect(run.changes.count == 1)
    }

    @Test func theEndOfARunIsNotMeasured() {
        var run = Run(.target)
        run.progress.hasFresh = false
        run.go(blocks: 100, target: 20, drafted: 1)
        #expect(run.changes.isEmpty)
    }

    @Test func aForecastDecidesTheBeginning() {
        func beginning(_ drafted: Double) -> StrategyWatch.Change {
            StrategyWatch.beginning(RunForecast(targetTokensPerSecond: 100, draftedTokensPerSecond: drafted))
        }
        #expect(beginning(119) == change(.target, .forecast))
        #expect(beginning(121) == change(.async, .forecast))
        #expect(StrategyWatch.beginning(nil) == change(.target, .unknown))
    }
}
