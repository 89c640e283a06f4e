import Domain
import Simulation
import Testing

/// Problems with settings of their own, beside others of the same run.
@Suite struct RequestTests {
    private static let requests: [ProblemSettings?] = [
        nil, ProblemSettings(paths: 1, pathTokens: 9), ProblemSettings(paths: 5, stop: ["step 4", "7 s"]),
        ProblemSettings(seed: 3), ProblemSettings(seed: 3), ProblemSettings(temperature: 0), nil,
        ProblemSettings(pathTokens: 9, temperature: 0.7),
    ]

    private func run(
        _ seed: UInt64, _ strategy: Strategy, _ takeover: TakeoverRule = .coupled, hasFaults: Bool = true
    ) throws -> FaultSimulation {
        var settings = RunSettings(paths: 3, draftTokens: 7, targetTokens: 7, pathTokens: 60, vote: .all, seed: seed)
        (settings.strategy, settings.takeover, settings.rejectionRate) = (strategy, takeover, 0.4)
        var submission = Scenario.Submission(Scenario.name(0), settings, problems: Self.requests.count)
        for (index, own) in Self.requests.enumerated() { submission.setSettings(own, of: index) }
        var scenario = Scenario()
        (scenario.submissions, scenario.hasFaults) = ([submission], hasFaults)
        var simulation = try FaultSimulation(seed: seed, scenario)
        #expect(simulation.run().complaints == [])
        return simulation
    }

    private func texts(_ simulation: FaultSimulation, _ problem: Int) -> [String] {
        simulation.audit.outcomes.keys.filter { $0.problem == problem }.sorted().map { path in
            let text = simulation.audit.standingText(path)
            return String(decoding: text.prefix(simulation.audit.stop(of: path).start(in: text) ?? .max), as: UTF8.self)
        }
    }

    @Test(arguments: UInt64(900)..<920) func eachProblemHasItsOwnPathsAndLimits(seed: UInt64) throws {
        let simulation = try run(seed, [.async, .sync, .target, .auto, .random][Int(seed % 5)])
        for (problem, own) in Self.requests.enumerated() {
            let paths = simulation.audit.outcomes.keys.filter { $0.problem == problem }
            #expect(paths.count == own?.paths ?? 3)
            for path in paths {
                let text = simulation.audit.standingText(path)
                // Every byte of a scripted text is a token.
                #expect(text.count <= own?.pathTokens ?? 60)
                let stop = StopSequences(own?.stop ?? [])
                guard let start = stop.start(in: text) else { continue }
                // Nothing follows the block in which the path stops.
                #expect(stop.start(in: text.prefix(max(start, text.count - 7))) == nil)
                let outcome = try #require(simulation.audit.outcomes[path])
                #expect([.answered, .ended, .failed, .quarantined].contains(outcome), "\(outcome)")
            }
        }
    }

    @Test func equalSeedsWriteEqualTexts() throws {
        let simulation = try run(930, .target, hasFaults: false)
        #expect(texts(simulation, 3) == texts(simulation, 4) && texts(simulation, 3) != texts(simulation, 0))
        #expect(texts(simulation, 0) != texts(simulation, 6))
        // The run's seed does not matter to them.
        #expect(texts(try run(931, .target, hasFaults: false), 3) == texts(simulation, 3))
    }

    /// Scores of other sampling or limits are ranked apart, those of another seed or number of paths are not.
    @Test func otherSettingsAreRankedApart() throws {
        let simulation = try run(940, .async, .resample, hasFaults: false)
        var groups: [Int: Set<Substring>] = [:]
        for case .verdictReached(let verdict) in simulation.records {
            groups[verdict.path.problem, default: []].insert(
                verdict.stratum.split(separator: ",").first { $0.hasPrefix("settings=") } ?? "")
        }
        // The last has the run's temperature.
        #expect(groups == [
            0: [""], 1: ["settings=1"], 2: ["settings=2"], 3: [""], 4: [""], 5: ["settings=3"], 6: [""],
            7: ["settings=1"],
        ])
    }
}
