import Domain
import Testing

@testable import Coordination

@Suite struct WorldTests {
    private static func workers(_ numbers: inout TestNumbers) -> [SimulatedWorker] {
        (0..<(1 + numbers.below(3))).map {
            SimulatedWorker(name: "d\($0)", role: .draft, slots: 1 + numbers.below(4), incarnation: 1)
        }
            + (0..<(1 + numbers.below(2))).map {
                SimulatedWorker(name: "t\($0)", role: .target, slots: 1 + numbers.below(4), incarnation: 1)
            }
    }

    private static func settings(_ numbers: inout TestNumbers) -> RunSettings {
        makeSettings {
            $0.strategy = [.async, .async, .async, .sync, .random, .draft, .target][numbers.below(7)]
            $0.paths = 1 + numbers.below(5)
            $0.rounds = 1 + numbers.below(6)
            $0.pathTokens = 5 + numbers.below(60)
            $0.rejectionRate = [0, 0.25, 0.4, 1][numbers.below(4)]
            $0.takeover = TakeoverRule.allCases[numbers.below(3)]
            $0.score = ScoreRule.allCases[numbers.below(3)]
            $0.scoreWindow = 1 + numbers.below(9)
            $0.runAhead = numbers.below(4)
            $0.problemsInFlight = numbers.below(3)
            $0.takeoversInFlight = numbers.below(3)
            $0.vote = VoteRule.allCases[numbers.below(3)]
            if numbers.oneIn(4) { $0.finalRejectionRate = [0, 0.6, 1][numbers.below(3)] }
            $0.seed = numbers.bits()
        }
    }

    private static func world(seed: UInt64, isTraced: Bool = false) -> World {
        var numbers = TestNumbers(seed: seed)
        var world = World(seed: seed, workers: workers(&numbers), isTraced: isTraced)
        world.submit("aa", problems: 1 + numbers.below(4), settings(&numbers))
        if numbers.oneIn(2) { world.submit("bb", problems: 1 + numbers.below(3), settings(&numbers)) }
        return world
    }

    @Test(arguments: UInt64(1)...120)
    func whateverGoesWrongEveryPathEndsAndEveryRecordMakesSense(seed: UInt64) throws {
        var world = Self.world(seed: seed)
        try world.run(turnsWithFaults: 3_000)
        world.quiesce()
        #expect(world.allComplaints == [])
        let status = world.coordinator.status(now: milliseconds(world.now))
        #expect(status.runs.allSatisfy { $0.state == .finished })
        #expect(status.workers.allSatisfy { $0.orders == 0 })
        // Nobody keeps the context of a path that has ended.
        #expect(world.workers.allSatisfy { !$0.isAlive || $0.contexts.isEmpty })
    }

    @Test(arguments: UInt64(1)...10)
    func theSameSeedGivesTheSameEffects(seed: UInt64) throws {
        var first = Self.world(seed: seed, isTraced: true)
        var second = Self.world(seed: seed, isTraced: true)
        try first.run(turnsWithFaults: 1_000)
        try second.run(turnsWithFaults: 1_000)
        #expect(first.trace == second.trace)
    }

    /// From every prefix of the records, also one that cuts a transaction, the run can be finished.
    @Test(arguments: UInt64(200)...203)
    func everyBeginningOfTheRecordsCanBeFinished(seed: UInt64) throws {
        var numbers = TestNumbers(seed: seed)
        let workers = Self.workers(&numbers)
        var world = World(seed: seed, workers: workers)
        world.faults.areRandom = false
        world.submit("aa", problems: 2, Self.settings(&numbers))
        try world.run(turnsWithFaults: 0)
        #expect(world.allComplaints == [])
        for count in 1...world.records.count {
            let beginning = Array(world.records.prefix(count))
            var again = try World(seed: seed &+ UInt64(count), workers: workers, restoring: beginning)
            again.faults.areRandom = false
            try again.run(turnsWithFaults: 0)
            #expect(again.allComplaints == [], "cut after \(count) records")
            #expect(Array(again.records.prefix(count)) == beginning)
        }
    }

    /// K6 of the reliability table: one path kills whoever works for it; it alone is quarantined.
    @Test(arguments: UInt64(300)...315)
    func onlyThePoisonedPathIsQuarantined(seed: UInt64) throws {
        let workers = (0..<4).map { SimulatedWorker(name: "d\($0)", role: .draft, slots: 4, incarnation: 1) }
        var world = World(seed: seed, workers: workers)
        world.faults.areRandom = false
        world.faults.poison = (problem: 1, path: 0)
        let settings = makeSettings { ($0.strategy, $0.paths, $0.vote) = (.draft, 3, .all) }
        world.submit("aa", problems: 6, settings)
        try world.run(turnsWithFaults: .max)
        #expect(world.allComplaints == [])
        let quarantined = world.audit.outcomes.filter { $0.value == .quarantined }.map(\.key)
        #expect(quarantined == [PathKey(run: RunID("aa"), problem: 1, path: 0)])
        let restarts = world.coordinator.status(now: milliseconds(world.now)).workers.reduce(0) { $0 + $1.restarts }
        #expect(restarts <= 3)
    }

    /// Without faults and with a frozen decision (r = 0 or 1) the text does not depend on who worked, or when.
    @Test(arguments: [0.0, 1.0])
    func theTextDoesNotDependOnTheWorkers(rate: Double) throws {
        var texts: [[String]] = []
        for seed in UInt64(400)...404 {
            var numbers = TestNumbers(seed: seed)
            var world = World(seed: seed, workers: Self.workers(&numbers))
            let settings = makeSettings {
                ($0.paths, $0.rejectionRate, $0.vote) = (3, rate, .all)
                $0.runAhead = Int(seed % 4)
            }
            world.submit("aa", problems: 3, settings)
            try world.run(turnsWithFaults: seed == 400 ? 0 : 2_000)
            let failed = world.audit.outcomes.values.contains { $0 == .quarantined || $0 == .failed }
            guard !failed else { continue }
            let paths = world.audit.outcomes.keys.sorted()
            texts.append(paths.map { String(decoding: world.audit.standingText($0), as: UTF8.self) })
        }
        #expect(Set(texts).count == 1 && texts.count > 1)
    }
}
