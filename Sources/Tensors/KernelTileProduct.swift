import CKernels

/// Tile products by the project's own kernels.
///
/// Sendable because the pool never runs two bodies with the same thread number at once.
final class KernelTileProduct: TileProduct, @unchecked Sendable {
    private let table: UnsafePointer<a1_kernel_table>
    private let scratch: UnsafeMutablePointer<a1_product_scratch>

    init(table: UnsafePointer<a1_kernel_table>) {
        self.table = table
        let size = MemoryLayout<a1_product_scratch>.size
        let raw = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        scratch = raw.assumingMemoryBound(to: a1_product_scratch.self)
    }

    deinit {
        UnsafeMutableRawPointer(scratch).deallocate()
    }

    /// Whole panels, about two tiles a thread so that nobody idles, as large as the kernel allows.
    func tileRows(_ weights: WeightMatrix, threads: Int) -> Int {
        let panel = Int(A1_PANEL_ROWS)
        guard threads > 1 else { return Int(A1_TILE_ROWS) }
        let share = weights.rows / (2 * threads)
        return min(Int(A1_TILE_ROWS), max(panel, (share + panel - 1) / panel * panel))
    }

    func multiply(_ job: ProductJob, rows: Range<Int>, tileRows: Int) {
        var tile = job.weights.kernelWeights(rows: rows)
        table.pointee.product(
            &tile, job.x, Int64(job.xStride), Int64(job.count), job.y + rows.lowerBound, Int64(job.yStride),
            job.bias.map { $0 + rows.lowerBound }, scratch)
    }
}
