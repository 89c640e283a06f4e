/// In which numbers tokens enter a product with quantised weights.
///
/// Weights that are not quantised in blocks (F32, F16, BF16) are multiplied in float32 in either case.
public enum Activations: Sendable, Equatable {
    /// As they are: the mathematics of the dequantised weights.
    case float32
    /// Bytes with a scale for each 16 columns. Several times faster; in each number an error of at most 0.4 % of the
    /// largest of the 16.
    case int8

    /// float32 in exact mode.
    public init(isExact: Bool) { self = isExact ? .float32 : .int8 }
}
