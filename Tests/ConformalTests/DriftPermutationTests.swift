import Domain
import Foundation
import Testing

@testable import Conformal

/// At most 1 % false alarms a run, on real scores: whole problems in random orders are exchangeable, so that every
/// alarm is a false one.
@Suite struct DriftPermutationTests {
    private static let permutations = 1_000

    private static func alarms(_ statistics: [Double], seed: UInt64) -> Int {
        var controller = ConformalController(ConformalSettings(rejectionRate: 0.4))
        for (problem, statistic) in statistics.enumerated() {
            let u = Seeds.uniform(
                Seeds.derive(run: seed, problem: problem, path: 0, round: 0, purpose: .drift))
            controller.endProblem(problem, firstScores: [statistic], tieBreak: u)
        }
        return controller.alarms
    }

    /// The replay of whole questions in random orders, judged from the first block to the last.
    @Test(.enabled(if: ReferenceTrace.isThere, "no ../shared/reference/traces"))
    func questionsOfTheReferenceTraceRaiseFewAlarms() throws {
        // Alarms look at first blocks alone, which a replay of all blocks shows.
        let rows = try ReferenceTrace.rows()
        let whole = try Replay(rows, ConformalSettings(rejectionRate: 0.4))
        let first = try Replay(rows.filter { $0.round == 0 }, ConformalSettings(rejectionRate: 0.4))
        #expect(whole.alarms.map(\.problems) == first.alarms.map(\.problems))
        #expect(whole.alarms.isEmpty)

        let questions = Dictionary(grouping: rows.filter { $0.round == 0 }, by: \.question)
        #expect(questions.count == 100)
        var numbers = TestNumbers(seed: 1)
        var loud = 0
        for permutation in 0..<Self.permutations {
            let order = shuffled(questions.keys.sorted(), &numbers)
            let permuted = order.enumerated().flatMap { place, question in
                questions[question]!.map { TraceRow(path: $0.path, question: place, round: 0, score: $0.score) }
            }
            let replay = try Replay(permuted, ConformalSettings(rejectionRate: 0.4), seed: UInt64(permutation))
            loud += replay.alarms.isEmpty ? 0 : 1
        }
        #expect(loud <= Self.permutations / 100, "\(loud) of \(Self.permutations) orders raised an alarm")
    }

    /// A run of the built-in pair over 200 problems (docs/testing.md says how it was made).
    @Test func problemsOfARecordedRunRaiseFewAlarms() throws {
        let file = ReferenceTrace.root.appending(path: "Tests/Fixtures/first-scores.csv")
        let statistics = try ReferenceTrace.read(file).map { Double($0["mean_first_score"]!)! }
        #expect(statistics.count == 200)
        #expect(Self.alarms(statistics, seed: 0) == 0)
        var numbers = TestNumbers(seed: 2)
        let loud = (0..<Self.permutations).count { permutation in
            Self.alarms(shuffled(statistics, &numbers), seed: UInt64(permutation)) > 0
        }
        #expect(loud <= Self.permutations / 100, "\(loud) of \(Self.permutations) orders raised an alarm")
    }

    /// The same problems find a real drift: after the first half, each is harder by a standard deviation.
    @Test func aShiftOfTheRecordedRunRaisesAlarms() throws {
        let file = ReferenceTrace.root.appending(path: "Tests/Fixtures/first-scores.csv")
        let statistics = try ReferenceTrace.read(file).map { Double($0["mean_first_score"]!)! }
        let mean = statistics.reduce(0, +) / 200
        let deviation = (statistics.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200).squareRoot()
        var numbers = TestNumbers(seed: 3)
        let found = (0..<200).count { permutation in
            let order = shuffled(statistics, &numbers).enumerated().map { $0 < 100 ? $1 : $1 + deviation }
            return Self.alarms(order, seed: UInt64(permutation)) > 0
        }
        #expect(found >= 180, "\(found) of 200")
    }
}
