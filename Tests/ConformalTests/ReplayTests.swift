import Domain
import Testing

@testable import Conformal

@Suite struct ReplayTests {
    private func rows(_ count: Int, seed: UInt64 = 1) -> [TraceRow] {
        var numbers = TestNumbers(seed: seed)
        return (0..<count).map { index in
            TraceRow(path: index / 3, question: index / 24, round: index % 3, score: 1 + numbers.uniform())
        }
    }

    /// The report by the definitions, each written out again.
    @Test func theReportIsThatOfTheDefinitions() throws {
        let rows = rows(2_400)
        let replay = try Replay(rows, ConformalSettings(rejectionRate: 0.3), seed: 7)
        let report = RateReport(replay)
        let taken = replay.takeovers
        #expect(report.verdicts == 2_400)
        #expect(report.rate == Double(taken.filter { $0 }.count) / 2_400)
        #expect(report.rounds.map(\.round) == [0, 1, 2])
        for round in report.rounds {
            let decisions = zip(rows, taken).filter { $0.0.round == round.round }.map(\.1)
            #expect(round.verdicts == decisions.count)
            #expect(round.rate == Double(decisions.filter { $0 }.count) / Double(decisions.count))
        }
        let worst = try #require(report.worstRound)
        #expect(worst.deviation == report.rounds.map { abs($0.rate - 0.3) }.max())
        var rightly = 0
        for (row, isTaken) in zip(rows, taken) where isTaken {
            // Among the worst 240 of its round's 800: fewer than 240 are worse.
            rightly += rows.filter { $0.round == row.round && $0.score > row.score }.count < 240 ? 1 : 0
        }
        #expect(report.overlap == Double(rightly) / Double(taken.filter { $0 }.count))
        #expect(try #require(report.ks) < 1.63 / 2_400.0.squareRoot())
    }

    @Test func interleavingGoesRoundByRoundWithinAQuestion() {
        let rows = [(0, 0, 0), (0, 0, 1), (1, 0, 0), (2, 1, 0), (2, 1, 1), (3, 1, 0)].map {
            TraceRow(path: $0.0, question: $0.1, round: $0.2, score: 1)
        }
        let order = rows.interleaved.map { [$0.path, $0.question, $0.round] }
        #expect(order == [[0, 0, 0], [1, 0, 0], [0, 0, 1], [2, 1, 0], [3, 1, 0], [2, 1, 1]])
    }

    @Test func aScoreThatIsNoneIsNamedByItsRow() {
        var rows = rows(5)
        rows[3] = TraceRow(path: 1, question: 0, round: 0, score: .nan)
        let error = #expect(throws: ReplayError.self) {
            try Replay(rows, ConformalSettings(rejectionRate: 0.4))
        }
        #expect(error?.row == 3)
    }

    /// Equal scores: each p-value is its tie break, so no two rows may share one.
    @Test func rowsOfOneNumberDrawTheirOwnTieBreaks() throws {
        let rows = (0..<300).map { TraceRow(path: 0, question: 0, round: $0 % 2, score: 2) }
        let replay = try Replay(rows, ConformalSettings(rejectionRate: 0.4, strata: .marginal))
        #expect(Set(replay.judgements.map(\.pValue)).count == 300)
        #expect(RateReport(replay).ks! < 1.63 / 300.0.squareRoot())
    }

    /// The tie breaks belong to the paths and rounds, so another order of rows draws the same ones.
    @Test func tieBreaksDoNotDependOnTheOrder() throws {
        let rows = (0..<40).map { TraceRow(path: $0, question: 0, round: 0, score: 2) }
        let settings = ConformalSettings(rejectionRate: 0.4, strata: .marginal)
        // Equal scores: the p-value is the tie break itself.
        let forward = try Replay(rows, settings, seed: 3).judgements.map(\.pValue)
        let backward = try Replay(rows.reversed(), settings, seed: 3).judgements.map(\.pValue)
        for (one, other) in zip(forward, backward.reversed()) { #expect(abs(one - other) < 1e-12) }
    }
}
