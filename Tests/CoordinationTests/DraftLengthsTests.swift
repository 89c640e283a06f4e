@testable import Coordination
import Domain
import Glibc
import Testing

/// Lengths of drafted blocks.
@Suite struct DraftLengthsTests {
    /// The least cost of a token that stands, by counting what stands of many blocks.
    @Test(arguments: [0.003, 0.02, 0.1, 0.3, 0.9]) func theBestLengthCostsLeast(rate: Double) {
        func cost(_ length: Int) -> Double {
            // Tokens stand up to the first difference, whose place is taken by the target's token.
            var stood = 0.0
            var isSame = 1.0
            for place in 1...length {
                let ends = place == length ? isSame : isSame * rate
                stood += ends * Double(place)
                isSame *= 1 - rate
            }
            return (8 + Double(length)) / stood
        }
        let best = DraftLengths.bestLength(differenceRate: rate, atMost: 400)
        let found = (1...400).min { cost($0) < cost($1) }!
        #expect(best == found)
        #expect(DraftLengths.bestLength(differenceRate: rate, atMost: 3) <= 3)
    }

    @Test func lengthsFollowWhatStands() {
        var sure = DraftLengths(), unsure = DraftLengths()
        #expect((8...32).contains(sure.bestLength))
        for _ in 0..<50 {
            sure.note(stood: 40, isCut: false, atMost: 64)
            unsure.note(stood: 2, isCut: true, atMost: 64)
        }
        #expect(sure.bestLength == 64 && unsure.bestLength < 8)
    }

    /// The share of doubtful tokens is held, whatever the distribution of log-probabilities.
    @Test(arguments: [0.01, 0.05, 0.2], [0.02, 1.0, 8.0]) func theShareIsHeld(share: Double, scale: Double) {
        var lengths = DraftLengths()
        var numbers = SeededExponential(7)
        var tokens = 0, doubts = 0
        for _ in 0..<4_000 {
            var count = 0
            var isDoubtful = false
            while count < 48, !isDoubtful {
                count += 1
                isDoubtful = Float(-scale * numbers.exponential()) < lengths.doubtThreshold
            }
            lengths.note(block: count, isDoubtful: isDoubtful, share: share)
            tokens += count
            doubts += isDoubtful ? 1 : 0
        }
        #expect(abs(Double(doubts) / Double(tokens) - share) < 0.1 * share + 0.002)
    }
}

/// Numbers that are the same in every run.
private struct SeededExponential {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func exponential() -> Double {
        state = Seeds.mix(state &+ 1)
        return -log(max(Seeds.uniform(state), 1e-300))
    }
}
