import COpenBLAS

/// Tile products by OpenBLAS. It picks kernels, and so the order of a sum, by the shape of a call: here
/// every call for a matrix has one shape, whatever the batch or the pool; missing rows are zero. Inside a call it
/// may pick them by a row's place as well, if there are more than 8: its Haswell kernels take 12 at a time and the
/// rest in another order.
///
/// Sendable because the pool never runs two bodies with the same thread number at once.
final class OpenBLASTileProduct: TileProduct, @unchecked Sendable {
    /// Floats of a tile of weights: half a megabyte, half of the second-level cache of common servers.
    private static let tileFloats = 131_072
    private static let maximumTileRows = 64
    /// Token rows of a call.
    private static let tokens = 8

    private let tile: AlignedFloats
    private let x: AlignedFloats
    private let y: AlignedFloats

    init(maximumColumns: Int) throws(TensorError) {
        try Self.load()
        tile = try AlignedFloats(count: max(Self.tileFloats, maximumColumns))
        x = try AlignedFloats(count: Self.tokens * maximumColumns)
        y = try AlignedFloats(count: Self.tokens * Self.maximumTileRows)
    }

    /// Throws `noOpenBLAS` if the library is not there.
    static func load() throws(TensorError) {
        if let reason = a1_openblas_load() { throw .noOpenBLAS(reason: String(cString: reason)) }
    }

    func tileRows(_ weights: WeightMatrix, threads: Int) -> Int {
        min(Self.maximumTileRows, max(1, Self.tileFloats / weights.columns))
    }

    func multiply(_ job: ProductJob, rows: Range<Int>, tileRows: Int) {
        let columns = job.weights.columns
        for (index, row) in rows.enumerated() {
            job.weights.dequantizeRow(row, into: tile.pointer + index * columns)
        }
        (tile.pointer + rows.count * columns).update(repeating: 0, count: (tileRows - rows.count) * columns)
        for first in stride(from: 0, to: job.count, by: Self.tokens) {
            let count = min(Self.tokens, job.count - first)
            for token in 0..<count {
                (x.pointer + token * columns).update(from: job.x + (first + token) * job.xStride, count: columns)
            }
            (x.pointer + count * columns).update(repeating: 0, count: (Self.tokens - count) * columns)
            a1_openblas_product(
                Int32(Self.tokens), Int32(tileRows), Int32(columns), x.pointer, tile.pointer, y.pointer)
            for token in 0..<count {
                let from = y.pointer + token * tileRows
                let to = job.y + (first + token) * job.yStride
                for (index, row) in rows.enumerated() { to[row] = from[index] + (job.bias?[row] ?? 0) }
            }
        }
    }
}
