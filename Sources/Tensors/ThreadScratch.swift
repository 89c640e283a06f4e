import CKernels

/// What one thread needs to multiply a tile: the dequantised weights and the kernels' own scratch.
///
/// Sendable because the pool never runs two bodies with the same thread number at once.
final class ThreadScratch: @unchecked Sendable {
    private let tile: AlignedFloats
    private let lanes: AlignedFloats
    private let table: UnsafePointer<a1_kernel_table>
    private let openBLAS: OpenBLASProduct?

    init(maximumColumns: Int, kernels: KernelChoice) {
        let padded = MatrixProduct.paddedColumns(maximumColumns)
        tile = AlignedFloats(count: max(MatrixProduct.tileFloats, Int(A1_PRODUCT_ROWS) * padded))
        table = a1_kernels_named(kernels.rawValue) ?? a1_kernels()
        if kernels == .openblas {
            openBLAS = OpenBLASProduct(maximumColumns: padded)
            lanes = AlignedFloats(count: 0)
        } else {
            openBLAS = nil
            lanes = AlignedFloats(count: Int(a1_product_scratch(Int64(MatrixProduct.maximumTileRows))))
        }
    }

    func multiply(_ job: ProductJob, tile index: Int) {
        let first = index * job.tileRows
        let rows = min(job.tileRows, job.weights.rows - first)
        let columns = job.weights.columns
        let stride = MatrixProduct.paddedColumns(columns)
        fill(job, first: first, rows: rows, stride: stride)
        let y = job.y + first
        let bias = job.bias.map { $0 + first }
        if let openBLAS {
            openBLAS.multiply(job, tile: tile.pointer, stride: stride, rows: rows, y: y, bias: bias)
        } else {
            table.pointee.product(
                tile.pointer, Int64(stride), Int64(rows), Int64(columns), job.x, Int64(job.xStride),
                Int64(job.count), y, Int64(job.yStride), bias, lanes.pointer)
        }
    }

    /// Dequantises the tile's rows; the padding behind each row and the rows that fill the last group of
    /// four become zero.
    private func fill(_ job: ProductJob, first: Int, rows: Int, stride: Int) {
        let weights = job.weights
        let group = Int(A1_PRODUCT_ROWS)
        for row in 0..<rows {
            let out = tile.pointer + row * stride
            _ = table.pointee.dequantize(
                weights.type.rawValue, weights.start + (first + row) * weights.bytesPerRow,
                Int64(weights.columns), out)
            (out + weights.columns).update(repeating: 0, count: stride - weights.columns)
        }
        let filled = openBLAS == nil ? (rows + group - 1) / group * group : job.tileRows
        (tile.pointer + rows * stride).update(repeating: 0, count: (filled - rows) * stride)
    }
}
