import Domain

/// Numbers that a seed decides: SplitMix64.
public struct SeededNumbers: Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Seeds.mix(state)
    }

    /// - Parameter bound: at least 1.
    public mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }

    /// True once in so many times.
    public mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    public mutating func between(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(bits() % UInt64(range.upperBound - range.lowerBound + 1))
    }
}
