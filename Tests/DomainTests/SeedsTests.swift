import Domain
import Testing

@Suite struct SeedsTests {
    /// Values of the published generator: the stream of SplitMix64 from seed 1234567, as its authors print it.
    @Test func mixIsSplitMix64() {
        var state: UInt64 = 1_234_567
        var stream: [UInt64] = []
        for _ in 0..<5 {
            stream.append(Seeds.mix(state))
            state &+= 0x9E37_79B9_7F4A_7C15
        }
        #expect(
            stream == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func everyCoordinateMoves() {
        let base = Seeds.derive(run: 1, problem: 2, path: 3, round: 4, purpose: .pValue)
        let others = [
            Seeds.derive(run: 2, problem: 2, path: 3, round: 4, purpose: .pValue),
            Seeds.derive(run: 1, problem: 3, path: 3, round: 4, purpose: .pValue),
            Seeds.derive(run: 1, problem: 2, path: 4, round: 4, purpose: .pValue),
            Seeds.derive(run: 1, problem: 2, path: 3, round: 5, purpose: .pValue),
            Seeds.derive(run: 1, problem: 2, path: 3, round: 4, purpose: .draftSampling),
            Seeds.derive(run: 1, problem: 3, path: 2, round: 4, purpose: .pValue),
        ]
        #expect(Set(others + [base]).count == others.count + 1)
    }

    /// Kolmogorov and Smirnov at the 0.1 % level over 10,000 coordinates.
    @Test func uniformNumbersAreUniform() {
        let count = 10_000
        let values = (0..<count).map { number in
            Seeds.uniform(
                Seeds.derive(run: 9, problem: number / 100, path: number % 100, round: 0, purpose: .pValue))
        }.sorted()
        var distance = 0.0
        for (place, value) in values.enumerated() {
            let below = Double(place) / Double(count)
            let through = Double(place + 1) / Double(count)
            distance = max(distance, through - value, value - below)
        }
        #expect(distance < 1.95 / Double(count).squareRoot())
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    }
}
