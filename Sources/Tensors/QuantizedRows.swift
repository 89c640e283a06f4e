import CKernels
import Glibc

/// Token rows as bytes, the input of products; allocated once for the largest.
///
/// `@unchecked Sendable`: rows are written by the pool, each by one thread, and read by it in a later loop.
final class QuantizedRows: @unchecked Sendable {
    /// Places and the number of columns in use.
    private(set) var rows: a1_int8_rows
    private let quantize: @convention(c) (UnsafePointer<Float>?, Int64, UnsafePointer<a1_int8_rows>?) -> Void
    private let storage: UnsafeMutableRawPointer

    /// Bytes that so many rows of so many columns take.
    static func byteCount(rows: Int, columns: Int) -> Int { Layout(rows: rows, columns: columns).byteCount }

    /// Where the parts begin; those of four bytes a number are counted in numbers.
    private struct Layout {
        let blocks: Int
        // 32 columns of two digits in a block, and scale, sum and product of both for each half.
        var digits: Int { 32 * blocks }
        var halves: Int { 2 * blocks }
        var byteCount: Int { 2 * digits + 4 * (3 * halves + blocks) }

        init(rows: Int, columns: Int) { blocks = rows * ((columns + 31) / 32) }
    }

    /// Throws `noMemory` if the system does not give it.
    init(
        rowCount: Int, maximumColumns: Int, _ table: UnsafePointer<a1_kernel_table>
    ) throws(TensorError) {
        let layout = Layout(rows: rowCount, columns: maximumColumns)
        guard let storage = aligned_alloc(64, (layout.byteCount + 63) / 64 * 64 + 64) else {
            throw .noMemory(
                byteCount: layout.byteCount,
                purpose: "the tokens of a step as bytes; exact mode takes none (exact: true, --exact)")
        }
        self.storage = storage
        quantize = table.pointee.quantize_row
        let digits = storage.bindMemory(to: Int8.self, capacity: 2 * layout.digits)
        let floats = (storage + 2 * layout.digits).bindMemory(
            to: Float.self, capacity: 2 * layout.halves + layout.blocks)
        let totals = floats + layout.halves
        let sums = UnsafeMutableRawPointer(totals + layout.halves + layout.blocks)
            .bindMemory(to: Int32.self, capacity: layout.halves)
        rows = a1_int8_rows(
            values: digits, fine: digits + layout.digits, scales: floats, sums: sums, totals: totals,
            block_totals: totals + layout.halves, columns: 0, is_fine: false)
    }

    deinit {
        free(storage)
    }

    /// Rows of so many columns come next; those before are forgotten.
    func begin(columns: Int, isFine: Bool) {
        rows.columns = Int64(columns)
        rows.is_fine = isFine
    }

    func set(_ row: Int, from x: UnsafePointer<Float>) {
        withUnsafePointer(to: rows) { quantize(x, Int64(row), $0) }
    }
}
