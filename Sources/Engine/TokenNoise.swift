import Glibc

/// The noise by which tokens are drawn: a function of the seed, the position in the path and the token, and of nothing
/// else. So a block gets the same draws wherever, whenever and beside whatever it is generated, and two models that
/// draw at one position with one seed draw with common random numbers (Daliri, Musco and Suresh, arXiv:2408.07978).
///
/// A token's bits are an output of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) of the position's stream.
struct TokenNoise: Sendable {
    private let start: UInt64

    init(seed: UInt64) {
        start = Self.mix(seed &+ Self.step)
    }

    /// - Parameter position: at least 0.
    func at(_ position: Int) -> Position {
        Position(start: Self.mix(start &+ (UInt64(position) &+ 1) &* Self.step))
    }

    /// The noise of all tokens at one position.
    struct Position: Sendable {
        fileprivate let start: UInt64

        /// Noise of no token is above this.
        static let maximum = 36.8

        /// 64 uniform bits.
        func bits(_ token: Int32) -> UInt64 {
            TokenNoise.mix(start &+ (UInt64(UInt32(bitPattern: token)) &+ 1) &* TokenNoise.step)
        }

        /// By the standard Gumbel distribution.
        func gumbel(_ token: Int32) -> Double { Self.gumbel(bits(token)) }

        /// -log(-log u), where 1 - u is the middle of one of 2^52 equal parts of 0...1.
        static func gumbel(_ bits: UInt64) -> Double {
            -log(-log1p(-(Double(bits >> 12) + 0.5) * 0x1p-52))
        }

        /// Not below the noise that these bits make: -log(-log u) is at most -log(1 - u), and 1 - u has as many binary
        /// zeros as the bits begin with. Costs no logarithm.
        static func bound(_ bits: UInt64) -> Double {
            bits >> 12 == 0 ? maximum : Double(bits.leadingZeroBitCount + 1) * 0.693_147_180_559_945_4
        }
    }

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
