/// Random numbers by place: the number at a position follows from the seed and the position alone, so a
/// block gets the same draws wherever, whenever and beside whatever it is generated.
///
/// Each position is one output of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) started at a mixed seed.
struct CounterRandom: Sendable {
    private let start: UInt64

    init(seed: UInt64) {
        start = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    }

    /// Uniform in [0, 1), with 53 random bits.
    func uniform(at position: Int) -> Double {
        let state = start &+ (UInt64(position) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        return Double(Self.mix(state) >> 11) * 0x1p-53
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
