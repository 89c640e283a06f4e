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

    /// Where the parts begin, in bytes.
    private struct Layout {
        let fine, blocks, sums, fineSums, fineHalves, byteCount: Int

        init(rows: Int, columns: Int) {
            let columnBlocks = (columns + 31) / 32
            let count = rows * columnBlocks
            // 32 columns have two digits, and two sums of each digit; the first ones begin.
            fine = 32 * count
            blocks = 2 * 32 * count
            sums = blocks + MemoryLayout<a1_int8_block>.stride * count
            fineSums = sums + 8 * count
            fineHalves = fineSums + 8 * count
            byteCount = fineHalves + (rows + 63) / 64 * 64 * columnBlocks
        }
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
        let values = storage.bindMemory(to: Int8.self, capacity: layout.blocks)
        let count = layout.fine / 32
        rows = a1_int8_rows(
            values: values, fine: values + layout.fine,
            fine_halves: (storage + layout.fineHalves).bindMemory(
                to: UInt8.self, capacity: layout.byteCount - layout.fineHalves),
            blocks: (storage + layout.blocks).bindMemory(to: a1_int8_block.self, capacity: count),
            sums: (storage + layout.sums).bindMemory(to: Int32.self, capacity: 2 * count),
            fine_sums: (storage + layout.fineSums).bindMemory(to: Int32.self, capacity: 2 * count),
            columns: 0, fine_from: .infinity)
    }

    deinit {
        free(storage)
    }

    /// Rows of so many columns come next; those before are forgotten.
    func begin(columns: Int, fineFrom: Float) {
        rows.columns = Int64(columns)
        rows.fine_from = fineFrom
    }

    func set(_ row: Int, from x: UnsafePointer<Float>) {
        withUnsafePointer(to: rows) { quantize(x, Int64(row), $0) }
    }
}
