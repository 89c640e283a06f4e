import CKernels
import Glibc

/// Tile products of packed weights with quantised token rows.
///
/// Sendable because the pool never runs two bodies with the same thread number at once.
final class Int8TileProduct: @unchecked Sendable {
    /// The input.
    let rows: QuantizedRows
    private let product: @convention(c) (
        UnsafePointer<a1_weights>?, UnsafePointer<a1_int8_rows>?, Int64, UnsafeMutablePointer<Float>?, Int64,
        UnsafePointer<Float>?, UnsafeMutablePointer<a1_int8_scratch>?
    ) -> Void
    /// One a thread.
    private let scratch: UnsafeMutablePointer<a1_int8_scratch>

    /// Throws `noMemory` if the system does not give it.
    init(
        _ table: UnsafePointer<a1_kernel_table>, threads: Int, maximumRows: Int, maximumColumns: Int
    ) throws(TensorError) {
        rows = try QuantizedRows(rowCount: maximumRows, maximumColumns: maximumColumns, table)
        product = table.pointee.int8_product
        // Its size is a multiple of a cache line.
        let bytes = threads * MemoryLayout<a1_int8_scratch>.stride
        guard let raw = aligned_alloc(64, bytes) else {
            throw .noMemory(byteCount: bytes, purpose: "the products of \(threads) threads; use fewer threads")
        }
        memset(raw, 0, bytes)
        scratch = raw.bindMemory(to: a1_int8_scratch.self, capacity: threads)
    }

    deinit {
        free(scratch)
    }

    /// Rows of a tile of a matrix with `rows` rows in a group with `total`: whole panels, about eight tiles a thread,
    /// so that a slow core takes fewer and long stretches of memory are read in order.
    static func tileRows(_ rows: Int, of total: Int, threads: Int) -> Int {
        let panel = Int(A1_PANEL_ROWS)
        guard threads > 1 else { return (rows + panel - 1) / panel * panel }
        return max(panel, (total / (8 * threads) + panel - 1) / panel * panel)
    }

    /// Writes the outputs of `rows`, which begin a panel, for `count` tokens.
    func multiply(_ job: ProductGroup.Job, _ packed: PackedMatrix, rows: Range<Int>, count: Int, thread: Int) {
        var weights = job.weights.kernelWeights(rows: rows)
        weights.start = packed.start + rows.lowerBound * job.weights.bytesPerRow
        withUnsafePointer(to: self.rows.rows) { input in
            product(
                &weights, input, Int64(count), job.output + rows.lowerBound, Int64(job.weights.rows),
                job.bias.map { UnsafePointer($0 + rows.lowerBound) }, scratch + thread)
        }
    }
}
