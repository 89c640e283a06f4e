import Domain
import Testing

@testable import Conformal

/// Seeded numbers for tests.
struct TestNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Seeds.mix(state)
    }

    mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }
    mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }
}

@Suite struct ScoreBankTests {
    /// The twin: an array that is searched from end to end.
    private func rank(of score: Double, in scores: [Double]) -> Rank {
        Rank(
            less: scores.count { $0 < score }, equal: scores.count { $0 == score },
            greater: scores.count { $0 > score })
    }

    @Test(arguments: [1, 3, 40, 100_000])
    func ranksAsAnArrayThatIsSearchedFromEndToEnd(distinct: Int) {
        var numbers = TestNumbers(seed: UInt64(distinct))
        var bank = ScoreBank()
        var twin: [Double] = []
        for step in 0..<3_000 {
            let score = Double(numbers.below(distinct)) / 8
            if step % 7 == 0 { #expect(bank.rank(of: score) == rank(of: score, in: twin)) }
            bank.insert(score)
            twin.append(score)
        }
        #expect(bank.sortedScores == twin.sorted())
        #expect(bank.count == twin.count)
        for probe in [-1, 0, 0.05, 2.5, Double(distinct), .infinity] {
            #expect(bank.rank(of: probe) == rank(of: probe, in: twin))
        }
    }

    @Test func ascendingAndDescendingInsertionsSplitRuns() {
        var up = ScoreBank()
        var down = ScoreBank()
        let count = ScoreBank.runCapacity * 5 + 1
        for index in 0..<count {
            up.insert(Double(index))
            down.insert(Double(count - 1 - index))
        }
        #expect(up.sortedScores == down.sortedScores)
        for index in stride(from: 0, to: count, by: 97) {
            let expected = Rank(less: index, equal: 1, greater: count - 1 - index)
            #expect(up.rank(of: Double(index)) == expected)
            #expect(down.rank(of: Double(index)) == expected)
        }
    }

    @Test func anEmptyBankRanksEverythingAlone() {
        #expect(ScoreBank().rank(of: 1) == Rank(less: 0, equal: 0, greater: 0))
    }

    @Test func aCopyIsAnotherBank() {
        var bank = ScoreBank()
        for index in 0..<600 { bank.insert(Double(index)) }
        let copy = bank
        bank.insert(-1)
        #expect(copy.count == 600 && bank.count == 601)
        #expect(copy.rank(of: 0).less == 0 && bank.rank(of: 0).less == 1)
    }

    @Test(arguments: [1, 40, 100_000])
    func removingIsTheOppositeOfInserting(distinct: Int) {
        var numbers = TestNumbers(seed: UInt64(distinct) + 1)
        var twin = (0..<2_000).map { _ in Double(numbers.below(distinct)) }
        var bank = ScoreBank(twin)
        #expect(bank.sortedScores == twin.sorted())
        for step in 0..<4_000 {
            if step % 3 == 0 || twin.isEmpty {
                let score = Double(numbers.below(distinct))
                bank.insert(score)
                twin.append(score)
            } else {
                bank.remove(twin.remove(at: numbers.below(twin.count)))
            }
            if step % 9 == 0 {
                let score = Double(numbers.below(distinct))
                #expect(bank.rank(of: score) == rank(of: score, in: twin))
            }
        }
        #expect(bank.sortedScores == twin.sorted())
    }
}
