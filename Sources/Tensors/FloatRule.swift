import ModelFiles

/// Which routine multiplies matrices in float32: the own kernels, or OpenBLAS with calls of one shape.
///
/// One matrix has one routine in a process, for one token and for many, so that a token's bits do not depend on its
/// batch. Matrix, kernels and library decide, and nothing that is measured while the program runs.
/// docs/measurements/products.md has the measurements behind the rule.
struct FloatRule: Sendable, Equatable {
    enum Routine: Sendable, Equatable {
        case own
        case openBLAS
    }

    /// Columns of the matrices that OpenBLAS multiplies faster than the AVX-512 family for 1 and 16 tokens, and about
    /// as fast for 256. Other types than float32 are dequantised first.
    private static func fasterColumns(_ type: TensorType) -> ClosedRange<Int> { 512...(type == .f32 ? 4_096 : 2_048) }

    let kernels: KernelChoice
    /// Whether someone named the kernels: then they multiply everything.
    let isNamed: Bool
    let shape: OpenBLASShape

    func routine(_ matrix: WeightMatrix) -> Routine {
        routine(matrix.type, rows: matrix.rows, columns: matrix.columns)
    }

    /// Whether OpenBLAS multiplies one of these; nil asks about any matrix.
    func canUseOpenBLAS(_ matrices: [WeightMatrix]?) -> Bool {
        guard let matrices else { return kernels == .openblas || !isNamed && shape.isUnpacked && kernels.isAVX512 }
        return matrices.contains { routine($0) == .openBLAS }
    }

    func routine(_ type: TensorType, rows: Int, columns: Int) -> Routine {
        if kernels == .openblas { return .openBLAS }
        guard !isNamed, shape.isUnpacked, kernels.isAVX512 else { return .own }
        let isFaster = Self.fasterColumns(type).contains(columns) && rows >= shape.tileRows(columns: columns)
        return isFaster ? .openBLAS : .own
    }
}
