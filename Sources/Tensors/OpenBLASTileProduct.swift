import COpenBLAS
import ModelFiles

/// Tile products by OpenBLAS: every call for a matrix has one shape, whatever the batch or the pool.
///
/// Sendable because the pool never runs two bodies with the same thread number at once.
final class OpenBLASTileProduct: TileProduct, @unchecked Sendable {
    private let shape: OpenBLASShape
    private let tile: AlignedFloats
    private let x: AlignedFloats
    private let y: AlignedFloats

    init(shape: OpenBLASShape, maximumColumns: Int) throws(TensorError) {
        self.shape = shape
        tile = try AlignedFloats(count: max(OpenBLASShape.tileFloats, maximumColumns))
        x = try AlignedFloats(count: shape.tokens * maximumColumns)
        y = try AlignedFloats(count: shape.tokens * OpenBLASShape.maximumTileRows)
    }

    func tileRows(_ weights: WeightMatrix, threads: Int) -> Int { shape.tileRows(columns: weights.columns) }

    func multiply(_ job: ProductJob, rows: Range<Int>, tileRows: Int) {
        let columns = job.weights.columns
        let weights = floats(job.weights, rows: rows, tileRows: tileRows)
        for first in stride(from: 0, to: job.count, by: shape.tokens) {
            let count = min(shape.tokens, job.count - first)
            var input = job.x + first * job.xStride
            var inputStride = job.xStride
            if count < shape.tokens {
                for token in 0..<count {
                    (x.pointer + token * columns).update(from: input + token * job.xStride, count: columns)
                }
                (x.pointer + count * columns).update(repeating: 0, count: (shape.tokens - count) * columns)
                (input, inputStride) = (UnsafePointer(x.pointer), columns)
            }
            if OpenBLASLibrary.needsLock, !shape.isUnpacked {
                OpenBLASLibrary.lock.withLock { _ in
                    multiply(input, stride: inputStride, by: weights, rows: tileRows, columns: columns)
                }
            } else {
                multiply(input, stride: inputStride, by: weights, rows: tileRows, columns: columns)
            }
            for token in 0..<count {
                let from = y.pointer + token * tileRows
                let to = job.y + (first + token) * job.yStride
                for (index, row) in rows.enumerated() { to[row] = from[index] + (job.bias?[row] ?? 0) }
            }
        }
    }

    /// One call: `y [tokens][rows] = input [tokens][columns] * weights [rows][columns]`, the second one transposed.
    private func multiply(
        _ input: UnsafePointer<Float>, stride: Int, by weights: UnsafePointer<Float>, rows: Int, columns: Int
    ) {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(shape.tokens), Int32(rows), Int32(columns), 1, input,
            Int32(stride), weights, Int32(columns), 0, y.pointer, Int32(rows))
    }

    /// `[tileRows][columns]`: where they lie, if they are floats and the tile is whole, else in scratch.
    private func floats(_ weights: WeightMatrix, rows: Range<Int>, tileRows: Int) -> UnsafePointer<Float> {
        let start = weights.start + rows.lowerBound * weights.bytesPerRow
        if weights.type == .f32, rows.count == tileRows, Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0 {
            return start.assumingMemoryBound(to: Float.self)
        }
        let columns = weights.columns
        for (index, row) in rows.enumerated() { weights.dequantizeRow(row, into: tile.pointer + index * columns) }
        (tile.pointer + rows.count * columns).update(repeating: 0, count: (tileRows - rows.count) * columns)
        return UnsafePointer(tile.pointer)
    }
}
