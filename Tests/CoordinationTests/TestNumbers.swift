import Domain

/// Seeded numbers for tests.
struct TestNumbers: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Seeds.mix(state)
    }

    mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }

    /// True once in so many times.
    mutating func oneIn(_ bound: Int) -> Bool { below(bound) == 0 }
}
