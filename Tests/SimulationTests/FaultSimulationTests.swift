import Domain
import Simulation
import Testing

/// A failing seed is repeated by `a1 simulate faults --seed N`.
@Suite struct FaultSimulationTests {
    @Test(arguments: UInt64(1)...300) func everyRunEndsWhateverGoesWrong(seed: UInt64) throws {
        var simulation = try FaultSimulation(seed: seed)
        let report = simulation.run()
        #expect(report.complaints == [], "a1 simulate faults --seed \(seed)")
        #expect(!report.outcomes.isEmpty)
    }

    @Test(arguments: UInt64(1)...5) func theSameSeedGivesTheSameTrace(seed: UInt64) throws {
        var (first, second) = (try FaultSimulation(seed: seed), try FaultSimulation(seed: seed))
        #expect(first.run() == second.run())
        var other = try FaultSimulation(seed: seed + 1_000)
        #expect(other.run().traceHash != first.run().traceHash)
    }
}
