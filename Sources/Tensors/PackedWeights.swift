import CKernels
import ModelFiles

/// Weight matrices turned for products with bytes: the bits of the file in another order, in panels of 32 rows.
///
/// Sendable because nothing is written after `init`; places in the file are only compared.
public struct PackedWeights: @unchecked Sendable {
    private let arena: WeightArena
    /// Where the packed form begins, by the place of a matrix in its file.
    private let offsets: [UnsafeRawPointer: Int]

    /// Packs those of `matrices` that are quantised in blocks, a part at a time, whose pages of the file are then given
    /// back: file and packed form are hardly ever in memory together.
    ///
    /// - Parameter kernels: not `openblas`.
    public init(_ matrices: [WeightMatrix], pool: ComputePool, kernels: KernelChoice) throws(TensorError) {
        var offsets: [UnsafeRawPointer: Int] = [:]
        var byteCount = 0
        for matrix in matrices where matrix.isQuantized {
            offsets[matrix.start] = byteCount
            byteCount += Self.byteCount(of: matrix)
        }
        self.offsets = offsets
        arena = try WeightArena(byteCount: byteCount)
        let table = a1_kernels_named(kernels.rawValue) ?? a1_kernels()!
        for matrix in matrices {
            if let offset = offsets[matrix.start] { Self.pack(matrix, to: arena.start + offset, pool, table) }
        }
    }

    /// The packed form of one of the matrices, if it has one.
    public subscript(_ matrix: WeightMatrix) -> PackedMatrix? {
        offsets[matrix.start].map { PackedMatrix(start: UnsafeRawPointer(arena.start + $0), arena: arena) }
    }

    /// Bytes that the packed form of a matrix takes, whole panels on cache lines; 0 if it is not quantised.
    public static func byteCount(of matrix: WeightMatrix) -> Int {
        guard matrix.isQuantized else { return 0 }
        let panel = Int(A1_PANEL_ROWS)
        return (matrix.rows + panel - 1) / panel * panel * matrix.bytesPerRow
    }

    private static func pack(
        _ matrix: WeightMatrix, to start: UnsafeMutableRawPointer, _ pool: ComputePool,
        _ table: UnsafePointer<a1_kernel_table>
    ) {
        // A thread's share of about a megabyte, in whole panels.
        let panel = Int(A1_PANEL_ROWS)
        let rows = max(1, (1 << 20) / (panel * matrix.bytesPerRow)) * panel
        pool.run(count: (matrix.rows + rows - 1) / rows) { part, _ in
            let first = part * rows
            var weights = matrix.kernelWeights(rows: first..<min(first + rows, matrix.rows))
            table.pointee.pack(&weights, start + first * matrix.bytesPerRow)
            matrix.forgetPages(rows: first..<min(first + rows, matrix.rows))
        }
        // Those that two parts shared.
        matrix.forgetPages(rows: 0..<matrix.rows)
    }
}

/// A matrix in `PackedWeights`.
///
/// Sendable because packed weights are never written again and the arena keeps them alive.
public struct PackedMatrix: @unchecked Sendable {
    let start: UnsafeRawPointer
    let arena: WeightArena
}
