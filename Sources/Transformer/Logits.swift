import CKernels

/// One row of logits: a number for each token of the vocabulary. Valid while the pass hands it out.
public struct Logits {
    /// Free to be changed by whoever was given the row.
    public let values: UnsafeMutableBufferPointer<Float>

    public init(values: UnsafeMutableBufferPointer<Float>) {
        self.values = values
    }

    /// Whether every logit is a finite number of a size that a working model gives (below 1e18). The sum
    /// of squares shows it in one sweep: it overflows, or turns to NaN, if any is not.
    public var areFinite: Bool {
        a1_dot(values.baseAddress, values.baseAddress, Int64(values.count)).isFinite
    }

    /// Logarithm of the sum of all exponentials; sums of eight in float32, of those in double precision.
    public var logSumExp: Double {
        a1_log_sum_exp(values.baseAddress, Int64(values.count))
    }

    /// Natural logarithm of the probability the model gives `token`: log-softmax, exact to float32.
    public func logProbability(of token: Int32) -> Float {
        Float(Double(values[Int(token)]) - logSumExp)
    }

    /// The likeliest token, the first one of equals.
    public var likeliest: Int32 {
        Int32(a1_index_of_maximum(values.baseAddress, Int64(values.count)))
    }

    /// Multiplies every logit.
    public func scale(by factor: Float) {
        a1_scale(factor, Int64(values.count), values.baseAddress)
    }
}
