import COpenBLAS

/// Tile products by OpenBLAS. It picks kernels, and so the order of a sum, by the shape of a call: here
/// every call for a matrix has one shape, whatever the batch; missing token rows are zero.
///
/// Sendable because it is scratch of one thread of the pool.
final class OpenBLASProduct: @unchecked Sendable {
    /// Token rows of a call.
    static let tokens = 32

    private let x: AlignedFloats
    private let y: AlignedFloats

    init(maximumColumns: Int) {
        x = AlignedFloats(count: Self.tokens * maximumColumns)
        y = AlignedFloats(count: Self.tokens * MatrixProduct.maximumTileRows)
    }

    /// Our own pool makes the parallelism: OpenBLAS works on the calling thread.
    static func prepare() {
        openblas_set_num_threads(1)
    }

    func multiply(
        _ job: ProductJob, tile: UnsafePointer<Float>, stride: Int, rows: Int,
        y out: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?
    ) {
        let columns = job.weights.columns
        for first in Swift.stride(from: 0, to: job.count, by: Self.tokens) {
            let count = min(Self.tokens, job.count - first)
            for token in 0..<Self.tokens {
                let row = x.pointer + token * stride
                if token < count {
                    row.update(from: job.x + (first + token) * job.xStride, count: columns)
                    (row + columns).update(repeating: 0, count: stride - columns)
                } else {
                    row.update(repeating: 0, count: stride)
                }
            }
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, Int32(Self.tokens), Int32(job.tileRows), Int32(stride), 1,
                x.pointer, Int32(stride), tile, Int32(stride), 0, y.pointer, Int32(job.tileRows))
            for token in 0..<count {
                let from = y.pointer + token * job.tileRows
                let to = out + (first + token) * job.yStride
                for row in 0..<rows { to[row] = from[row] + (bias?[row] ?? 0) }
            }
        }
    }
}
