import CKernels
import Glibc

/// Which numbers of a head form the pairs that a position turns.
public enum RotaryOrder: Sendable, Equatable {
    /// Neighbours: (0, 1), (2, 3), ... as GGUF stores llama models.
    case pairs
    /// First half with second half: (0, n/2), (1, n/2 + 1), ... as GPT-NeoX does.
    case halves
}

/// Rotary position embedding (Su et al., arXiv:2104.09864).
public struct RotaryConfiguration: Sendable, Equatable {
    /// Angles at position p are `p * positionScale / base^(2i / length)`.
    public var base: Double
    /// Leading numbers of each head that are turned.
    public var length: Int
    /// 1 / factor of linear scaling.
    public var positionScale: Double = 1
    public var order: RotaryOrder

    init(_ numbers: Hyperparameters, headLength: Int, order: RotaryOrder) throws(TransformerError) {
        self.order = order
        base = try numbers.optionalPositive("rope.freq_base") ?? 10_000
        length = try numbers.optionalCount("rope.dimension_count") ?? headLength
        guard length <= headLength, length.isMultiple(of: 2) else {
            throw .invalidValue(
                key: numbers.key("rope.dimension_count"), value: "\(length)",
                rule: "it must be even and at most the head length, which is \(headLength)")
        }
        // `rope.scale_linear` is what older files call the factor. A factor without a type is linear.
        let oldFactor = try numbers.optionalPositive("rope.scale_linear")
        let factor = try numbers.optionalPositive("rope.scaling.factor") ?? oldFactor
        switch try numbers.optionalString("rope.scaling.type") {
        case "none":
            break
        case nil:
            positionScale = 1 / (factor ?? 1)
        case "linear":
            guard let factor else { throw .modelFile(.missingKey(numbers.key("rope.scaling.factor"))) }
            positionScale = 1 / factor
        case .some(let type):
            throw .unsupportedValue(
                key: numbers.key("rope.scaling.type"), value: "'\(type)'",
                reason: "only 'none' and 'linear' are (Llama 3's scaling comes as tensor rope_freqs.weight)")
        }
    }
}

/// Turns queries and keys by their position.
struct RotaryEmbedding: Sendable {
    private let order: RotaryOrder
    /// Radians a position, for each pair.
    private let frequencies: [Double]

    /// `factors` divide the frequencies (Llama 3's scaling, one factor a pair).
    init(_ configuration: RotaryConfiguration, factors: [Float]? = nil) {
        order = configuration.order
        frequencies = (0..<configuration.length / 2).map { pair in
            let exponent = Double(2 * pair) / Double(configuration.length)
            return configuration.positionScale / pow(configuration.base, exponent) / Double(factors?[pair] ?? 1)
        }
    }

    var pairCount: Int { frequencies.count }

    /// Cosines, then sines, of a position: `2 * pairCount` floats.
    func fill(_ angles: UnsafeMutablePointer<Float>, position: Int) {
        for pair in 0..<pairCount {
            let angle = Double(position) * frequencies[pair]
            angles[pair] = Float(cos(angle))
            angles[pairCount + pair] = Float(sin(angle))
        }
    }

    /// Turns `heads` heads of `headLength` floats, by angles from `fill`.
    func rotate(_ x: UnsafeMutablePointer<Float>, heads: Int, headLength: Int, angles: UnsafePointer<Float>) {
        for head in 0..<heads {
            let numbers = x + head * headLength
            switch order {
            case .pairs: a1_rotate_pairs(numbers, angles, angles + pairCount, Int64(pairCount))
            case .halves: a1_rotate_halves(numbers, angles, angles + pairCount, Int64(pairCount))
            }
        }
    }
}
