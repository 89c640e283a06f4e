/// What a random number is drawn for. Each purpose has its own stream, so that drawing more for one never moves
/// another.
public enum SeedPurpose: UInt64, Sendable {
    case draftSampling = 1
    case targetSampling = 2
    case pValue = 3
    /// Ties among problems that are compared for drift.
    case drift = 4
    /// Draws that draft and target share, by position in the path.
    case commonDraws = 5
    /// Ties among units that the gate decides about.
    case gate = 6
    /// Which units that the gate leaves out are audited.
    case audit = 7
}

/// Seeds that derive from (run seed, problem, path, round, purpose), so that a token or a tie-break depends on
/// nothing else: not on the worker, the batch or the order of arrival. ALGORITHM.md, section 8.
public enum Seeds {
    /// SplitMix64's output function (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
    public static func mix(_ value: UInt64) -> UInt64 {
        var bits = value &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    public static func derive(
        run: UInt64, problem: Int, path: Int, round: Int, purpose: SeedPurpose
    ) -> UInt64 {
        var seed = mix(run)
        for part in [UInt64(problem), UInt64(path), UInt64(round), purpose.rawValue] {
            seed = mix(seed ^ mix(part))
        }
        return seed
    }

    /// A uniform number in [0, 1) with 53 random bits, made from a seed.
    public static func uniform(_ seed: UInt64) -> Double {
        Double(mix(seed) >> 11) * 0x1p-53
    }
}
