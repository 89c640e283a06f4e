/// Matrices in numbers: what a product with all of them reads, and how much it computes.
public struct MatrixSizes: Sendable, Equatable {
    /// Bytes as they stand in the file.
    public var byteCount: Int
    /// Weights in number formats of whole numbers and scales: all but F32, F16 and BF16.
    public var quantisedWeights: Int
    /// Weights in floating point.
    public var floatWeights: Int

    public init(byteCount: Int = 0, quantisedWeights: Int = 0, floatWeights: Int = 0) {
        self.byteCount = byteCount
        self.quantisedWeights = quantisedWeights
        self.floatWeights = floatWeights
    }

    /// The sum over some matrices.
    public init(_ matrices: [WeightMatrix]) {
        self.init()
        for matrix in matrices {
            byteCount += matrix.byteCount
            let count = matrix.rows * matrix.columns
            if matrix.isQuantized { quantisedWeights += count } else { floatWeights += count }
        }
    }
}

/// What products with matrices ask of a machine, whoever computes them: bytes of weights to read, operations to do.
public struct MachineWork: Sendable, Equatable {
    public var readBytes: Double = 0
    /// With weights in floating point, or with any if products are exact.
    public var floatOperations: Double = 0
    /// Products of int8.
    public var byteOperations: Double = 0

    public init() {}

    /// Adds products of matrices with `rows` rows of activations in all, which read the matrices `times` times.
    ///
    /// - Parameter isExact: whether products with quantised weights are computed in float32, too.
    public mutating func add(_ matrices: MatrixSizes, times: Int, rows: Int, isExact: Bool) {
        readBytes += Double(matrices.byteCount) * Double(times)
        // A weight is multiplied with one value of each row and added up.
        let quantised = 2 * Double(matrices.quantisedWeights) * Double(rows)
        floatOperations += 2 * Double(matrices.floatWeights) * Double(rows) + (isExact ? quantised : 0)
        byteOperations += isExact ? 0 : quantised
    }

    public var operations: Double { floatOperations + byteOperations }

    /// The time below which no program can do it on a machine with these peaks: reading and computing overlap at best.
    public func leastSeconds(_ peaks: MachinePeaks) -> Double {
        max(
            readBytes / peaks.readBytesPerSecond,
            floatOperations / peaks.floatOperationsPerSecond + byteOperations / peaks.byteOperationsPerSecond)
    }
}
