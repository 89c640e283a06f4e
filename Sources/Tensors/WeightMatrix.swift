import CKernels
import ModelFiles

/// A weight matrix in a mapped model file, still in the file's number format.
///
/// `rows` outputs times `columns` inputs; a row's values are contiguous. A vector (one dimension) counts
/// as a matrix of one row.
///
/// Sendable because the mapped bytes are never written and `file` keeps them alive.
public struct WeightMatrix: @unchecked Sendable {
    /// The tensor's name.
    public let name: String
    /// Outputs.
    public let rows: Int
    /// Inputs, contiguous.
    public let columns: Int
    /// How values are stored.
    public let type: TensorType
    /// Bytes of one row.
    public let bytesPerRow: Int

    let start: UnsafeRawPointer
    private let file: MappedFile

    /// The matrix of a tensor entry. Checks shape, size and place again, so that an entry from any
    /// source is safe.
    public init(_ entry: TensorEntry, in file: MappedFile) throws(TensorError) {
        guard (1...2).contains(entry.shape.count), entry.shape.allSatisfy({ $0 > 0 }) else {
            throw .notAMatrix(tensor: entry.name, shape: entry.shape)
        }
        columns = entry.shape[0]
        rows = entry.shape.count == 2 ? entry.shape[1] : 1
        guard columns % entry.type.elementsPerBlock == 0 else {
            throw .partialBlock(tensor: entry.name, columns: columns, type: entry.type)
        }
        let (rowBytes, rowOverflow) = (columns / entry.type.elementsPerBlock).multipliedReportingOverflow(
            by: entry.type.bytesPerBlock)
        let (bytes, overflow) = rowBytes.multipliedReportingOverflow(by: rows)
        let expected = rowOverflow || overflow ? Int.max : bytes
        guard expected == entry.byteCount, expected < .max else {
            throw .wrongByteCount(tensor: entry.name, expected: expected, found: entry.byteCount)
        }
        guard entry.offset >= 0, entry.offset <= file.bytes.count, bytes <= file.bytes.count - entry.offset,
            let base = file.bytes.baseAddress
        else {
            throw .outsideFile(
                tensor: entry.name, offset: entry.offset, byteCount: bytes, fileBytes: file.bytes.count)
        }
        name = entry.name
        type = entry.type
        bytesPerRow = rowBytes
        start = base + entry.offset
        self.file = file
    }

    /// Whether numbers are quantised in blocks: all types but F32, F16 and BF16.
    public var isQuantized: Bool { type.elementsPerBlock > 1 }

    /// Bytes of the whole matrix.
    public var byteCount: Int { bytesPerRow * rows }

    /// Some rows, as the kernels take them.
    func kernelWeights(rows: Range<Int>) -> a1_weights {
        a1_weights(
            start: start + rows.lowerBound * bytesPerRow, rows: Int64(rows.count), columns: Int64(columns),
            bytes_per_row: Int64(bytesPerRow), type: type.rawValue, elements_per_block: Int32(type.elementsPerBlock),
            bytes_per_block: Int32(type.bytesPerBlock))
    }

    /// Gives back the memory of the file's whole pages that hold some rows; they stay valid.
    func forgetPages(rows: Range<Int>) {
        file.forget(start + rows.lowerBound * bytesPerRow, byteCount: rows.count * bytesPerRow)
    }

    /// Writes `columns` floats: one row, as in an embedding look-up.
    public func dequantizeRow(_ row: Int, into: UnsafeMutablePointer<Float>) {
        precondition(row >= 0 && row < rows, "row \(row) of \(name), which has \(rows)")
        dequantize(type: type, from: start + row * bytesPerRow, count: columns, into: into)
    }

    /// All values as floats, row after row: for norms and biases, and for tests.
    public func values() -> [Float] {
        [Float](unsafeUninitializedCapacity: rows * columns) { buffer, count in
            if let out = buffer.baseAddress {
                for row in 0..<rows { dequantizeRow(row, into: out + row * columns) }
            }
            count = rows * columns
        }
    }
}

/// Blocks of `type` to float32. `count` is a multiple of the type's block length.
public func dequantize(type: TensorType, from: UnsafeRawPointer, count: Int, into: UnsafeMutablePointer<Float>) {
    precondition(count % type.elementsPerBlock == 0, "\(count) values are not whole \(type.name) blocks")
    let known = a1_dequantize(type.rawValue, from, Int64(count), into)
    precondition(known, "no kernel for \(type.name)")
}
