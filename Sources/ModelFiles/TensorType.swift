/// Element types of GGUF tensors that A1 reads; the raw value is the number in the file.
///
/// Values are stored in blocks: `elementsPerBlock` weights share scales and take `bytesPerBlock` bytes.
public enum TensorType: UInt32, Sendable, CaseIterable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case iq4_nl = 20
    case iq4_xs = 23
    case bf16 = 30

    /// The name that people and tools use, as in `Q4_K`.
    public var name: String { layout.name }

    /// Weights in one block.
    public var elementsPerBlock: Int { layout.elements }

    /// Bytes of one block.
    public var bytesPerBlock: Int { layout.bytes }

    private var layout: (name: String, elements: Int, bytes: Int) {
        switch self {
        case .f32: ("F32", 1, 4)
        case .f16: ("F16", 1, 2)
        case .q4_0: ("Q4_0", 32, 18)
        case .q4_1: ("Q4_1", 32, 20)
        case .q5_0: ("Q5_0", 32, 22)
        case .q5_1: ("Q5_1", 32, 24)
        case .q8_0: ("Q8_0", 32, 34)
        case .q2_K: ("Q2_K", 256, 84)
        case .q3_K: ("Q3_K", 256, 110)
        case .q4_K: ("Q4_K", 256, 144)
        case .q5_K: ("Q5_K", 256, 176)
        case .q6_K: ("Q6_K", 256, 210)
        case .iq4_nl: ("IQ4_NL", 32, 18)
        case .iq4_xs: ("IQ4_XS", 256, 136)
        case .bf16: ("BF16", 1, 2)
        }
    }
}
