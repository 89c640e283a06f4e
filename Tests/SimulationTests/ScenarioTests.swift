import Domain
import Simulation
import Testing
import WorkerCore

/// What must hold of clusters that begin in a certain way.
@Suite struct ScenarioTests {
    private func run(_ seed: UInt64, _ scenario: Scenario) throws -> (FaultSimulation, FaultSimulation.Report) {
        var simulation = try FaultSimulation(seed: seed, scenario)
        let report = simulation.run()
        return (simulation, report)
    }

    private func submission(_ problems: Int, _ change: (inout RunSettings) -> Void) -> Scenario.Submission {
        var numbers = SeededNumbers(seed: 7)
        var settings = Scenario.settings(&numbers)
        settings.finalRejectionRate = nil
        change(&settings)
        return Scenario.Submission(Scenario.name(0), settings, problems: problems)
    }

    /// Also from one that cuts a transaction.
    @Test(arguments: UInt64(200)...205) func everyBeginningOfTheRecordsCanBeFinished(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        var scenario = Scenario()
        scenario.hasFaults = false
        scenario.submissions = [
            Scenario.Submission(Scenario.name(0), Scenario.settings(&numbers), problems: 2)
        ]
        let (whole, report) = try run(seed, scenario)
        #expect(report.complaints == [])
        for count in 1...whole.records.count {
            var again = Scenario()
            again.hasFaults = false
            again.submissions = []
            again.records = Array(whole.records.prefix(count))
            let (second, report) = try run(seed &+ UInt64(count), again)
            #expect(report.complaints == [], "cut after \(count) records of seed \(seed)")
            #expect(Array(second.records.prefix(count)) == again.records)
            #expect(second.audit.openRuns == 0)
        }
    }

    /// K6 of the reliability table: one path kills whoever works for it; it alone is quarantined.
    @Test(arguments: UInt64(300)...315) func onlyThePoisonedPathIsQuarantined(seed: UInt64) throws {
        let poisoned = PathKey(run: RunID(Scenario.name(0)), problem: 1, path: 0)
        var scenario = Scenario()
        scenario.hasFaults = false
        scenario.workers = 4
        scenario.poison = poisoned
        scenario.submissions = [
            submission(6) { ($0.strategy, $0.paths, $0.vote, $0.problemsInFlight) = (.draft, 3, .all, 0) }
        ]
        let (simulation, report) = try run(seed, scenario)
        #expect(report.complaints == [])
        #expect(simulation.audit.outcomes.filter { $0.value == .quarantined }.map(\.key) == [poisoned])
        #expect(report.faults["kill"] == Limits.standard.deathsPerPath)
    }

    /// With a decision that no score can change (r = 0 or 1) the text does not depend on who worked, or when, or on
    /// what went wrong.
    @Test(arguments: [0.0, 1.0]) func theTextDoesNotDependOnTheWorkers(rate: Double) throws {
        var texts: [[String]] = []
        for seed in UInt64(400)...407 {
            var scenario = Scenario()
            scenario.hasFaults = seed > 400
            scenario.draftContext = .max
            scenario.submissions = [
                submission(3) {
                    ($0.strategy, $0.paths, $0.rejectionRate, $0.vote) = (.async, 3, rate, .all)
                    // Other boundaries follow what came before, in the order of its coming.
                    ($0.takeover, $0.runAhead, $0.boundary) = (.resample, Int(seed % 4), .tokens)
                }
            ]
            let (simulation, report) = try run(seed, scenario)
            #expect(report.complaints == [])
            let outcomes = simulation.audit.outcomes
            guard !outcomes.values.contains(where: { $0 == .quarantined || $0 == .failed }) else { continue }
            texts.append(
                outcomes.keys.sorted().map { String(decoding: simulation.audit.standingText($0), as: UTF8.self) })
        }
        #expect(Set(texts).count == 1 && texts.count > 1)
        #expect(texts.first?.contains { !$0.isEmpty } == true)
    }

    /// With r = 1 exact takeovers write the target's own text, byte for byte, whatever the draft writes, whoever works
    /// and whatever goes wrong: 300 seeds, each against `strategy: target` without faults.
    @Test(arguments: UInt64(500)..<800) func exactTakeoversWriteTheTargetsOwnText(seed: UInt64) throws {
        func texts(_ strategy: Strategy, hasFaults: Bool, _ lookup: PromptLookup? = nil) throws -> [PathKey: String] {
            var scenario = Scenario()
            (scenario.hasFaults, scenario.lookup) = (hasFaults, lookup)
            if seed % 2 == 0 {
                scenario.forecast = RunForecast(targetTokensPerSecond: 1, draftedTokensPerSecond: 1_000)
            }
            scenario.submissions = [
                submission(3) {
                    ($0.strategy, $0.takeover, $0.rejectionRate, $0.vote) = (strategy, .coupled, 1, .all)
                    ($0.paths, $0.rounds, $0.pathTokens) = (2, 1, 20 + Int(seed % 60))
                    ($0.runAhead, $0.seed, $0.afterMismatch) = (Int(seed % 4), seed, seed % 3 == 0 ? .write : .redraft)
                    $0.boundary = [.tokens, .doubt, .adaptive][Int(seed / 3 % 3)]
                    ($0.draftTokens, $0.targetTokens) = (4 + Int(seed % 13), 1 + Int(seed % 16))
                }
            ]
            // Problems with paths, limits, stops, seeds and temperatures of their own.
            var numbers = SeededNumbers(seed: seed)
            if seed % 4 < 2 { scenario.submissions![0].addRequests(&numbers) }
            let (simulation, report) = try run(seed, scenario)
            #expect(report.complaints == [])
            let isDone = simulation.audit.outcomes.filter { $0.value != .failed && $0.value != .quarantined }
            return Dictionary(
                uniqueKeysWithValues: isDone.keys.map { path in
                    let text = simulation.audit.standingText(path)
                    let end = simulation.audit.stop(of: path).start(in: text) ?? text.count
                    return (path, String(decoding: text.prefix(end), as: UTF8.self))
                })
        }
        let own = try texts(.target, hasFaults: false)
        #expect(own.count >= 3)
        for (strategy, lookup) in [
            (Strategy.async, nil), (.auto, nil), (.async, PromptLookup.alone), (.auto, .beforeModel),
        ] {
            let coupled = try texts(strategy, hasFaults: true, lookup)
            #expect(!coupled.isEmpty)
            for (path, text) in coupled { #expect(text == own[path], "\(strategy) \(path)") }
        }
    }

    // MARK: strategy: auto

    /// A run of 150 problems at speeds that are made up, and how it went on.
    private func choices(
        withoutDraftsMs: Range<Int64>? = nil, _ stepMs: @escaping @Sendable (Scenario.Step) -> Int64
    ) throws -> [StrategyChoice] {
        func texts(_ strategy: Strategy) throws -> (texts: [String], choices: [StrategyChoice]) {
            var scenario = Scenario()
            (scenario.hasFaults, scenario.workers, scenario.draftContext) = (false, 1, .max)
            (scenario.stepMs, scenario.withoutDraftsMs) = (stepMs, withoutDraftsMs)
            scenario.submissions = [
                submission(150) {
                    ($0.strategy, $0.takeover, $0.rejectionRate, $0.vote) = (strategy, .coupled, 1, .all)
                    ($0.paths, $0.pathTokens, $0.problemsInFlight, $0.boundary) = (2, 80, 1, .tokens)
                    ($0.draftTokens, $0.targetTokens, $0.runAhead, $0.afterMismatch) = (16, 16, 1, .redraft)
                }
            ]
            let (simulation, report) = try run(9, scenario)
            #expect(report.complaints == [])
            let paths = simulation.audit.outcomes.keys.sorted()
            let choices = simulation.records.compactMap { record in
                if case .strategyChosen(let choice) = record { choice } else { nil }
            }
            return (paths.map { String(decoding: simulation.audit.standingText($0), as: UTF8.self) }, choices)
        }
        let (target, auto) = (try texts(.target), try texts(.auto))
        #expect(auto.texts == target.texts && auto.texts.count == 300)
        return auto.choices
    }

    @Test func autoLeavesADraftThatTurnsBad() throws {
        let found = try choices { step in
            if step.role == .draft { return step.nowMs < 60_000 ? 20 : 3_000 }
            return step.reads ? 50 : 400
        }
        #expect(found.prefix(2).map(\.reason) == [.unknown, .trial])
        let last = try #require(found.last)
        #expect(last.strategy == .target && last.reason == .slower && found.count >= 3)
    }

    @Test func autoTakesUpTheDraftWhenTheTargetSlowsDown() throws {
        let found = try choices { step in
            if step.role == .draft { return 400 }
            return step.reads ? 50 : step.nowMs < 8_000 ? 50 : 4_000
        }
        #expect(found.dropFirst().first?.reason == .trial)
        #expect(found.contains { $0.strategy == .target && $0.reason == .slower })
        #expect(found.last.map { $0.strategy == .async && $0.reason == .faster } == true)
    }

    @Test func autoGoesOnWithoutADraftAndTakesItUpAgain() throws {
        let found = try choices(withoutDraftsMs: 20_000..<40_000) { step in
            if step.role == .draft { return 20 }
            return step.reads ? 50 : 400
        }
        #expect(found.map(\.reason).prefix(3) == [.unknown, .trial, .noDraft])
        #expect(found.last?.strategy == .async && found.count >= 4)
    }
}
