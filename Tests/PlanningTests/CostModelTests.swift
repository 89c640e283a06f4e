import Domain
import Testing

@testable import Planning

/// Plans for workers of made-up speeds, against what these come to by hand.
@Suite struct CostModelTests {
    /// A fixed part and a part for each token, as engines have.
    struct Speed {
        let fixed: Double
        let each: Double
    }

    private static func station(write: Speed, read: Speed, slots: Int) -> CostModel.Station {
        var (probes, seconds): ([Probe], [Double]) = ([], [])
        for sequences in [1, 4, 16, 64] {
            probes.append(Probe(.write, sequences: sequences, tokens: 8, context: 32))
            seconds.append(write.fixed + write.each * Double(sequences))
        }
        for tokens in [4, 64, 1_024] {
            probes.append(Probe(.read, sequences: 1, tokens: tokens, context: 32))
            seconds.append(read.fixed + read.each * Double(tokens))
        }
        return CostModel.Station(times: PassTimes(probes, seconds)!, workers: 1, slots: slots)
    }

    @Test func passesAreLinesThroughWhatWasMeasured() throws {
        let times = try #require(
            PassTimes(
                [
                    Probe(.write, sequences: 1, tokens: 8, context: 1),
                    Probe(.write, sequences: 4, tokens: 8, context: 1),
                    Probe(.read, sequences: 1, tokens: 8, context: 1),
                    Probe(.read, sequences: 2, tokens: 8, context: 1),
                ], [0.010, 0.013, 0.02, 0.03]))
        #expect(times.write(1) == 0.010)
        #expect(abs(times.write(2) - 0.011) < 1e-12)
        #expect(abs(times.write(7) - 0.016) < 1e-12)
        #expect(times.read(4) == 0.02)
        #expect(abs(times.read(12) - 0.025) < 1e-12)
        #expect(abs(times.read(24) - 0.04) < 1e-12)
        #expect(times.isMemoryBound)
        #expect(PassTimes([], []) == nil)
    }

    private static let fast = Speed(fixed: 0.001, each: 0.000_2)
    private static let slow = Speed(fixed: 0.008, each: 0.002)
    private static let reading = Speed(fixed: 0.006, each: 0.000_5)

    private func plan(
        draftSlots: Int = 64, paths: Int, inFlight: Int, facts: TextFacts, problems: Int = 40,
        _ change: (inout RunSettings) -> Void = { _ in }
    ) -> [PlannedStrategy] {
        var settings = RunSettings(paths: paths, rejectionRate: 1, takeover: .coupled, vote: .all)
        settings.problemsInFlight = inFlight
        change(&settings)
        let target = Self.station(write: Self.slow, read: Self.reading, slots: 16)
        let model = CostModel(
            draft: Self.station(write: Self.fast, read: Self.reading, slots: draftSlots), target: target,
            busyTarget: target)
        return Planner(model, facts, settings, problems: problems).strategies()
    }

    private func facts(cuts: Int, length: Int = 200) -> TextFacts {
        // Blocks of ten, of which those that are cut lose half.
        TextFacts(
            lengths: [length], blocks: 100, cuts: cuts, read: 1_000, kept: 1_000 - 5 * cuts, written: 0, discarded: 0)
    }

    private func near(_ value: Double, _ expected: Double) -> Bool { abs(value / expected - 1) < 0.05 }

    @Test func theTargetAloneTakesItsSteps() {
        // One at a time: 200 steps of 10 ms for each path. Sixteen at once: of 40 ms. Hand-overs are few.
        #expect(near(plan(paths: 1, inFlight: 1, facts: facts(cuts: 0))[0].seconds, 40 * 200 * 0.010))
        #expect(near(plan(paths: 16, inFlight: 1, facts: facts(cuts: 0))[0].seconds, 40 * 200 * 0.040))
        // Beyond its slots nothing is faster.
        #expect(near(plan(paths: 16, inFlight: 0, facts: facts(cuts: 0))[0].seconds, 40 * 200 * 0.040))
    }

    /// One path: what is drafted and what is read take turns, or overlap.
    @Test func onePathTakesWhatItsBlocksTake() {
        let (draft, read, hand) = (10 * 0.001_2, 0.006 + 10 * 0.000_5, CostModel.usualHandOver)
        let waiting = plan(paths: 1, inFlight: 1, facts: facts(cuts: 0)) { $0.runAhead = 0 }[1]
        #expect(near(waiting.seconds, 40 * 20 * (draft + read + hand)))
        #expect(waiting.bound == .latency && waiting.tokensRead == 8_000 && waiting.tokensWritten == 0)
        // With run-ahead the slower of the two, which is the draft with its hand-over.
        let ahead = plan(paths: 1, inFlight: 1, facts: facts(cuts: 0)) { $0.runAhead = 1 }[1]
        #expect(near(ahead.seconds, 40 * (20 * draft + read + hand)))
        // Each block is cut: five stand and the one that replaces; the next draft waits for the verdict.
        let cut = plan(paths: 1, inFlight: 1, facts: facts(cuts: 100, length: 2_000), problems: 4)[1]
        #expect(near(cut.seconds, 4 * 2_000 / 6 * (draft + read + hand)))
    }

    /// The hand-over is what the sample run's time leaves, and a prompt is read once a problem.
    @Test func whatTheSampleTookSaysWhatAHandOverCosts() {
        var sample = facts(cuts: 0)
        let (draft, read) = (10 * 0.001_2, 0.006 + 10 * 0.000_5)
        sample.seconds = 20 * (draft + read + 0.003)
        let plans = plan(paths: 1, inFlight: 1, facts: sample) { $0.runAhead = 0 }
        #expect(near(plans[1].seconds, 40 * 20 * (draft + read + 0.003)))
        sample.seconds = nil
        sample.prompt = 100
        let asked = plan(paths: 1, inFlight: 1, facts: sample) { $0.runAhead = 0 }
        let usual = plan(paths: 1, inFlight: 1, facts: facts(cuts: 0)) { $0.runAhead = 0 }
        // The draft reads it as fast as sixteen sequences write.
        let (atTarget, atDraft): (Double, Double) = (0.000_5, (0.001 + 16 * 0.000_2) / 16)
        let added = asked[1].seconds - usual[1].seconds
        #expect(near(added, 40 * 100 * (atTarget + atDraft)))
    }

    @Test func manyPathsKeepTheSlowerStationBusy() {
        let many = plan(paths: 64, inFlight: 0, facts: facts(cuts: 0), problems: 10)[1]
        // All that is read comes in steps of many blocks: each token 0.5 ms, and the fixed part is shared by sixteen.
        let read = 10 * 64 * 200 * 0.000_5
        #expect(many.bound == .target && many.seconds > read && many.seconds < 1.15 * read)
        // A draft with one slot is the slower one.
        let narrow = plan(draftSlots: 1, paths: 64, inFlight: 0, facts: facts(cuts: 0), problems: 10)[1]
        #expect(narrow.bound == .draft && near(narrow.seconds, 10 * 64 * 200 * 0.001_2))
        #expect(narrow.wouldHelp.first?.change.contains("draft worker") == true)
        #expect(near(narrow.wouldHelp.first?.factor ?? 0, 2))
    }

    @Test func aGateReadsItsShare() throws {
        let plans = plan(paths: 4, inFlight: 0, facts: facts(cuts: 10), problems: 300) { $0.gate = 0.5 }
        let gated = try #require(plans.first { $0.name.hasPrefix("gated") })
        #expect(near(Double(gated.tokensRead) / Double(plans[1].tokensRead), 0.5) || !gated.isExact)
        #expect(gated.tokensRead < plans[1].tokensRead * 6 / 10 && gated.tokensRead > plans[1].tokensRead * 4 / 10)
        #expect(gated.seconds < plans[1].seconds)
    }

    /// Without a draft model there is the target, and what it reads of proposals.
    @Test func lookupIsPlannedWithoutADraftModel() {
        let target = Self.station(write: Self.slow, read: Self.reading, slots: 16)
        let model = CostModel(draft: nil, target: target, busyTarget: target)
        var sample = facts(cuts: 0)
        sample.written = 400
        let settings = RunSettings(paths: 1, rejectionRate: 1, takeover: .coupled, problemsInFlight: 1)
        let plans = Planner(model, sample, settings, problems: 10).strategies()
        #expect(plans.map(\.isExact) == [true, true] && plans.allSatisfy { $0.seconds.isFinite && $0.seconds > 0 })
        // Ten tokens are read and four written in turns: a path of 200 has 14.3 of each.
        let turn = 0.006 + 10 * 0.000_5 + 4 * 0.010 + CostModel.usualHandOver
        #expect(abs(plans[1].seconds / (10 * 200 / 14 * turn) - 1) < 0.1)
    }

    @Test func resampledBlocksAreWrittenByTheTarget() throws {
        let plans = plan(paths: 1, inFlight: 1, facts: facts(cuts: 30), problems: 100) { $0.rejectionRate = 0.25 }
        let resampled = try #require(plans.first { $0.name.contains("resample") })
        #expect(abs(Double(resampled.tokensWritten) / 20_000 - 0.25) < 0.03)
        #expect(plans.filter(\.isExact).count == 2 && plans[0].speedUp == 1)
        #expect(plans.map(\.tokensPerSecond).allSatisfy { $0 > 0 })
    }

    @Test func factsThatCannotBeAreNamed() {
        #expect(TextFacts(lengths: [], blocks: 1, cuts: 0, read: 1, kept: 1, written: 0, discarded: 0).fault != nil)
        #expect(TextFacts(lengths: [9], blocks: 1, cuts: 2, read: 1, kept: 1, written: 0, discarded: 0).fault != nil)
        #expect(TextFacts(lengths: [9], blocks: 1, cuts: 1, read: 1, kept: 2, written: 0, discarded: 0).fault != nil)
        #expect(TextFacts(lengths: [9], blocks: 1, cuts: 1, read: 2, kept: 1, written: 0, discarded: 0).fault == nil)
    }
}
